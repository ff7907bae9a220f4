use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
    logins: i32,
    active: bool,
}

fn users(session: &mut Session) -> orm::Result<()> {
    for user in select(User).stream(session)? {
        println!("{}", user?.name);
    }
    Ok(())
}

fn main() {}
