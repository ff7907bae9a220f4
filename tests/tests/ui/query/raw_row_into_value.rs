use orm::prelude::*;

fn ids(conn: &mut Connection) -> orm::Result<Vec<i64>> {
    raw("SELECT id FROM users").all(conn)
}

fn main() {}
