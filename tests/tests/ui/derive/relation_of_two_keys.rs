//! Of several foreign keys to a model, a relation chooses one.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
}

#[derive(Model)]
struct Letter {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = User.id)]
    sender_id: i64,
    #[orm(references = User.id)]
    receiver_id: i64,
    sender: BelongsTo<User>,
}

fn main() {}
