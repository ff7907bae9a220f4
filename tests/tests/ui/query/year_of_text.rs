use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
    born: chrono::NaiveDate,
}

fn main() {
    let _ = select(User.name.year());
}
