//! Q3, the shipping priority: the orders of the highest value that had not been shipped by some day.

use chrono::NaiveDate;
use orm::prelude::*;
use rust_decimal::Decimal;

use super::{Revenue as _, RowsOf, day};
use crate::models::{Customer, LineItem, Order};

/// The order, its revenue, its date and its priority.
pub type Row = (i64, Option<Decimal>, NaiveDate, i32);

pub fn query() -> Select<impl RowsOf<Row>> {
    let today = day(1995, 3, 15);
    let revenue = sum(LineItem.revenue());
    select((
        Order.order_key,
        revenue.clone(),
        Order.order_date,
        Order.ship_priority,
    ))
    .join(Customer)
    .join(LineItem)
    .filter(Customer.market_segment.eq("BUILDING"))
    .filter(Order.order_date.lt(today))
    .filter(LineItem.ship_date.gt(today))
    .group_by(Order)
    .order_by((revenue.desc(), Order.order_date))
    .limit(10)
}
