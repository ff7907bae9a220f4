//! Q2, the minimum cost supplier: where to order parts of a size and type in a region.

use orm::prelude::*;
use rust_decimal::Decimal;

use super::RowsOf;
use crate::models::{Nation, Part, PartSupplier, Region, Supplier};

/// The supplier's balance, name and nation, the part and its manufacturer, the supplier's address, phone and comment.
pub type Row = (Decimal, String, String, i64, String, String, String, String);

pub fn query() -> Select<impl RowsOf<Row>> {
    let cheapest = select(min(PartSupplier.supply_cost))
        .join(Supplier)
        .join(Nation)
        .join(Region)
        .filter(PartSupplier.part_key.eq(Part.part_key))
        .filter(Region.name.eq("EUROPE"));
    select((
        Supplier.account_balance,
        Supplier.name,
        Nation.name,
        Part.part_key,
        Part.manufacturer,
        Supplier.address,
        Supplier.phone,
        Supplier.comment,
    ))
    .from(Part)
    .join(PartSupplier)
    .join(Supplier)
    .join(Nation)
    .join(Region)
    .filter(Part.size.eq(15))
    .filter(Part.kind.ends_with("BRASS"))
    .filter(Region.name.eq("EUROPE"))
    .filter(PartSupplier.supply_cost.eq(scalar(cheapest)))
    .order_by((
        Supplier.account_balance.desc(),
        Nation.name,
        Supplier.name,
        Part.part_key,
    ))
    .limit(100)
}
