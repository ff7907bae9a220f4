//! A nested array is not searched.

use orm::prelude::*;

#[derive(Model)]
struct Note {
    #[orm(primary_key)]
    id: i64,
    grid: Vec<Vec<i32>>,
}

fn main() {
    let _ = select(Note).filter(Note.grid.has(7));
}
