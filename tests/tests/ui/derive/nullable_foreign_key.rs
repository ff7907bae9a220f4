//! The nullability of a relation's foreign key is that of its field.

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
    #[orm(references = User.id, nullable)]
    author_id: i64,
    author: BelongsTo<User>,
}

fn main() {}
