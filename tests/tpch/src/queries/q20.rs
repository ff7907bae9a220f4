//! Q20, the potential part promotion: who has more of certain parts than half of what a nation got of them in a year.

use orm::prelude::*;
use rust_decimal::Decimal;

use super::{RowsOf, day, within};
use crate::models::{LineItem, Nation, Part, PartSupplier, Supplier};

/// The supplier's name and address.
pub type Row = (String, String);

pub fn query() -> Select<impl RowsOf<Row>> {
    let forest = select(Part.part_key).filter(Part.name.starts_with("forest"));
    let half_of_shipped = select(sum(LineItem.quantity) * Decimal::new(5, 1))
        .from(LineItem)
        .filter(LineItem.part_key.eq(PartSupplier.part_key))
        .filter(LineItem.supplier_key.eq(PartSupplier.supplier_key))
        .filter(within(LineItem.ship_date, day(1994, 1, 1), 12));
    let available = PartSupplier.available.cast::<Decimal>();
    let plenty = select(PartSupplier.supplier_key)
        .filter(PartSupplier.part_key.in_(forest))
        .filter(available.gt(scalar(half_of_shipped)));
    select((Supplier.name, Supplier.address))
        .join(Nation)
        .filter(Supplier.supplier_key.in_(plenty))
        .filter(Nation.name.eq("CANADA"))
        .order_by(Supplier.name)
}
