//! A native enum has labels that every database keeps.

use orm::prelude::*;

#[derive(DbEnum, Clone)]
#[orm(native)]
enum Status {
    Open,
    #[orm(rename = "closed ")]
    Closed,
    #[orm(rename = "a very long label of more than sixty-three bytes, which PostgreSQL cuts")]
    Unknown,
}

fn main() {}
