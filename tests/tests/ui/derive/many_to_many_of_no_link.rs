//! A link model has a relation to both sides.

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

#[derive(Model)]
struct PostTag {
    #[orm(primary_key, references = Post.id)]
    post_id: i64,
    #[orm(primary_key, references = Tag.id)]
    tag_id: i64,
    post: BelongsTo<Post>,
}

fn main() {}
