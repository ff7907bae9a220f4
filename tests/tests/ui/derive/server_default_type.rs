//! A field that the server fills has a value until then.

use orm::prelude::*;

#[derive(DbEnum, Clone)]
enum Status {
    Open,
    Closed,
}

#[derive(Model)]
struct Ticket {
    #[orm(primary_key)]
    id: i64,
    #[orm(server_default = "open")]
    status: Status,
}

fn main() {}
