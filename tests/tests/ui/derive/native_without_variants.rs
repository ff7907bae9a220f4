//! A native enum has labels.

use orm::prelude::*;

#[derive(DbEnum, Clone)]
#[orm(native)]
struct Size(String);

#[derive(DbEnum, Clone)]
#[orm(native)]
enum Colour {}

fn main() {}
