//! Q5, the local supplier volume: the revenue of a year, of suppliers and customers in the same nation.

use orm::prelude::*;
use rust_decimal::Decimal;

use super::{Revenue as _, RowsOf, day, within};
use crate::models::{Customer, LineItem, Nation, Order, Region, Supplier};

/// The nation, and its revenue.
pub type Row = (String, Option<Decimal>);

pub fn query() -> Select<impl RowsOf<Row>> {
    let revenue = sum(LineItem.revenue());
    select((Nation.name, revenue.clone()))
        .from(LineItem)
        .join(LineItem.order)
        .join(Order.customer)
        .join(LineItem.supplier)
        .join(Supplier.nation)
        .join(Nation.region)
        .filter(Customer.nation_key.eq(Supplier.nation_key))
        .filter(Region.name.eq("ASIA"))
        .filter(within(Order.order_date, day(1994, 1, 1), 12))
        .group_by(Nation.name)
        .order_by(revenue.desc())
}
