//! The digits of a decimal are two numbers.
use orm::prelude::*;
use rust_decimal::Decimal;

#[derive(Model)]
struct Item {
    #[orm(primary_key)]
    id: i64,
    #[orm(precision = 12)]
    price: Decimal,
    #[orm(scale = 2)]
    rebate: Decimal,
}

fn main() {}
