//! One side has the link table.

use orm::prelude::*;

#[derive(Model)]
struct Post {
    #[orm(primary_key)]
    id: i64,
    #[orm(inverse = Tag.posts)]
    tags: ManyToMany<Tag>,
}

#[derive(Model)]
struct Tag {
    #[orm(primary_key)]
    id: i64,
    #[orm(link_table = "tag_posts")]
    posts: ManyToMany<Post>,
    #[orm(inverse = Post.tags)]
    others: ManyToMany<Post>,
}

fn main() {}
