//! The name of a native enum's type is an attribute of its own.

use orm::prelude::*;

#[derive(DbEnum, Clone)]
#[orm(native = "state")]
enum Status {
    Open,
    Closed,
}

fn main() {}
