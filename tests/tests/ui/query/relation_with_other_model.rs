//! A relation is compared with entities of the model that it references.

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
    let post = session.add(Post::builder().author_id(1));
    let _ = select(Post).filter(Post.author.eq(post));
}
