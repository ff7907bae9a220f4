//! The server can't run Rust.

use orm::prelude::*;

#[derive(Model)]
struct Ticket {
    #[orm(primary_key)]
    id: i64,
    #[orm(server_default = now())]
    opened: i64,
}

fn main() {}
