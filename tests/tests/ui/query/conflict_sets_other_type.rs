use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    #[orm(unique, length = 50)]
    name: String,
    logins: i32,
    posts: HasMany<Post>,
}

#[derive(Model)]
struct Post {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = User.id)]
    author_id: i64,
    title: String,
    author: BelongsTo<User>,
}

fn ada() -> orm::query::Insert<'static, User> {
    insert(User).values(User::builder().name("ada").logins(1))
}

fn main() {
    let _ = ada().on_conflict(User.name).do_update(|new| [User.logins.to(new.name)]);
}
