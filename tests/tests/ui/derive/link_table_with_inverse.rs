//! One side has the link table, the other one names that side.

use orm::prelude::*;

#[derive(Model)]
struct Post {
    #[orm(primary_key)]
    id: i64,
    #[orm(link_table = "post_tags", inverse = Tag.posts)]
    tags: ManyToMany<Tag>,
}

#[derive(Model)]
struct Tag {
    #[orm(primary_key)]
    id: i64,
    #[orm(inverse = Post.tags)]
    posts: ManyToMany<Post>,
}

fn main() {}
