use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
    logins: i32,
    active: bool,
}

fn users(mut engine: Engine) -> orm::Result<()> {
    let _ = select(User).all(&mut engine)?;
    Ok(())
}

fn main() {}
