//! A relation is loaded for entities of its own model.

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
    author: BelongsTo<User>,
}

fn main() {
    let engine = Engine::connect("sqlite://").unwrap();
    let mut session = Session::new(&engine);
    let user = session.add(User::builder());
    session.load(user, Post.author).unwrap();
}
