//! How an [`Error`] is made: its constructors, and a method for each part of it.

use std::borrow::Cow;
use std::error::Error as StdError;

use super::{Error, ErrorKind, Inner, InvalidFields};

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
            invalid: Vec::new(),
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
        self.0.source = Some(source.into().into());
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
}

impl InvalidFields {
    /// Returns an error with all of them, unless there is none.
    ///
    /// # Errors
    /// - `Validation`: there are fields.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::error::{InvalidField, InvalidFields};
    /// let mut invalid = InvalidFields::default();
    /// assert!(invalid.to_result().is_ok());
    /// invalid.add(InvalidField::new("User", None, Some("name"), "is empty"));
    /// let error = invalid.to_result().unwrap_err();
    /// assert!(error.is_validation());
    /// assert_eq!(error.message(), "1 field is not valid: User.name: is empty");
    /// ```
    pub fn to_result(&self) -> Result<(), Error> {
        if self.is_empty() {
            return Ok(());
        }
        let mut error = Error::with_message(ErrorKind::Validation, self.to_message())
            .with_hint("correct the values and flush again; error.invalid_fields() lists them");
        error.0.invalid = self.held().to_vec();
        Err(error)
    }
}
