//! A link table links two models.

use orm::prelude::*;

#[derive(Model)]
struct Post {
    #[orm(primary_key)]
    id: i64,
    #[orm(link_table = "post_tags")]
    tags: ManyToMany<Tag>,
}

struct Tag;

fn main() {}
