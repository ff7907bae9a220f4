//! Another error type than `orm::Error` needs `try_transaction`.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
    email: Option<String>,
    active: bool,
}

fn work(engine: &Engine) -> orm::Result<i32> {
    engine.transaction(|session| {
        session.flush()?;
        let number = "3".parse::<i32>()?;
        Ok(number)
    })
}

fn main() {}
