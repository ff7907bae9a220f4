//! So has each part of a composite key.

use orm::prelude::*;

#[derive(Model)]
struct Reading {
    #[orm(primary_key)]
    sensor: i64,
    #[orm(primary_key)]
    value: f64,
}

fn main() {}
