//! The key of a relation is a field with a foreign key.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
}

#[derive(Model)]
struct Post {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = User.id)]
    author_id: i64,
    #[orm(key = author)]
    author: BelongsTo<User>,
}

fn main() {}
