//! A builder that lacks a required field can't be added.

use orm::prelude::*;

#[derive(Model)]
struct Post {
    #[orm(primary_key)]
    id: i64,
    title: String,
    author_id: i64,
}

fn main() {
    let engine = Engine::connect("sqlite://").unwrap();
    Session::new(&engine).add(Post::builder().title("Hello"));
}
