//! Only a `ManyToMany` has a link model.

use orm::prelude::*;

#[derive(Model)]
struct Post {
    #[orm(primary_key)]
    id: i64,
    #[orm(through = PostTag)]
    tags: HasMany<Tag>,
}

#[derive(Model)]
struct Tag {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Post.id)]
    post_id: i64,
    post: BelongsTo<Post>,
}

fn main() {}
