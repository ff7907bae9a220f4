//! What is deleted with an entity is declared by the relation of the owner, in words that there are.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    #[orm(cascade = remove)]
    posts: HasMany<Post>,
}

#[derive(Model)]
struct Post {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = User.id)]
    author_id: i64,
    #[orm(cascade = delete)]
    author: BelongsTo<User>,
}

fn main() {}
