use orm::prelude::*;
use orm::query::{DynColumn, select_columns};

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
}

fn main() {
    let _ = select_columns([DynColumn::new("name")]);
}
