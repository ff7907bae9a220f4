//! The models that cases share. Each is there for a kind of mapping, named in its comment.

use orm::mapping::Metadata;
use orm::prelude::*;

/// A generated key, a unique text with a length, a nullable column.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "users")]
pub struct User {
    #[orm(primary_key)]
    pub id: i64,
    #[orm(unique, length = 50)]
    pub username: String,
    pub email: Option<String>,
}

/// A bare foreign key.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "posts")]
pub struct Post {
    #[orm(primary_key)]
    pub id: i64,
    #[orm(length = 200)]
    pub title: String,
    #[orm(references = User.id, on_delete = cascade, index)]
    pub author_id: i64,
}

/// A table that refers to itself, with keys of the program's own.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "nodes")]
pub struct Node {
    #[orm(primary_key, auto_increment = false)]
    pub id: i64,
    #[orm(references = Node.id)]
    pub parent_id: Option<i64>,
    #[orm(length = 40)]
    pub label: String,
}

/// A version column, and several columns to change apart.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "accounts")]
pub struct Account {
    #[orm(primary_key)]
    pub id: i64,
    #[orm(length = 50)]
    pub owner: String,
    pub balance: i64,
    #[orm(version)]
    pub version: i64,
}

/// A key of text.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "countries")]
pub struct Country {
    #[orm(primary_key, length = 2)]
    pub code: String,
    #[orm(length = 80)]
    pub name: String,
}

/// A key of several columns, and a reserved word for a table with a quote in a column's name.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "order")]
pub struct Line {
    #[orm(primary_key)]
    pub number: i32,
    #[orm(primary_key)]
    pub position: i32,
    #[orm(column = "a\"b`c")]
    pub quoted: i64,
}

/// A uuid as key.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "documents")]
pub struct Document {
    #[orm(primary_key)]
    pub id: uuid::Uuid,
    pub body: Option<String>,
}

/// Labels for [`Everything`].
#[derive(DbEnum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Colour {
    Red,
    Green,
    DarkBlue,
}

/// A column of every type.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "everything")]
pub struct Everything {
    #[orm(primary_key)]
    pub id: i64,
    pub flag: bool,
    pub small: i16,
    pub medium: i32,
    pub large: i64,
    pub single: f32,
    pub double: f64,
    pub text: String,
    pub bytes: Vec<u8>,
    pub date: chrono::NaiveDate,
    pub time: chrono::NaiveTime,
    pub moment: chrono::NaiveDateTime,
    pub instant: chrono::DateTime<chrono::Utc>,
    pub token: uuid::Uuid,
    pub colour: Colour,
    pub maybe_flag: Option<bool>,
    pub maybe_number: Option<i32>,
    pub maybe_text: Option<String>,
    pub maybe_instant: Option<chrono::DateTime<chrono::Utc>>,
}

/// Columns that the database fills in.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "tickets")]
pub struct Ticket {
    #[orm(primary_key)]
    pub id: i64,
    #[orm(length = 100)]
    pub subject: String,
    #[orm(length = 20, server_default = "open")]
    pub status: Option<String>,
    #[orm(server_default = 3)]
    pub priority: i32,
}

/// The shared models.
pub fn metadata() -> Metadata {
    Metadata::in_module(module_path!())
}

#[cfg(test)]
mod tests {
    use super::Metadata;

    /// Identifiers have 31 bytes at most on some databases.
    const LONGEST: usize = 30;

    /// Models whose names are too long on purpose.
    const TOO_LONG: &[&str] = &["TooLong", "TooLongColumn"];

    #[test]
    fn tables_and_columns_have_short_names() {
        let all = Metadata::in_module("orm_conformance");
        assert!(
            all.models().len() > 50,
            "the models of the cases are linked"
        );
        let models = all.models().iter();
        let models = models.filter(|model| !TOO_LONG.contains(&model.name));
        let names = models.flat_map(|model| model.names.iter().chain([&model.table]));
        let long: Vec<_> = names.filter(|name| name.len() > LONGEST).collect();
        assert!(long.is_empty(), "longer than {LONGEST} bytes: {long:?}");
    }
}
