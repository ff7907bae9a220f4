//! Q21, the suppliers who kept orders waiting: who alone was late with orders of several suppliers.

use orm::prelude::*;

use super::RowsOf;
use crate::models::{LineItem, Nation, Order, Supplier};

/// The supplier's name, and the number of orders.
pub type Row = (String, i64);

pub fn query() -> Select<impl RowsOf<Row>> {
    let other = LineItem.alias("other");
    let of_others = select(other)
        .filter(other.order_key.eq(LineItem.order_key))
        .filter(other.supplier_key.ne(LineItem.supplier_key));
    let late_of_others = of_others
        .clone()
        .filter(other.receipt_date.gt(other.commit_date));
    select((Supplier.name, count_all()))
        .from(LineItem)
        .join(LineItem.supplier)
        .join(LineItem.order)
        .join(Supplier.nation)
        .filter(Nation.name.eq("SAUDI ARABIA"))
        .filter(Order.status.eq("F"))
        .filter(LineItem.receipt_date.gt(LineItem.commit_date))
        .filter(exists(of_others))
        .filter(!exists(late_of_others))
        .group_by(Supplier.name)
        .order_by((count_all().desc(), Supplier.name))
        .limit(100)
}
