//! What an entity belongs to is assigned.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    posts: HasMany<Post>,
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
    let post = session.add(Post::builder().author(user));
    session.append(post, Post.author, User::builder()).unwrap();
}
