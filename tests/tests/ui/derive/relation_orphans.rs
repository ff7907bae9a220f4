//! What happens to orphans is declared by the relation of the owner, with a word.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    #[orm(orphans)]
    notes: HasMany<Note>,
}

#[derive(Model)]
struct Note {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = User.id)]
    user_id: i64,
    #[orm(orphans = delete)]
    user: BelongsTo<User>,
}

fn main() {}
