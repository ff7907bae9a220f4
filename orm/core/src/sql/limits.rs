//! What a database limits in a statement: the length of the names that it gives, and the number of binds.
//!
//! Names of tables and columns are those of the database, and only checked where they are created, in `ddl/`.

use super::dialect::Dialect;
use super::writer::SqlWriter;
use crate::error::{Error, ErrorKind, Result};
use crate::value::{JSON_LEVELS, Value, json_fault};

impl SqlWriter<'_> {
    /// Appends a name that the statement gives, and that is known in it alone: an alias, a label, the name of a window.
    /// [`SqlWriter::check_limits`] refuses one that is too long: PostgreSQL truncates names silently, so that two of them
    /// could become one.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::SqlWriter;
    /// # use orm_core::testing::AnsiDialect;
    /// # let dialect = AnsiDialect::new(); // whose aliases have 32 bytes at most
    /// let mut w = SqlWriter::new(&dialect);
    /// w.push("SELECT 1 AS ").alias("one");
    /// assert!(w.check_limits().is_ok());
    /// w.push(", 2 AS ").alias("a_name_of_more_than_thirty-two_bytes");
    /// assert!(w.check_limits().is_err());
    /// ```
    pub fn alias(&mut self, name: &str) -> &mut Self {
        let limit = self.dialect().capabilities().alias_limit;
        self.limited(name, limit)
    }

    /// Appends the name of a common table expression or a table function, which is limited as that of a table is.
    pub(super) fn table_name(&mut self, name: &str) -> &mut Self {
        let limit = self.dialect().capabilities().identifier_limit;
        self.limited(name, limit)
    }

    fn limited(&mut self, name: &str, limit: usize) -> &mut Self {
        if name.len() > limit && self.long_name.is_none() {
            self.long_name = Some(Box::new(too_long(self, name, limit)));
        }
        self.ident(name)
    }

    /// Checks the number of binds and the length of the names against the dialect's limits.
    ///
    /// # Errors
    /// - `Unsupported`: there are too many binds, or a name is too long.
    pub fn check_limits(&self) -> Result<()> {
        if let Some(error) = &self.long_name {
            return Err(error.as_ref().clone());
        }
        let (count, limit) = (self.bind_count(), self.dialect().capabilities().bind_limit);
        if count <= limit {
            return Ok(());
        }
        let dialect = self.dialect().name();
        Err(Error::with_message(
            ErrorKind::Unsupported,
            format!("the statement has {count} bind parameters; {dialect} allows {limit} at most"),
        )
        .with_hint(
            "match lists with in_, which takes any number of values, or split the statement",
        ))
    }
}

/// Returns a value as a literal, unless it is what a driver refuses to bind as a JSON document.
///
/// # Errors
/// `Unsupported`: it has none.
pub(super) fn literal_of(dialect: &dyn Dialect, value: &Value) -> Result<String> {
    let mut encoded = None;
    if let Value::Extension(own) = value {
        encoded = Some(own.encode(dialect.name()));
    }
    if let Value::Json(text) = encoded.as_ref().unwrap_or(value)
        && let Some(fault) = json_fault(text, JSON_LEVELS)
    {
        let message = format!("{fault} has no literal");
        return Err(Error::with_message(ErrorKind::Unsupported, message));
    }
    dialect.literal(value)
}

#[cold]
fn too_long(w: &SqlWriter<'_>, name: &str, limit: usize) -> Error {
    let dialect = w.dialect().name();
    Error::with_message(
        ErrorKind::Unsupported,
        format!("the name {name} is longer than the {limit} bytes that {dialect} allows"),
    )
    .with_hint("choose a shorter alias, label or name of a common table expression")
}
