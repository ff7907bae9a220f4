//! The quotient of decimals has no digits that all databases agree on.
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
    let _ = select(Item.price / Decimal::TWO);
}
