//! A key has an equality to look it up by.

use orm::prelude::*;

#[derive(Model)]
struct Reading {
    #[orm(primary_key)]
    value: f64,
}

fn main() {}
