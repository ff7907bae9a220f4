//! [`MysqlDialect`]: which of the two databases it is. Its SQL is in `lib.rs` and the files that it calls.

/// Renders the SQL of MySQL 8 or of MariaDB, which differs in INSERT … RETURNING and in the collation of text.
///
/// ```
/// use dialect_mysql::MysqlDialect;
/// use orm_core::sql::Dialect;
/// use orm_core::value::Value;
/// let literal = MysqlDialect::MySql.literal(&Value::Text("it's".into()));
/// assert_eq!(literal.unwrap(), "'it''s'");
/// assert!(MysqlDialect::MariaDb.capabilities().insert_returning);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MysqlDialect {
    /// MySQL 8.
    MySql,
    /// MariaDB since 10.6.
    MariaDb,
}

impl MysqlDialect {
    /// The collation of text: binary, without padding.
    pub(crate) const fn collation(self) -> &'static str {
        match self {
            Self::MySql => "utf8mb4_0900_bin",
            Self::MariaDb => "utf8mb4_nopad_bin",
        }
    }
}
