//! The inverse relation references this model.

use orm::prelude::*;

#[derive(Model)]
struct Post {
    #[orm(primary_key)]
    id: i64,
    #[orm(link_table = "post_tags")]
    tags: ManyToMany<Tag>,
}

#[derive(Model)]
struct Tag {
    #[orm(primary_key)]
    id: i64,
}

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    #[orm(inverse = Post.tags)]
    posts: ManyToMany<Post>,
}

fn main() {}
