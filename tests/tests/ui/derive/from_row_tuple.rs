//! Columns are found by the names of fields.

use orm::prelude::*;

#[derive(FromRow)]
struct Total(String, i64);

fn main() {}
