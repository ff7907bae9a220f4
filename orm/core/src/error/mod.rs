//! [`Error`]: the error type of all crates here, one pointer wide, with a kind to branch on.
//!
//! `kind.rs` lists the kinds, `builder.rs` makes an error, `predicate.rs` has the questions about its kind,
//! `display.rs` prints it, and `invalid.rs` has what validators refuse; this file has the type and its parts. Messages
//! never contain bound values. A driver's own message may (PostgreSQL's DETAIL, MariaDB's 1062), so it is reachable
//! through [`std::error::Error::source`] only.

mod builder;
mod display;
mod invalid;
mod kind;
mod predicate;

pub use invalid::{InvalidField, InvalidFields};
pub use kind::ErrorKind;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::sync::Arc;

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
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: Cow<'static, str>,
    hint: Option<Cow<'static, str>>,
    table: Option<String>,
    columns: Vec<String>,
    constraint: Option<String>,
    code: Option<String>,
    sql: Option<String>,
    invalid: Vec<InvalidField>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Error {
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

    /// Returns the fields that validators have refused: a hundred of them at most. Empty for any other error.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::error::{InvalidField, InvalidFields};
    /// let mut invalid = InvalidFields::default();
    /// invalid.add(InvalidField::new("User", Some("7".into()), Some("name"), "is empty"));
    /// let error = invalid.to_result().unwrap_err();
    /// let [name] = error.invalid_fields() else { panic!("one field") };
    /// assert_eq!((name.model, name.field, &*name.message), ("User", Some("name"), "is empty"));
    /// ```
    pub fn invalid_fields(&self) -> &[InvalidField] {
        &self.0.invalid
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
}
