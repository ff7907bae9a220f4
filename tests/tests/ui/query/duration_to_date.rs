use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    born: chrono::NaiveDate,
}

fn main() {
    let _ = select(User.born + chrono::TimeDelta::days(1));
}
