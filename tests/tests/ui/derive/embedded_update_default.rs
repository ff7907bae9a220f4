//! An UPDATE would set the default beside the NULLs of `None`.

use orm::prelude::*;

#[derive(Embedded, Default)]
struct Times {
    #[orm(update_default = 1)]
    changed: i64,
}

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    #[orm(flatten)]
    times: Option<Times>,
}

fn main() {}
