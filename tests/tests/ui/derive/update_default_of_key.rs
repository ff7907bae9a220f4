use orm::prelude::*;

#[derive(Model)]
struct Counter {
    #[orm(primary_key, update_default = 7)]
    id: i64,
    #[orm(version, update_default = 7)]
    version: i32,
}

fn main() {}
