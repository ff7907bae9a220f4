//! A typed CHECK is a condition.

use orm::prelude::*;

#[derive(Model, Clone)]
#[orm(check(name = "named", Note.title))]
struct Note {
    #[orm(primary_key)]
    id: i64,
    title: String,
}

fn main() {}
