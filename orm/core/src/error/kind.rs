//! [`ErrorKind`]: the part of an error that a program branches on.
//!
//! The dialect crates map native codes to kinds; `orm` adds the kinds of the mapping and the session. The
//! default message of each kind is here, the messages of single errors are where the errors arise.

/// Classifies an [`Error`](super::Error). The page `docs/errors.md` lists the cause and the cure of each kind.
///
/// New kinds may be added, so a `match` needs a wildcard arm. For a single kind, the predicates of
/// [`Error`](super::Error) such as `is_unique_violation` are shorter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A value violates a unique constraint, a unique index or the primary key.
    UniqueViolation,
    /// A row references a missing parent, or a parent that still has children is deleted.
    ForeignKeyViolation,
    /// A NOT NULL column got NULL or no value.
    NotNullViolation,
    /// A CHECK constraint is false for the row.
    CheckViolation,
    /// The transaction conflicts with a concurrent one; it may succeed when it is run again.
    SerializationFailure,
    /// The database rolled the transaction back to resolve a deadlock; it may succeed when it is run again.
    Deadlock,
    /// A lock could not be obtained before the lock timeout.
    Busy,
    /// The statement was canceled before it ended: by its time limit, or by another thread or program.
    Canceled,
    /// The connection was lost, or the server closed it.
    ConnectionLost,
    /// The connection was lost during COMMIT: the transaction may or may not be stored.
    CommitUnknown,
    /// A connection could not be opened: unreachable host, refused port, missing database, file or folder.
    ConnectionFailed,
    /// The server rejected the user or the password, or the user may not use the database.
    Authentication,
    /// Every connection of the pool stayed in use until `pool_timeout` elapsed.
    PoolTimeout,
    /// The statement names a table that does not exist.
    UndefinedTable,
    /// The statement names a column that does not exist.
    UndefinedColumn,
    /// The statement has a syntax error.
    Syntax,
    /// A text or byte value is longer than the column's length.
    DataTooLong,
    /// A number, date or time is out of range for the column's type.
    OutOfRange,
    /// Any other error of the database. The driver's error is the source.
    Database,
    /// A value of a result set can't be converted to the Rust type.
    Decode,
    /// The query for one row returned none.
    NotFound,
    /// The query for one row returned several.
    MultipleRows,
    /// The text of a cursor is not valid: broken, of another version, or of another order.
    Cursor,
    /// The row was changed or deleted by another transaction since it was loaded: an optimistic lock failed.
    StaleData,
    /// The entity of the handle has left the session, or the handle belongs to another session.
    StaleHandle,
    /// The entity is expired: its values may be stale until it is read again.
    Expired,
    /// A relation is read that was not loaded.
    NotLoaded,
    /// Validators refuse fields of new or changed entities.
    Validation,
    /// The database or its dialect does not support the statement.
    Unsupported,
    /// A URL, an option or a setting is not valid.
    Configuration,
    /// Models or tables are not consistent: duplicate names, missing references, invalid names.
    Schema,
    /// The transaction was rolled back, aborted or lost, and the call needs an open one.
    Transaction,
    /// The call is not valid in this state, such as `commit` inside the closure of a savepoint.
    Usage,
    /// An error of the application, made by [`Error::other`](super::Error::other).
    Other,
}

impl ErrorKind {
    /// Returns the default message of the kind, for an error without a message of its own.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::error::ErrorKind;
    /// assert_eq!(ErrorKind::ForeignKeyViolation.as_str(), "the change violates a foreign key constraint");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UniqueViolation => "duplicate value violates a unique constraint",
            Self::ForeignKeyViolation => "the change violates a foreign key constraint",
            Self::NotNullViolation => "null value violates a not-null constraint",
            Self::CheckViolation => "the row violates a check constraint",
            Self::SerializationFailure => {
                "could not serialize access due to a concurrent transaction"
            }
            Self::Deadlock => "deadlock detected: the transaction was rolled back",
            Self::Busy => "a lock could not be obtained in time",
            Self::Canceled => "the statement was canceled before it ended",
            Self::ConnectionLost => "the connection to the database was lost",
            Self::CommitUnknown => "the connection was lost during commit: the outcome is unknown",
            Self::ConnectionFailed => "can't connect to the database",
            Self::Authentication => "authentication failed",
            Self::PoolTimeout => "timed out waiting for a connection of the pool",
            Self::UndefinedTable => "the table does not exist",
            Self::UndefinedColumn => "the column does not exist",
            Self::Syntax => "syntax error in the statement",
            Self::DataTooLong => "the value is too long for its column",
            Self::OutOfRange => "the value is out of range for its column",
            Self::Database => "the database rejected the statement",
            Self::Decode => "a value can't be converted to its Rust type",
            Self::NotFound => "no row was found",
            Self::MultipleRows => "more than one row was found",
            Self::Cursor => "the cursor is not valid",
            Self::StaleData => "the row was changed or deleted since it was loaded",
            Self::StaleHandle => "the handle's entity is not in this session",
            Self::Expired => "the entity is expired",
            Self::NotLoaded => "the relation is not loaded",
            Self::Validation => "fields are not valid",
            Self::Unsupported => "the database does not support this",
            Self::Configuration => "the configuration is not valid",
            Self::Schema => "the schema is not consistent",
            Self::Transaction => "the transaction is no longer usable",
            Self::Usage => "the call is not valid in this state",
            Self::Other => "an error outside the database",
        }
    }
}
