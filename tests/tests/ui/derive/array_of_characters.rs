//! An array has elements that the database has arrays of.

use orm::prelude::*;

#[derive(Model)]
struct Note {
    #[orm(primary_key)]
    id: i64,
    letters: Vec<char>,
}

fn main() {}
