//! Another error type than `orm::Error` needs `try_transaction`.

use orm::prelude::*;

#[derive(Debug)]
struct Refused;

fn work(_session: &mut Session) -> Result<(), Refused> {
    Err(Refused)
}

fn main() {
    let engine = Engine::connect("sqlite://").unwrap();
    let _ = engine.transaction(|session| work(session));
}
