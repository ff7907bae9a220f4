use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
    logins: i32,
    active: bool,
}

#[derive(DbEnum, Clone)]
enum Role {
    Admin,
}

#[derive(Model)]
struct Member {
    #[orm(primary_key)]
    id: i64,
    role: Role,
}

fn main() {
    let _ = select(Member).filter(Member.role.eq("admin"));
    let _ = Role::Admin;
}
