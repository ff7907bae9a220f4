//! The questions about an [`Error`] that programs branch on. Deliberately not here: which native code has which kind,
//! which the dialects know.

use super::{Error, ErrorKind};

impl Error {
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

    /// Returns whether validators have refused fields, which [`Error::invalid_fields`] lists.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::error::{Error, ErrorKind};
    /// assert!(Error::new(ErrorKind::Validation).is_validation());
    /// ```
    pub fn is_validation(&self) -> bool {
        self.0.kind == ErrorKind::Validation
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

    /// Returns whether the statement was canceled before it ended.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::error::{Error, ErrorKind};
    /// assert!(Error::new(ErrorKind::Canceled).is_canceled());
    /// ```
    pub fn is_canceled(&self) -> bool {
        self.0.kind == ErrorKind::Canceled
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
}
