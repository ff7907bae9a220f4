//! Q12, the shipping modes and order priority: whether cheap modes of shipping delay urgent orders.

use orm::prelude::*;

use super::{RowsOf, day, within};
use crate::models::{LineItem, Order};

/// The mode, and the numbers of lines of urgent and of other orders.
pub type Row = (String, i64, i64);

pub fn query() -> Select<impl RowsOf<Row>> {
    let is_urgent = Order.priority.in_(["1-URGENT", "2-HIGH"]);
    select((
        LineItem.ship_mode,
        count_all().filter(is_urgent.clone()),
        count_all().filter(!is_urgent),
    ))
    .join(Order)
    .filter(LineItem.ship_mode.in_(["MAIL", "SHIP"]))
    .filter(LineItem.commit_date.lt(LineItem.receipt_date))
    .filter(LineItem.ship_date.lt(LineItem.commit_date))
    .filter(within(LineItem.receipt_date, day(1994, 1, 1), 12))
    .group_by(LineItem.ship_mode)
    .order_by(LineItem.ship_mode)
}
