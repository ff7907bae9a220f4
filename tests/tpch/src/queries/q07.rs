//! Q7, the volume shipping: what two nations sold each other in two years.

use orm::prelude::*;
use rust_decimal::Decimal;

use super::{Revenue as _, RowsOf, day};
use crate::models::{Customer, LineItem, Nation, Order, Supplier};

/// The seller's nation, the buyer's, the year and the revenue.
pub type Row = (String, String, i32, Option<Decimal>);

pub fn query() -> Select<impl RowsOf<Row>> {
    let (seller, buyer) = (Nation.alias("seller"), Nation.alias("buyer"));
    let nations = (seller.name, buyer.name);
    let year = LineItem.ship_date.year();
    select((
        seller.name,
        buyer.name,
        year.clone(),
        sum(LineItem.revenue()),
    ))
    .from(LineItem)
    .join(LineItem.order)
    .join(Order.customer)
    .join(LineItem.supplier)
    .join(Supplier.nation.as_(seller))
    .join(Customer.nation.as_(buyer))
    .filter(nations.in_([("FRANCE", "GERMANY"), ("GERMANY", "FRANCE")]))
    .filter(
        LineItem
            .ship_date
            .between(day(1995, 1, 1), day(1996, 12, 31)),
    )
    .group_by((seller.name, buyer.name, year.clone()))
    .order_by((seller.name, buyer.name, year))
}
