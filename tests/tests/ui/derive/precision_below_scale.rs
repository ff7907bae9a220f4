//! The digits behind the point are among all digits.
use orm::prelude::*;
use rust_decimal::Decimal;

#[derive(Model)]
struct Item {
    #[orm(primary_key)]
    id: i64,
    #[orm(precision = 2, scale = 3)]
    share: Decimal,
}

fn main() {}
