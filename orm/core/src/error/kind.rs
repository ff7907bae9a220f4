//! What went wrong, as one flat enumeration: the part of an error that a program branches on.
//!
//! Dialect crates map native codes to these kinds, in a file `errors` each; `orm` adds the kinds of the
//! mapping and the session. No text lives here.

/// The kind of an [`Error`](super::Error). The page `docs/errors.md` has the cause and the cure of each.
///
/// New kinds may be added, so a `match` needs a wildcard arm; the predicates of
/// [`Error`](super::Error) such as `is_unique_violation` read better for a single question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A unique constraint, unique index or primary key refused a duplicate.
    UniqueViolation,
    /// A foreign key refused a row without its parent, or the removal of a parent with children.
    ForeignKeyViolation,
    /// A column that must have a value got NULL.
    NotNullViolation,
    /// A CHECK constraint was false.
    CheckViolation,
    /// The transaction can't be ordered among concurrent ones; running it again may succeed.
    SerializationFailure,
    /// The database chose this transaction as the victim of a deadlock; running it again may succeed.
    Deadlock,
    /// A lock was not granted in time.
    Busy,
    /// The connection broke, or was closed by the other side.
    ConnectionLost,
    /// The connection broke while COMMIT was under way: the work may or may not be stored.
    CommitUnknown,
    /// No connection could be made: unreachable host, refused port, missing database, file or folder.
    ConnectionFailed,
    /// The server refused the user or the password, or the user's access to the database.
    Authentication,
    /// Every connection of the pool stayed in use for longer than the time allowed.
    PoolTimeout,
    /// The statement names a table that doesn't exist.
    UndefinedTable,
    /// The statement names a column that doesn't exist.
    UndefinedColumn,
    /// The database can't parse the statement.
    Syntax,
    /// A text or byte value is longer than its column.
    DataTooLong,
    /// A number, date or time lies outside what its column or type can hold.
    OutOfRange,
    /// Any other refusal by the database; the native error is the source.
    Database,
    /// A value read from the database doesn't fit the Rust type that asked for it.
    Decode,
    /// A row that should exist does not.
    NotFound,
    /// More rows than the one that was asked for.
    MultipleRows,
    /// A row was changed or deleted by another transaction since it was loaded: an optimistic lock failed.
    StaleData,
    /// A handle whose entity has left the session, or that belongs to another session.
    StaleHandle,
    /// An expired entity: its values may be out of date, and it has to be read again first.
    Expired,
    /// The database can't do what the statement asks for.
    Unsupported,
    /// A wrong URL, option or setting.
    Configuration,
    /// Models or tables that contradict each other: duplicates, missing references, bad names.
    Schema,
    /// The transaction was lost or aborted, and what was asked for needs it whole.
    Transaction,
    /// A call that is not valid in this state, such as COMMIT inside a savepoint closure.
    Usage,
    /// The user's own error, passed through [`Error::other`](super::Error::other).
    Other,
}

impl ErrorKind {
    /// What the kind says when the place of the error has nothing better to say.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UniqueViolation => "a unique constraint refused a duplicate value",
            Self::ForeignKeyViolation => "a foreign key refused the change",
            Self::NotNullViolation => "a column that must have a value got null",
            Self::CheckViolation => "a check constraint refused the row",
            Self::SerializationFailure => "the transaction conflicts with a concurrent one",
            Self::Deadlock => "the transaction was ended to resolve a deadlock",
            Self::Busy => "a lock was not granted in time",
            Self::ConnectionLost => "the connection to the database is lost",
            Self::CommitUnknown => "the connection was lost during commit: the outcome is unknown",
            Self::ConnectionFailed => "can't connect to the database",
            Self::Authentication => "the server refused the login",
            Self::PoolTimeout => "no connection became free in time",
            Self::UndefinedTable => "the table does not exist",
            Self::UndefinedColumn => "the column does not exist",
            Self::Syntax => "the database can't parse the statement",
            Self::DataTooLong => "the value is too long for its column",
            Self::OutOfRange => "the value is out of range for its column",
            Self::Database => "the database refused the statement",
            Self::Decode => "a value does not fit its Rust type",
            Self::NotFound => "no row was found",
            Self::MultipleRows => "more than one row was found",
            Self::StaleData => "the row was changed or deleted since it was loaded",
            Self::StaleHandle => "the handle's entity is not in this session",
            Self::Expired => "the entity is expired",
            Self::Unsupported => "the database does not support this",
            Self::Configuration => "the configuration is wrong",
            Self::Schema => "the models contradict each other",
            Self::Transaction => "the transaction is no longer usable",
            Self::Usage => "the call is not valid in this state",
            Self::Other => "an error outside the database",
        }
    }
}
