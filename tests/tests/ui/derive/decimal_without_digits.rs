//! An exact decimal needs the digits of its column.
use orm::prelude::*;
use rust_decimal::Decimal;

#[derive(Model)]
struct Item {
    #[orm(primary_key)]
    id: i64,
    price: Decimal,
}

fn main() {}
