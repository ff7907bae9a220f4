//! A NULL is no element of a `Vec<String>`.

use orm::prelude::*;

#[derive(Model)]
struct Note {
    #[orm(primary_key)]
    id: i64,
    tags: Vec<String>,
}

fn main() {
    let _ = update(Note).set(Note.tags, vec![None::<String>]);
}
