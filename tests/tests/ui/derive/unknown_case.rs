//! The cases of labels are a short list.

use orm::prelude::*;

#[derive(DbEnum, Clone)]
#[orm(rename_all = "snakecase")]
enum Status {
    Open,
}

fn main() {}
