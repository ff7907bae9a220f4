//! Define a model, connect, create tables, add, query, change a field, delete, commit.
use orm::prelude::*;

#[derive(Model, Clone, Debug)]
#[orm(table = "users")]
pub struct User {
    #[orm(primary_key)]
    pub id: i64,
    #[orm(unique, length = 50)]
    pub username: String,
    pub email: Option<String>,
}

fn main() -> orm::Result<()> {
    let url = std::env::args().nth(1).unwrap_or("sqlite://".into());
    let engine = Engine::options(&url).echo().connect()?;
    orm::engine::create_missing(&mut engine.connection()?, &orm::metadata().schema()?)?;

    let mut session = Session::new(&engine);
    let user = session.add(User::builder().username("john_doe").email("john@example.com"));
    session.commit()?;
    println!("{:?}", session[user]);

    let john = session.get(User, session.key(user).unwrap())?.unwrap();
    assert_eq!(john, user);
    session[john].username = "new_username".into();
    session.commit()?;

    session.delete(john);
    session.commit()
}
