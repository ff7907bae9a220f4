//! Options of foreign keys.

use orm::prelude::*;

#[derive(Model, Clone)]
struct Note {
    #[orm(primary_key)]
    id: i64,
    #[orm(deferrable)]
    a: Option<i64>,
    #[orm(match = full)]
    b: Option<i64>,
    #[orm(references = Note.id, deferrable = later)]
    c: Option<i64>,
    #[orm(references = Note.id, match = partial)]
    d: Option<i64>,
}

fn main() {}
