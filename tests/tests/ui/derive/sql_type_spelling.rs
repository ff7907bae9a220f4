//! A type of the column is of a dialect.

use orm::prelude::*;

#[derive(Model, Clone)]
struct Note {
    #[orm(primary_key)]
    id: i64,
    #[orm(sql_type = "citext")]
    text: String,
    #[orm(sql_type(citext))]
    title: String,
}

fn main() {}
