//! What a relation that is only read selects.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    email: String,
    #[orm(on(mail = Order.email))]
    by_no_column: ViewOnly<Vec<Order>>,
    #[orm(on(email))]
    by_half: ViewOnly<Vec<Order>>,
    #[orm(limit = 3)]
    three: ViewOnly<Option<Order>>,
    #[orm(filter = Order.id.gt(7))]
    orders: HasMany<Order>,
    #[orm(order_by = Order.id)]
    one: ViewOnly<Order>,
}

#[derive(Model)]
struct Order {
    #[orm(primary_key)]
    id: i64,
    email: String,
    #[orm(references = User.id)]
    user_id: i64,
    user: BelongsTo<User>,
}

fn main() {}
