//! Columns are combined by `|`, not by `||`.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
    email: Option<String>,
    active: bool,
}

fn main() {
    let _ = select(User).filter(User.active || User.id.gt(3));
}
