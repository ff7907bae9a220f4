//! Hooks are called of a model that says that it has some.

use orm::prelude::*;

#[derive(Model)]
#[orm(table = "users")]
struct User {
    #[orm(primary_key)]
    id: i64,
}

impl Hooks for User {
    fn before_delete(&self) -> orm::Result<()> {
        Ok(())
    }
}

fn main() {}
