//! Two entities at once are borrowed by `get_many_mut`.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
    email: Option<String>,
    active: bool,
}

fn swap(session: &mut Session, a: Ref<User>, b: Ref<User>) {
    std::mem::swap(&mut session[a].name, &mut session[b].name);
}

fn main() {}
