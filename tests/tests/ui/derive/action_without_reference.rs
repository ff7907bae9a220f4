//! An action belongs to a reference, and is one of five.

use orm::prelude::*;

#[derive(Model)]
struct Post {
    #[orm(primary_key)]
    id: i64,
    #[orm(on_delete = cascade)]
    author_id: i64,
    #[orm(references = Post.id, on_delete = setnull)]
    parent_id: Option<i64>,
}

fn main() {}
