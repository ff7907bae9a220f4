//! The fields of a flattened struct have names.

use orm::prelude::*;

#[derive(Embedded)]
struct Point(f64, f64);

fn main() {}
