//! The variants are the kinds of rows.

use orm::prelude::*;

#[derive(Embedded)]
enum Kind {}

fn main() {}
