//! A builder that lacks a required field can't be added.

use orm::prelude::*;

#[derive(Model)]
struct Post {
    #[orm(primary_key)]
    id: i64,
    title: String,
    author_id: i64,
}

fn add<M: Model>(row: impl NewRow<Model = M>) {
    row.into_row();
}

fn main() {
    add(Post::builder().title("Hello"));
}
