//! A relation needs a foreign key.

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
    author_id: i64,
    author: BelongsTo<User>,
}

fn main() {}
