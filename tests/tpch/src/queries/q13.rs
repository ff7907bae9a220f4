//! Q13, the customer distribution: how many customers have how many orders, without those that are special requests.

use orm::prelude::*;

use super::RowsOf;
use crate::models::{Customer, Order};

/// A number of orders, and the number of customers with so many of them.
pub type Row = (i64, i64);

pub fn query() -> Select<impl RowsOf<Row>> {
    let is_own = Order.customer_key.eq(Customer.customer_key);
    let is_usual = Order.comment.not_like("%special%requests%");
    let per_customer = select((Customer.customer_key, count(Order.order_key)))
        .left_join_on(Order, is_own & is_usual)
        .group_by(Customer.customer_key)
        .as_table("per_customer");
    let (_, orders) = per_customer.columns();
    select((orders, count_all()))
        .from(&per_customer)
        .group_by(orders)
        .order_by((count_all().desc(), orders.desc()))
}
