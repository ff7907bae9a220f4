//! The attributes of columns are not valid on a relation.

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
    #[orm(references = User.id)]
    author: BelongsTo<User>,
}

fn main() {}
