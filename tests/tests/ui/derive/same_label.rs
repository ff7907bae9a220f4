//! Two variants have two labels.

use orm::prelude::*;

#[derive(DbEnum, Clone)]
enum Status {
    Open,
    #[orm(rename = "open")]
    Reopened,
}

fn main() {}
