//! A private field's column is private.

use orm::prelude::*;

mod accounts {
    #[derive(orm::Model)]
    pub struct Account {
        #[orm(primary_key)]
        pub id: i64,
        pub name: String,
        password: String,
    }
}
use accounts::Account;

fn main() {
    let _ = update(Account).set(Account.password, "x");
}
