//! What is stored can be copied.

use orm::prelude::*;

#[derive(DbEnum)]
enum Status {
    Open,
    Closed,
}

#[derive(Model)]
struct Ticket {
    #[orm(primary_key)]
    id: i64,
    status: Status,
}

fn main() {}
