//! An array contains another array; an element is found by `has`.

use orm::prelude::*;

#[derive(Model)]
struct Note {
    #[orm(primary_key)]
    id: i64,
    tags: Vec<String>,
}

fn main() {
    let _ = select(Note).filter(Note.tags.contains("news"));
}
