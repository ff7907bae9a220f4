//! Q4, the order priority checking: how many orders of a quarter had a line that came late, by priority.

use orm::prelude::*;

use super::{RowsOf, day, within};
use crate::models::{LineItem, Order};

/// The priority, and the number of orders.
pub type Row = (String, i64);

pub fn query() -> Select<impl RowsOf<Row>> {
    let came_late = LineItem.commit_date.lt(LineItem.receipt_date);
    select((Order.priority, count_all()))
        .filter(within(Order.order_date, day(1993, 7, 1), 3))
        .filter(Order.lines.any(came_late))
        .group_by(Order.priority)
        .order_by(Order.priority)
}
