//! Q18, the large volume customer: the orders of over a certain quantity.

use chrono::NaiveDate;
use orm::prelude::*;
use rust_decimal::Decimal;

use super::RowsOf;
use crate::models::{Customer, LineItem, Order};

/// The customer's name and key, the order's key, date, price and quantity.
pub type Row = (String, i64, i64, NaiveDate, Decimal, Option<Decimal>);

pub fn query() -> Select<impl RowsOf<Row>> {
    let quantity = sum(LineItem.quantity);
    let large = select(LineItem.order_key)
        .group_by(LineItem.order_key)
        .having(quantity.clone().gt(Decimal::from(300)));
    select((
        Customer.name,
        Customer.customer_key,
        Order.order_key,
        Order.order_date,
        Order.total_price,
        quantity,
    ))
    .join(Order)
    .join(LineItem)
    .filter(Order.order_key.in_(large))
    .group_by((Customer, Order))
    .order_by((Order.total_price.desc(), Order.order_date))
    .limit(100)
}
