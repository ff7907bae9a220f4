//! Q14, the promotion effect: the percentage of a month's revenue that came from promoted parts.

use orm::prelude::*;
use rust_decimal::Decimal;

use super::{Revenue as _, RowsOf, day, within};
use crate::models::{LineItem, Part};

/// The percentage, with four digits after the point.
pub type Row = Option<Decimal>;

pub fn query() -> Select<impl RowsOf<Row>> {
    let revenue = sum(LineItem.revenue());
    let promoted = revenue.clone().filter(Part.kind.starts_with("PROMO"));
    select((promoted * Decimal::ONE_HUNDRED).div_dp(revenue, 4))
        .from(LineItem)
        .join(LineItem.part)
        .filter(within(LineItem.ship_date, day(1995, 9, 1), 1))
}
