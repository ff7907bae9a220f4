use orm::prelude::*;

fn names(conn: &mut Connection) -> orm::Result<Vec<&'static str>> {
    raw("SELECT username FROM users").all(conn)
}

fn main() {}
