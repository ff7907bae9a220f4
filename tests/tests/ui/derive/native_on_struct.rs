//! Native types are those of enums.

use orm::prelude::*;

#[derive(DbType, Clone, PartialEq)]
#[orm(native)]
struct Email(String);

#[derive(Model, Clone)]
struct User {
    #[orm(primary_key)]
    id: i64,
    #[orm(native)]
    name: String,
}

fn main() {}
