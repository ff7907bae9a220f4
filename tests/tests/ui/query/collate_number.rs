//! Only texts have collations.

use orm::prelude::*;
use orm::query::Collation;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
}

fn main() {
    let _ = select(User.name).order_by(User.id.collate(Collation::Binary));
}
