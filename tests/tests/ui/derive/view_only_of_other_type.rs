//! The columns of a relation that is only read have the same type.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    email: String,
    #[orm(on(email = Order.id))]
    orders: ViewOnly<Vec<Order>>,
}

#[derive(Model)]
struct Order {
    #[orm(primary_key)]
    id: i64,
    email: Option<String>,
}

fn main() {}
