//! [`SqliteDialect`]: the type that stands for SQLite. Its SQL is in `lib.rs` and the files that it calls.

/// Renders the SQL of SQLite.
///
/// ```
/// use dialect_sqlite::SqliteDialect;
/// use orm_core::sql::Dialect;
/// use orm_core::value::Value;
/// assert_eq!(SqliteDialect.literal(&Value::Text("it's".into())).unwrap(), "'it''s'");
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct SqliteDialect;
