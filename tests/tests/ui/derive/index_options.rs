//! Options of indexes and unique constraints.

use orm::prelude::*;

#[derive(Model, Clone)]
#[orm(unique(a, b desc))]
#[orm(unique(a, nulls_distinct = true))]
#[orm(index(a, b, nulls_not_distinct))]
#[orm(index(expr("lower(c)")))]
#[orm(index(a descending))]
#[orm(index(a(descending)))]
#[orm(index(a, nmae = "x"))]
#[orm(index(a, include(d)))]
#[orm(index(a, where = ""))]
#[orm(index(a, where(postgresql = "a > 0")))]
struct Note {
    #[orm(primary_key)]
    id: i64,
    #[orm(index(nulls = least))]
    a: i64,
    #[orm(unique(desc))]
    b: i64,
    #[orm(index(length = 0))]
    c: String,
}

fn main() {}
