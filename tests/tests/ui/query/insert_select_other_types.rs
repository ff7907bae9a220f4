use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
}

#[derive(Model)]
struct Archive {
    #[orm(primary_key)]
    id: i64,
    name: String,
}

fn main() {
    let _ = insert(Archive).from_select((Archive.id, Archive.name), select((User.name, User.id)));
}
