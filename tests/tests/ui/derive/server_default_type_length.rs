//! A text that is longer than the length of its type can't be a default.

use orm::prelude::*;

#[derive(DbType, Clone, Debug, Default)]
#[orm(length = 3)]
struct Code(String);

#[derive(Model)]
struct Item {
    #[orm(primary_key)]
    id: i64,
    #[orm(server_default = "none")]
    code: Code,
}

fn main() {}
