//! Columns have names, so fields have.

use orm::prelude::*;

#[derive(Model)]
struct Point(i64, i64);

fn main() {}
