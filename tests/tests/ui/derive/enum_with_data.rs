//! A variant with data is no label.

use orm::prelude::*;

#[derive(DbEnum, Clone)]
enum Shape {
    Circle(f64),
    Dot,
}

fn main() {}
