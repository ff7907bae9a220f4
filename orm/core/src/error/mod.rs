//! [`Error`]: the error type of all crates here, one pointer wide, with a kind to branch on.
//!
//! `kind.rs` lists the kinds; this file has the type, its builder methods and its predicates. Messages never contain
//! bound values. A driver's own message may (PostgreSQL's DETAIL, MariaDB's 1062), so it is reachable through
//! [`std::error::Error::source`] only.

mod kind;

pub use kind::ErrorKind;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

/// Is a result with [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Describes an error and its place.
///
/// `Display` and `Debug` both print the message, the place, at most 1000 characters of the SQL text with its
/// placeholders, and the hint. They never print bound values or passwords.
///
/// ```
/// use orm_core::error::{Error, ErrorKind};
/// let error = Error::new(ErrorKind::UniqueViolation).with_table("users").with_column("username");
/// assert!(error.is_unique_violation());
/// assert_eq!(error.to_string(), "duplicate value violates a unique constraint (users.username)");
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: Cow<'static, str>,
    hint: Option<Cow<'static, str>>,
    table: Option<String>,
    columns: Vec<String>,
    constraint: Option<String>,
    code: Option<String>,
    sql: Option<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// Creates an error of `kind` with the kind's default message.
    #[cold]
    pub fn new(kind: ErrorKind) -> Self {
        Self::with_message(kind, kind.as_str())
    }

    /// Creates an error of `kind` with a message: lower case, no full stop, no bound value.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::error::{Error, ErrorKind};
    /// let error = Error::with_message(ErrorKind::Usage, "the list of columns is empty");
    /// assert_eq!(error.to_string(), "the list of columns is empty");
    /// ```
    #[cold]
    pub fn with_message(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            hint: None,
            table: None,
            columns: Vec::new(),
            constraint: None,
            code: None,
            sql: None,
            source: None,
        }))
    }

    /// Wraps an error of the application, so that `?` returns it from a transaction closure.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::error::{Error, ErrorKind};
    /// let error = Error::other("the account is closed");
    /// assert_eq!((error.kind(), error.message()), (ErrorKind::Other, "the account is closed"));
    /// ```
    #[cold]
    pub fn other(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        let source = source.into();
        Self::with_message(ErrorKind::Other, source.to_string()).with_source(source)
    }

    /// Sets the hint: what to do about the error.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::error::{Error, ErrorKind};
    /// let error = Error::with_message(ErrorKind::Usage, "no column is set").with_hint("call set");
    /// assert_eq!(error.to_string(), "no column is set\n  hint: call set");
    /// ```
    pub fn with_hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// Sets the table.
    pub fn with_table(mut self, table: impl Into<String>) -> Self {
        self.0.table = Some(table.into());
        self
    }

    /// Sets the column.
    pub fn with_column(self, column: impl Into<String>) -> Self {
        self.with_columns([column])
    }

    /// Sets the columns, in the order of their constraint.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::error::{Error, ErrorKind};
    /// let error = Error::new(ErrorKind::UniqueViolation)
    ///     .with_table("stock")
    ///     .with_columns(["shop", "article"]);
    /// assert_eq!(error.columns(), ["shop", "article"]);
    /// assert_eq!(error.column(), None);
    /// ```
    pub fn with_columns<C: Into<String>>(mut self, columns: impl IntoIterator<Item = C>) -> Self {
        self.0.columns = columns.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the constraint.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::error::{Error, ErrorKind};
    /// let error = Error::new(ErrorKind::UniqueViolation).with_constraint("uq_users_name");
    /// assert_eq!(error.constraint(), Some("uq_users_name"));
    /// ```
    pub fn with_constraint(mut self, constraint: impl Into<String>) -> Self {
        self.0.constraint = Some(constraint.into());
        self
    }

    /// Sets the database's own code: a SQLSTATE, or a number as decimal text.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::error::{Error, ErrorKind};
    /// let error = Error::new(ErrorKind::Deadlock).with_code("40P01");
    /// assert_eq!(error.code(), Some("40P01"));
    /// ```
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.0.code = Some(code.into());
        self
    }

    /// Sets the SQL text with its placeholders, unless it is empty or set already.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::error::{Error, ErrorKind};
    /// let error = Error::new(ErrorKind::Deadlock).with_sql(r#"DELETE FROM "users""#);
    /// assert_eq!(error.sql(), Some(r#"DELETE FROM "users""#));
    /// ```
    pub fn with_sql(mut self, sql: &str) -> Self {
        if self.0.sql.is_none() && !sql.is_empty() {
            self.0.sql = Some(sql.to_owned());
        }
        self
    }

    /// Sets the source: the driver's error.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::error::{Error, ErrorKind};
    /// let native = std::io::Error::other("broken pipe");
    /// let error = Error::new(ErrorKind::ConnectionLost).with_source(native);
    /// assert!(std::error::Error::source(&error).is_some());
    /// ```
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Calls `with` with the error and a value, if there is one: `error.with_any(table, Error::with_table)`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::error::{Error, ErrorKind};
    /// let table = Some("users");
    /// let error = Error::new(ErrorKind::Deadlock).with_any(table, Error::with_table);
    /// assert_eq!(error.table(), Some("users"));
    /// ```
    pub fn with_any<T>(self, value: Option<T>, with: impl FnOnce(Self, T) -> Self) -> Self {
        match value {
            Some(value) => with(self, value),
            None => self,
        }
    }

    /// Returns the error with another kind and its message, such as [`ErrorKind::CommitUnknown`] for a connection
    /// lost during COMMIT. A message of the error itself is appended after a colon.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::error::{Error, ErrorKind};
    /// let lost = Error::new(ErrorKind::ConnectionLost);
    /// assert!(lost.into_kind(ErrorKind::CommitUnknown).is_commit_unknown());
    /// ```
    pub fn into_kind(mut self, kind: ErrorKind) -> Self {
        let before = std::mem::replace(&mut self.0.kind, kind);
        self.0.message = if self.0.message == before.as_str() {
            kind.as_str().into()
        } else {
            format!("{}: {}", kind.as_str(), self.0.message).into()
        };
        self
    }

    /// Returns the kind, for programs to branch on.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::error::{Error, ErrorKind};
    /// let error = Error::new(ErrorKind::NotFound);
    /// assert_eq!(error.kind(), ErrorKind::NotFound);
    /// ```
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the message, without place, SQL and hint.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::error::{Error, ErrorKind};
    /// let error = Error::other("closed").with_hint("open it").with_table("accounts");
    /// assert_eq!(error.message(), "closed");
    /// ```
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Returns the hint: what to do about the error.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::error::{Error, ErrorKind};
    /// assert_eq!(Error::other("closed").with_hint("open it").hint(), Some("open it"));
    /// ```
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// Returns the table. See [`Error::constraint`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::error::{Error, ErrorKind};
    /// let error = Error::new(ErrorKind::NotNullViolation).with_table("users").with_column("name");
    /// assert_eq!((error.table(), error.column()), (Some("users"), Some("name")));
    /// ```
    pub fn table(&self) -> Option<&str> {
        self.0.table.as_deref()
    }

    /// Returns the column, if there is exactly one; [`Error::columns`] returns several.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::error::{Error, ErrorKind};
    /// let error = Error::new(ErrorKind::NotNullViolation).with_column("name");
    /// assert_eq!(error.column(), Some("name"));
    /// ```
    pub fn column(&self) -> Option<&str> {
        match self.columns() {
            [column] => Some(column),
            _ => None,
        }
    }

    /// Returns the columns, in the order of their constraint. Empty if they are not known.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::error::{Error, ErrorKind};
    /// let error = Error::new(ErrorKind::UniqueViolation).with_columns(["shop", "article"]);
    /// assert_eq!(error.columns(), ["shop", "article"]);
    /// ```
    pub fn columns(&self) -> &[String] {
        &self.0.columns
    }

    /// Returns the constraint.
    ///
    /// A unique violation in the table of a registered model has the same table, columns and constraint on every
    /// database: what the database does not report is taken from the model, and MySQL's `PRIMARY` becomes the name of
    /// the primary key, `pk_users`. Other violations have what the database reports and what follows from the models.
    /// SQLite reports nothing of a foreign key violation; it has a constraint only if the statement concerns a single
    /// foreign key.
    ///
    /// ```
    /// # use orm_core::error::{Error, ErrorKind};
    /// fn is_name_taken(error: &Error) -> bool {
    ///     error.is_unique_violation() && error.constraint() == Some("uq_users_username")
    /// }
    /// # let error = Error::new(ErrorKind::UniqueViolation).with_constraint("uq_users_username");
    /// # assert!(is_name_taken(&error));
    /// ```
    pub fn constraint(&self) -> Option<&str> {
        self.0.constraint.as_deref()
    }

    /// Returns the database's own code: a SQLSTATE on PostgreSQL, a number on the others.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::error::{Error, ErrorKind};
    /// let error = Error::new(ErrorKind::UniqueViolation).with_code("23505");
    /// assert_eq!(error.code(), Some("23505")); // PostgreSQL's SQLSTATE
    /// ```
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// Returns the whole SQL text of the statement, with placeholders instead of values.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::error::{Error, ErrorKind};
    /// let error = Error::new(ErrorKind::Deadlock).with_sql("UPDATE t SET a = ?");
    /// assert_eq!(error.sql(), Some("UPDATE t SET a = ?"));
    /// ```
    pub fn sql(&self) -> Option<&str> {
        self.0.sql.as_deref()
    }

    /// Returns whether a unique constraint is violated.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::error::{Error, ErrorKind};
    /// assert!(Error::new(ErrorKind::UniqueViolation).is_unique_violation());
    /// ```
    pub fn is_unique_violation(&self) -> bool {
        self.0.kind == ErrorKind::UniqueViolation
    }

    /// Returns whether a foreign key constraint is violated.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::error::{Error, ErrorKind};
    /// assert!(Error::new(ErrorKind::ForeignKeyViolation).is_foreign_key_violation());
    /// ```
    pub fn is_foreign_key_violation(&self) -> bool {
        self.0.kind == ErrorKind::ForeignKeyViolation
    }

    /// Returns whether a not-null constraint is violated.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::error::{Error, ErrorKind};
    /// assert!(Error::new(ErrorKind::NotNullViolation).is_not_null_violation());
    /// ```
    pub fn is_not_null_violation(&self) -> bool {
        self.0.kind == ErrorKind::NotNullViolation
    }

    /// Returns whether a CHECK constraint is violated.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::error::{Error, ErrorKind};
    /// assert!(Error::new(ErrorKind::CheckViolation).is_check_violation());
    /// ```
    pub fn is_check_violation(&self) -> bool {
        self.0.kind == ErrorKind::CheckViolation
    }

    /// Returns whether a value is not valid for its column: a text or byte value is too long, or a number, date or
    /// time is out of range.
    ///
    /// ```
    /// # use orm_core::error::{Error, ErrorKind};
    /// assert!(Error::new(ErrorKind::DataTooLong).is_invalid_value());
    /// assert!(Error::new(ErrorKind::OutOfRange).is_invalid_value());
    /// assert!(!Error::new(ErrorKind::CheckViolation).is_invalid_value());
    /// ```
    pub fn is_invalid_value(&self) -> bool {
        matches!(self.0.kind, ErrorKind::DataTooLong | ErrorKind::OutOfRange)
    }

    /// Returns whether any constraint is violated.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::error::{Error, ErrorKind};
    /// assert!(Error::new(ErrorKind::CheckViolation).is_constraint_violation());
    /// assert!(!Error::new(ErrorKind::Deadlock).is_constraint_violation());
    /// ```
    pub fn is_constraint_violation(&self) -> bool {
        self.is_unique_violation()
            || self.is_foreign_key_violation()
            || self.is_not_null_violation()
            || self.is_check_violation()
    }

    /// Returns whether the transaction failed because of a concurrent one, by a serialization failure or a deadlock,
    /// and can be run again.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::error::{Error, ErrorKind};
    /// assert!(Error::new(ErrorKind::SerializationFailure).is_serialization_failure());
    /// assert!(Error::new(ErrorKind::Deadlock).is_serialization_failure());
    /// ```
    pub fn is_serialization_failure(&self) -> bool {
        matches!(
            self.0.kind,
            ErrorKind::SerializationFailure | ErrorKind::Deadlock
        )
    }

    /// Returns whether a lock could not be obtained in time.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::error::{Error, ErrorKind};
    /// assert!(Error::new(ErrorKind::Busy).is_busy());
    /// ```
    pub fn is_busy(&self) -> bool {
        self.0.kind == ErrorKind::Busy
    }

    /// Returns whether the connection was lost, during COMMIT included.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::error::{Error, ErrorKind};
    /// assert!(Error::new(ErrorKind::ConnectionLost).is_connection_lost());
    /// assert!(Error::new(ErrorKind::CommitUnknown).is_connection_lost());
    /// ```
    pub fn is_connection_lost(&self) -> bool {
        matches!(
            self.0.kind,
            ErrorKind::ConnectionLost | ErrorKind::CommitUnknown
        )
    }

    /// Returns whether the connection was lost during COMMIT, so that the changes may or may not be stored.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::error::{Error, ErrorKind};
    /// assert!(Error::new(ErrorKind::CommitUnknown).is_commit_unknown());
    /// assert!(!Error::new(ErrorKind::ConnectionLost).is_commit_unknown());
    /// ```
    pub fn is_commit_unknown(&self) -> bool {
        self.0.kind == ErrorKind::CommitUnknown
    }

    /// Returns whether a row was changed or deleted by another transaction since it was loaded.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::error::{Error, ErrorKind};
    /// assert!(Error::new(ErrorKind::StaleData).is_stale_data());
    /// ```
    pub fn is_stale_data(&self) -> bool {
        self.0.kind == ErrorKind::StaleData
    }

    /// Returns whether the entity of a handle has left the session, or the handle belongs to another one.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::error::{Error, ErrorKind};
    /// assert!(Error::new(ErrorKind::StaleHandle).is_stale_handle());
    /// ```
    pub fn is_stale_handle(&self) -> bool {
        self.0.kind == ErrorKind::StaleHandle
    }

    /// Returns whether a query for one row found none.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::error::{Error, ErrorKind};
    /// assert!(Error::new(ErrorKind::NotFound).is_not_found());
    /// ```
    pub fn is_not_found(&self) -> bool {
        self.0.kind == ErrorKind::NotFound
    }

    /// Returns whether the database does not support the statement.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::error::{Error, ErrorKind};
    /// assert!(Error::new(ErrorKind::Unsupported).is_unsupported());
    /// ```
    pub fn is_unsupported(&self) -> bool {
        self.0.kind == ErrorKind::Unsupported
    }

    fn fmt_place(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.0;
        match (&inner.table, inner.columns.as_slice()) {
            (Some(table), []) => write!(f, " (table {table})")?,
            (Some(table), columns) => {
                let columns: Vec<_> = columns.iter().map(|c| format!("{table}.{c}")).collect();
                write!(f, " ({})", columns.join(", "))?;
            }
            (None, []) => {}
            (None, [column]) => write!(f, " (column {column})")?,
            (None, columns) => write!(f, " (columns {})", columns.join(", "))?,
        }
        if let Some(constraint) = &inner.constraint {
            write!(f, " (constraint {constraint})")?;
        }
        Ok(())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        self.fmt_place(f)?;
        if let Some(code) = &self.0.code {
            write!(f, " [{code}]")?;
        }
        if let Some(sql) = &self.0.sql {
            write!(f, "\n  sql: {}", shortened(sql))?;
            if shortened(sql).len() < sql.len() {
                write!(f, "… ({} bytes)", sql.len())?;
            }
        }
        if let Some(hint) = &self.0.hint {
            write!(f, "\n  hint: {hint}")?;
        }
        Ok(())
    }
}

