//! Only a key that the database generates is numbered.

use orm::prelude::*;

#[derive(Model, Clone)]
struct Note {
    #[orm(primary_key, auto_increment = false, identity(always))]
    id: i64,
    #[orm(identity(start = 100))]
    number: i64,
    #[orm(identity(begin = 100))]
    other: i64,
    #[orm(sequence = "a", server_default = 3)]
    twice: i64,
}

fn main() {}
