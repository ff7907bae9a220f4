//! Statements run on a connection or a session.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
    email: Option<String>,
    active: bool,
}

fn users(engine: Engine) -> orm::Result<()> {
    let _ = select(User).all(&engine)?;
    Ok(())
}

fn main() {}