/// As much of a statement as a message shows: a bulk INSERT may be megabytes long.
fn shortened(sql: &str) -> &str {
    const MOST: usize = 1000;
    match sql.char_indices().nth(MOST) {
        Some((end, _)) => &sql[..end],
        None => sql,
    }
}

// `fn main() -> orm::Result<()>` prints Debug, so Debug is the readable form.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {self}", self.0.kind)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0.source {
            Some(source) => Some(source.as_ref()),
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_one_pointer_wide() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
        assert_eq!(size_of::<Result<()>>(), size_of::<usize>());
    }

    #[test]
    fn shows_place_sql_and_hint_but_not_the_native_text() {
        let error = Error::new(ErrorKind::NotNullViolation)
            .with_table("users")
            .with_column("name")
            .with_code("23502")
            .with_sql("INSERT INTO users (name) VALUES ($1)")
            .with_sql("an outer layer's text")
            .with_hint("give the column a value")
            .with_source("DETAIL: Failing row contains (secret)");
        let text = "null value violates a not-null constraint (users.name) [23502]
  sql: INSERT INTO users (name) VALUES ($1)
  hint: give the column a value";
        assert_eq!(error.to_string(), text);
        assert_eq!(format!("{error:?}"), format!("NotNullViolation: {text}"));
        assert!(
            error
                .source()
                .is_some_and(|s| s.to_string().contains("secret"))
        );
    }

    #[test]
    fn several_columns_are_shown_each_with_the_table() {
        let error = Error::new(ErrorKind::UniqueViolation).with_columns(["a", "b"]);
        assert_eq!(error.column(), None);
        assert_eq!(error.columns(), ["a", "b"]);
        let text = "duplicate value violates a unique constraint (columns a, b)";
        assert_eq!(error.to_string(), text);
        let error = error.with_table("t").with_constraint("uq_t_a_b");
        let text = "duplicate value violates a unique constraint (t.a, t.b) (constraint uq_t_a_b)";
        assert_eq!(error.to_string(), text);
    }

    #[test]
    fn a_long_text_is_shown_in_part_and_kept_whole() {
        let sql = "é".repeat(5000);
        let error = Error::new(ErrorKind::Syntax).with_sql(&sql);
        let text = error.to_string();
        assert!(text.ends_with("é… (10000 bytes)"), "{text}");
        assert_eq!(text.matches('é').count(), 1000);
        assert_eq!(error.sql(), Some(sql.as_str()));
    }
}
