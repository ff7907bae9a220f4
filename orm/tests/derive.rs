//! The derives, without a database.

use orm::prelude::*;

/// A user.
#[derive(Model, Clone, Debug)]
#[orm(table = "users")]
pub struct User {
    #[orm(primary_key)]
    pub id: i64,
    /// The name.
    #[orm(unique, length = 50)]
    pub username: String,
    pub email: Option<String>,
}

#[test]
fn quickstart() {
    let row = User::builder().username("john_doe").email("x").into_row();
    assert_eq!(row.value.username, "john_doe");
    assert_eq!(User.username.name(), "username");
    assert_eq!(User::def().table, "users");
}
