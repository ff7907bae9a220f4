//! A misspelled dialect would leave the column's type unchanged.

use orm::prelude::*;

#[derive(Model, Clone)]
struct Note {
    #[orm(primary_key)]
    id: i64,
    #[orm(sql_type(postgresql = "citext"))]
    text: String,
    #[orm(sql_type(mysql = "TINYTEXT", mysql = "MEDIUMTEXT"))]
    title: String,
    #[orm(sql_type(firebird = "VARCHAR(20)"))]
    known_to_others: String,
}

fn main() {}
