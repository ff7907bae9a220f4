//! Q22, the global sales opportunity: customers of a good balance who have no orders, by the country code of their phone.

use orm::prelude::*;
use orm::query::avg_dp;
use rust_decimal::Decimal;

use super::RowsOf;
use crate::models::Customer;

/// The country code, the number of customers, and the sum of their balances.
pub type Row = (String, i64, Option<Decimal>);

pub fn query() -> Select<impl RowsOf<Row>> {
    let code = Customer.phone.left(2);
    let is_near = code.clone().in_(["13", "31", "23", "29", "30", "18", "17"]);
    // A balance has hundredths: the mean of 1,500 of them, rounded so, changes no balance's side.
    let mean = select(avg_dp(Customer.account_balance, 10))
        .filter(Customer.account_balance.gt(Decimal::ZERO))
        .filter(is_near.clone());
    let idle = select((code, Customer.account_balance))
        .filter(is_near)
        .filter(Customer.account_balance.gt(scalar(mean)))
        .filter(Customer.orders.is_empty())
        .as_table("idle");
    let (code, balance) = idle.columns();
    select((code, count_all(), sum(balance)))
        .from(&idle)
        .group_by(code)
        .order_by(code)
}
