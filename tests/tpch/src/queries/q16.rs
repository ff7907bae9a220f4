//! Q16, the parts and supplier relationship: how many suppliers without complaints have parts of certain attributes.

use orm::prelude::*;

use super::RowsOf;
use crate::models::{Part, PartSupplier, Supplier};

/// The brand, type and size, and the number of suppliers.
pub type Row = (String, String, i32, i64);

pub fn query() -> Select<impl RowsOf<Row>> {
    let criticised =
        select(Supplier.supplier_key).filter(Supplier.comment.like("%Customer%Complaints%"));
    let suppliers = count_distinct(PartSupplier.supplier_key);
    let attributes = (Part.brand, Part.kind, Part.size);
    select((Part.brand, Part.kind, Part.size, suppliers.clone()))
        .join(PartSupplier)
        .filter(Part.brand.ne("Brand#45"))
        .filter(!Part.kind.starts_with("MEDIUM POLISHED"))
        .filter(Part.size.in_([49, 14, 23, 45, 19, 3, 36, 9]))
        .filter(PartSupplier.supplier_key.not_in(criticised))
        .group_by(attributes)
        .order_by((suppliers.desc(), Part.brand, Part.kind, Part.size))
}
