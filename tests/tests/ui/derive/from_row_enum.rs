//! A row is read into a struct.

use orm::prelude::*;

#[derive(FromRow)]
enum Total {
    Posts(i64),
}

fn main() {}
