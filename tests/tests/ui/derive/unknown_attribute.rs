//! A slip of the pen is recognised, on fields and on structs.

use orm::prelude::*;

#[derive(Model)]
#[orm(tabel = "users")]
struct User {
    #[orm(primary_key, lenght = 50)]
    id: i64,
}

fn main() {}
