//! What a relation that is only read selects.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    email: String,
    #[orm(on(mail = Order.email))]
    mails: ViewOnly<Vec<Order>>,
    #[orm(filter = Order.id.gt(7))]
    orders: HasMany<Order>,
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
