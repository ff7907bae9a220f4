//! A new type over a text or bytes has a length.

use orm::prelude::*;

#[derive(DbType, Clone, Debug)]
#[orm(length = 10)]
struct Price(i64);

fn main() {}
