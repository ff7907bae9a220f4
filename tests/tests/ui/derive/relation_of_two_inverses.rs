//! Of several inverse relations, a `HasMany` names one.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    sent: HasMany<Letter>,
}

#[derive(Model)]
struct Letter {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = User.id)]
    sender_id: i64,
    #[orm(references = User.id)]
    receiver_id: i64,
    #[orm(key = sender_id)]
    sender: BelongsTo<User>,
    #[orm(key = receiver_id)]
    receiver: BelongsTo<User>,
}

fn main() {}
