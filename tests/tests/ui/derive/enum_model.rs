//! An enum is stored in a column, not as a table.

use orm::prelude::*;

#[derive(Model)]
enum Status {
    Open,
    Closed,
}

fn main() {}
