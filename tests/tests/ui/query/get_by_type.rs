//! A model is given as a value.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
    email: Option<String>,
    active: bool,
}

fn get(session: &mut Session) -> orm::Result<()> {
    let _ = session.get::<User>(3)?;
    Ok(())
}

fn main() {}
