//! Q6, the forecasting revenue change: what a year would have brought without certain discounts.

use orm::prelude::*;
use rust_decimal::Decimal;

use super::{RowsOf, day, within};
use crate::models::LineItem;

/// The additional revenue.
pub type Row = Option<Decimal>;

pub fn query() -> Select<impl RowsOf<Row>> {
    let cents = |cents| Decimal::new(cents, 2);
    select(sum(LineItem.extended_price * LineItem.discount))
        .filter(within(LineItem.ship_date, day(1994, 1, 1), 12))
        .filter(LineItem.discount.between(cents(5), cents(7)))
        .filter(LineItem.quantity.lt(Decimal::from(24)))
}
