//! A private field's setter is private.

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
    let _ = Account::builder().name("ada").password("x");
}
