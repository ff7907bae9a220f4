//! The main job, on SQLite or on the database whose URL is given.
#![allow(clippy::print_stdout)]
use orm::prelude::*;

#[derive(Model, Clone, Debug)]
#[orm(table = "users")]
struct User {
    #[orm(primary_key)]
    id: i64,
    #[orm(unique, length = 50)]
    username: String,
    email: Option<String>,
}

fn main() -> orm::Result<()> {
    let url = std::env::args().nth(1);
    let url = url.as_deref().unwrap_or("sqlite://mydatabase.db");
    let engine = Engine::options(url).echo().connect()?; // echo prints each statement
    orm::metadata().create_all(&engine)?; // every registered model, parents first

    let mut session = Session::new(&engine);
    let user = session.add(User::builder().username("john_doe").email("jd@example.com"));
    session.commit()?; // INSERT; session[user].id is known from here on

    let john = select(User)
        .filter(User.username.eq("john_doe"))
        .one(&mut session)?;
    assert_eq!(john, user); // same row, same handle
    println!("{} {:?}", session[john].username, session[john].email);

    session[john].username = "new_username".into();
    session.commit()?; // UPDATE

    session.delete(john);
    session.commit() // DELETE
}
