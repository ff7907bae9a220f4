//! Q10, the returned item reporting: the customers whose returns of a quarter were worth most.

use orm::prelude::*;
use rust_decimal::Decimal;

use super::{Revenue as _, RowsOf, day, within};
use crate::models::{Customer, LineItem, Nation, Order};

/// The customer's key, name, lost revenue, balance, nation, address, phone and comment.
pub type Row = (
    i64,
    String,
    Option<Decimal>,
    Decimal,
    String,
    String,
    String,
    String,
);

pub fn query() -> Select<impl RowsOf<Row>> {
    let revenue = sum(LineItem.revenue());
    select((
        Customer.customer_key,
        Customer.name,
        revenue.clone(),
        Customer.account_balance,
        Nation.name,
        Customer.address,
        Customer.phone,
        Customer.comment,
    ))
    .join(Nation)
    .join(Order)
    .join(LineItem)
    .filter(within(Order.order_date, day(1993, 10, 1), 3))
    .filter(LineItem.return_flag.eq("R"))
    .group_by((Customer, Nation))
    .order_by(revenue.desc())
    .limit(20)
}
