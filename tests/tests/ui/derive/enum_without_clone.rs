//! What is stored can be copied.

use orm::prelude::*;

#[derive(DbEnum)]
enum Status {
    Open,
    Closed,
}

fn main() {}
