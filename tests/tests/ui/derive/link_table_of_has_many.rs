//! Only a `ManyToMany` has a link table.

use orm::prelude::*;

#[derive(Model)]
struct Post {
    #[orm(primary_key)]
    id: i64,
    #[orm(link_table = "post_tags")]
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
