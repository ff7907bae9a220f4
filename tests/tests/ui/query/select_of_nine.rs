//! More columns than a tuple may have.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
}

fn main() {
    let id = User.id;
    let _ = select((id, id, id, id, id, id, id, id, id));
}
