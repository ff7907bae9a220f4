//! Q9, the product type profit measure: the profit with some parts, by nation and year.

use orm::prelude::*;
use rust_decimal::Decimal;

use super::{Revenue as _, RowsOf};
use crate::models::{LineItem, Nation, Order, Part, PartSupplier, Supplier};

/// The supplier's nation, the year, and the profit.
pub type Row = (String, i32, Option<Decimal>);

pub fn query() -> Select<impl RowsOf<Row>> {
    let year = Order.order_date.year();
    let profit = LineItem.revenue() - PartSupplier.supply_cost * LineItem.quantity;
    select((Nation.name, year.clone(), sum(profit)))
        .from(LineItem)
        .join(LineItem.part)
        .join(LineItem.offer)
        .join(LineItem.order)
        .join(LineItem.supplier)
        .join(Supplier.nation)
        .filter(Part.name.contains("green"))
        .group_by((Nation.name, year.clone()))
        .order_by((Nation.name, year.desc()))
}
