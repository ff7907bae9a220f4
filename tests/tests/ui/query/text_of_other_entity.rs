//! What another entity has is taken out before an entity is changed.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
    email: Option<String>,
    active: bool,
}

fn join(session: &mut Session, a: Ref<User>, b: Ref<User>) {
    session[a].name.push_str(&session[b].name);
}

fn main() {}
