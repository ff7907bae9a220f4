//! Another error than `orm::Error` needs `try_transaction`, or becomes one by `map_err`.

use orm::prelude::*;

fn main() {
    let engine = Engine::connect("sqlite://").unwrap();
    let _ = engine.transaction(|session| {
        session.flush()?;
        let number = "3".parse::<i32>()?;
        Ok(number)
    });
}
