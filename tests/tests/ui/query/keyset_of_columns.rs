//! Keyset pages are those of entities, whose columns the cursor has.

use orm::prelude::*;

#[derive(Model)]
struct User {
    #[orm(primary_key)]
    id: i64,
    name: String,
}

fn page(conn: &mut Connection) -> orm::Result<Vec<String>> {
    let page = select(User.name).keyset(20).fetch(conn)?;
    Ok(page.rows)
}

fn main() {}
