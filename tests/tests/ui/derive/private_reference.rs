//! A reference needs to see the field that it refers to.

use orm::prelude::*;

mod accounts {
    #[derive(orm::Model)]
    pub struct Account {
        #[orm(primary_key)]
        id: i64,
    }
}
use accounts::Account;

#[derive(Model)]
struct Post {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Account.id)]
    author_id: i64,
}

fn main() {}
