//! Q1, the pricing summary report: what was shipped by some day, by its state.

use chrono::Days;
use orm::prelude::*;
use orm::query::avg_dp;
use rust_decimal::Decimal;

use super::{Revenue as _, RowsOf, day};
use crate::models::LineItem;

/// The return flag and the line status.
type State = (String, String);

/// Of quantities, prices, discounted prices, and these with tax.
type Sums = (
    Option<Decimal>,
    Option<Decimal>,
    Option<Decimal>,
    Option<Decimal>,
);

/// Of quantities, prices and discounts.
type Means = (Option<Decimal>, Option<Decimal>, Option<Decimal>);

/// The last is the number of lines.
pub type Row = (State, Sums, Means, i64);

pub fn query() -> Select<impl RowsOf<Row>> {
    let last = day(1998, 12, 1) - Days::new(90);
    let state = (LineItem.return_flag, LineItem.line_status);
    let charge = LineItem.revenue() * (Decimal::ONE + LineItem.tax);
    select((
        state,
        (
            sum(LineItem.quantity),
            sum(LineItem.extended_price),
            sum(LineItem.revenue()),
            sum(charge),
        ),
        (
            avg_dp(LineItem.quantity, 2),
            avg_dp(LineItem.extended_price, 2),
            avg_dp(LineItem.discount, 2),
        ),
        count_all(),
    ))
    .filter(LineItem.ship_date.le(last))
    .group_by(state)
    .order_by(state)
}
