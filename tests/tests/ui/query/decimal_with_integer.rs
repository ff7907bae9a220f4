//! A decimal is multiplied with a decimal, not with a number of another type.
use orm::prelude::*;
use rust_decimal::Decimal;

#[derive(Model)]
struct Item {
    #[orm(primary_key)]
    id: i64,
    #[orm(precision = 12, scale = 2)]
    price: Decimal,
}

fn main() {
    let _ = select(Item.price * 2);
}
