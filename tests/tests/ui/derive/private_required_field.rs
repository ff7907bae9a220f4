//! A private field that must be given can be given in its module only.

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
    let engine = Engine::connect("sqlite://").unwrap();
    Session::new(&engine).add(Account::builder().name("ada"));
}
