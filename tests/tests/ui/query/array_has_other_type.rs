//! An element of an array is compared with a value of its type.

use orm::prelude::*;

#[derive(Model)]
struct Note {
    #[orm(primary_key)]
    id: i64,
    tags: Vec<String>,
}

fn main() {
    let _ = select(Note).filter(Note.tags.has(7));
}
