//! The attributes of a column stand on its first field.

use orm::prelude::*;

#[derive(Embedded)]
enum Kind {
    Cat { coat: Option<i32> },
    Dog {
        #[orm(index)]
        coat: Option<i32>,
        #[orm(not_null)]
        trained: bool,
    },
}

fn main() {}
