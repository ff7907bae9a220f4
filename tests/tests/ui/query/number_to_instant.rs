use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    seen: chrono::DateTime<chrono::Utc>,
}

fn main() {
    let _ = select(User.seen + 3);
}
