//! Q17, the small quantity order revenue: the revenue of a year that would be lost without small orders of some parts.

use orm::prelude::*;
use orm::query::avg_dp;
use rust_decimal::Decimal;

use super::RowsOf;
use crate::models::{LineItem, Part};

/// The revenue of a year, with two digits after the point.
pub type Row = Option<Decimal>;

pub fn query() -> Select<impl RowsOf<Row>> {
    of_parts(Part.brand.eq("Brand#23") & Part.container.eq("MED BOX"))
}

/// Returns the query for other parts: two parts meet the condition of the specification at the scale factor 0.01, and none of
/// their lines is small.
pub fn of_parts(condition: Predicate) -> Select<impl RowsOf<Row>> {
    // The mean of a part's quantities, rounded so that no quantity of hundredths changes its side: few lines have the part.
    let mean = avg_dp(LineItem.quantity, 10);
    let small = select(mean * Decimal::new(2, 1)).filter(LineItem.part_key.eq(Part.part_key));
    select(sum(LineItem.extended_price).div_dp(Decimal::from(7), 2))
        .from(LineItem)
        .join(LineItem.part)
        .filter(condition)
        .filter(LineItem.quantity.lt(scalar(small)))
}
