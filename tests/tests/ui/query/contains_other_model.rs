//! A query of entities contains rows of its own model.

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
}

fn contains(session: &mut Session, post: Ref<Post>) -> orm::Result<bool> {
    select(User).contains(post, session)
}

fn main() {}
