//! A server default is a value of its column.

use orm::prelude::*;

#[derive(DbEnum, Clone, Default)]
enum Status {
    #[default]
    Open,
    Closed,
}

#[derive(Model)]
struct Ticket {
    #[orm(primary_key)]
    id: i64,
    #[orm(server_default = "opened")]
    status: Status,
    #[orm(server_default = 100_000)]
    priority: i16,
}

fn main() {}
