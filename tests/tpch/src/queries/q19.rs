//! Q19, the discounted revenue: that of three kinds of parts in certain quantities, delivered by air and in person.

use std::ops::RangeInclusive;

use orm::prelude::*;
use rust_decimal::Decimal;

use super::{Revenue as _, RowsOf};
use crate::models::{LineItem, Part};

/// The revenue.
pub type Row = Option<Decimal>;

pub fn query() -> Select<impl RowsOf<Row>> {
    let small = ["SM CASE", "SM BOX", "SM PACK", "SM PKG"];
    let medium = ["MED BAG", "MED BOX", "MED PKG", "MED PACK"];
    let large = ["LG CASE", "LG BOX", "LG PACK", "LG PKG"];
    select(sum(LineItem.revenue()))
        .from(LineItem)
        .join(LineItem.part)
        .filter(Predicate::any([
            parts("Brand#12", small, 1..=11, 5),
            parts("Brand#23", medium, 10..=20, 10),
            parts("Brand#34", large, 20..=30, 15),
        ]))
        .filter(LineItem.ship_mode.in_(["AIR", "AIR REG"]))
        .filter(LineItem.ship_instructions.eq("DELIVER IN PERSON"))
}

fn parts(
    brand: &str,
    containers: [&str; 4],
    quantity: RangeInclusive<i32>,
    largest: i32,
) -> Predicate {
    let (least, most) = quantity.into_inner();
    Part.brand.eq(brand)
        & Part.container.in_(containers)
        & Part.size.between(1, largest)
        & LineItem
            .quantity
            .between(Decimal::from(least), Decimal::from(most))
}
