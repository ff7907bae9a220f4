//! Where a link model has several relations to one model, each is named.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    #[orm(through = Follow, inverse = Follow.follower)]
    following: ManyToMany<User>,
}

#[derive(Model)]
struct Follow {
    #[orm(primary_key, references = User.id)]
    follower_id: i64,
    #[orm(primary_key, references = User.id)]
    followed_id: i64,
    #[orm(key = follower_id)]
    follower: BelongsTo<User>,
    #[orm(key = followed_id)]
    followed: BelongsTo<User>,
}

fn main() {}
