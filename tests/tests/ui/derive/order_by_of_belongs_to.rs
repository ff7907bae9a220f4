//! What references one entity has no order, and an order is of columns.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    #[orm(order_by = "title")]
    posts: HasMany<Post>,
}

#[derive(Model)]
struct Post {
    #[orm(primary_key)]
    id: i64,
    title: String,
    #[orm(references = User.id)]
    author_id: i64,
    #[orm(order_by = User.id)]
    author: BelongsTo<User>,
}

fn main() {}
