//! A relation whose foreign key is nullable may be empty.

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
    author_id: Option<i64>,
    author: BelongsTo<User>,
}

fn main() {}
