use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
    logins: i32,
    active: bool,
}

#[derive(Model)]
struct Post {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = User.id)]
    author_id: i64,
    title: String,
}

fn users(conn: &mut Connection) -> orm::Result<()> {
    let _: Vec<(User, Post)> = select((User, optional(Post))).left_join(Post).all(conn)?;
    Ok(())
}

fn main() {}
