//! A link model is a model.

use orm::prelude::*;

#[derive(Model)]
struct Post {
    #[orm(primary_key)]
    id: i64,
    #[orm(through = PostTag)]
    tags: ManyToMany<Tag>,
}

#[derive(Model)]
struct Tag {
    #[orm(primary_key)]
    id: i64,
}

struct PostTag {
    post_id: i64,
    tag_id: i64,
}

fn main() {}
