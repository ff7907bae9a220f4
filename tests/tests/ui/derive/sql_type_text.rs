//! The type of a column can't end it.

use orm::prelude::*;

#[derive(Model, Clone)]
struct Note {
    #[orm(primary_key)]
    id: i64,
    #[orm(sql_type(postgres = "TEXT); DROP TABLE notes"))]
    text: String,
    #[orm(sql_type(mysql = "TEXT, `more` TEXT"))]
    title: String,
}

fn main() {}
