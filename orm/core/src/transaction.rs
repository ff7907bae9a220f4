//! How a transaction begins, with options that every database can be asked for, and what becomes of it.

/// Options of a transaction. The default is the database's own isolation level, reading and writing.
///
/// ```
/// use orm_core::sql::{IsolationLevel, TransactionOptions};
/// let options = TransactionOptions::new()
///     .isolation(IsolationLevel::Serializable)
///     .read_only();
/// assert!(options.read_only && !options.writes);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransactionOptions {
    /// How far it is isolated from concurrent ones; `None` is the database's default.
    pub isolation: Option<IsolationLevel>,
    /// Whether it only reads.
    pub read_only: bool,
    /// Whether it is known to write. SQLite then takes the write lock at once and waits for it: a transaction
    /// that reads first and writes later fails as soon as another one has written in between.
    pub writes: bool,
}

impl TransactionOptions {
    /// The database's own isolation level, reading and writing.
    pub const fn new() -> Self {
        Self {
            isolation: None,
            read_only: false,
            writes: false,
        }
    }

    /// Isolates it as far as `level`; `None` is the database's default.
    #[must_use]
    pub fn isolation(mut self, level: impl Into<Option<IsolationLevel>>) -> Self {
        self.isolation = level.into();
        self
    }

    /// Only reads.
    #[must_use]
    pub const fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }

    /// Is known to write: SQLite takes the write lock at once.
    #[must_use]
    pub const fn writes(mut self) -> Self {
        self.writes = true;
        self
    }
}

/// What a statement of the library's own does to a transaction. Its text is the dialect's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionVerb {
    /// Begins it.
    Begin,
    /// Ends it, and stores its work.
    Commit,
    /// Ends it, and undoes its work.
    Rollback,
    /// Sets, releases or renews a savepoint: the transaction is open before and after.
    Savepoint,
    /// Undoes the work since a savepoint, after an error, too.
    RollbackTo,
}

/// What a transaction has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionState {
    /// No transaction is open.
    None,
    /// Open; everything done so far stands.
    Open,
    /// Open, but nothing runs until a rollback, to a savepoint or of the whole: PostgreSQL after an
    /// error.
    Aborted,
    /// The database has rolled it back. Nothing runs until `rollback`.
    RolledBack,
    /// It has ended outside the library: by DDL on MySQL, in a procedure, or through the driver's own connection.
    /// No server tells whether by COMMIT or ROLLBACK. Nothing runs until `rollback`, since it would commit by itself.
    EndedExternally,
}

/// The isolation levels of SQL:2016, 4.40.4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum IsolationLevel {
    /// Sees what others have not committed. PostgreSQL treats it as read committed.
    ReadUncommitted,
    /// Each statement sees what was committed before it.
    ReadCommitted,
    /// All statements see one state.
    RepeatableRead,
    /// As if transactions ran one after the other.
    Serializable,
}

impl IsolationLevel {
    /// Whether all statements of a transaction see one state of the database.
    pub fn is_one_view(self) -> bool {
        self >= Self::RepeatableRead
    }

    /// The level of that name, in SQL's words or with `-` or `_` between them, as servers answer.
    pub fn parse(name: &str) -> Option<Self> {
        let all = [
            Self::ReadUncommitted,
            Self::ReadCommitted,
            Self::RepeatableRead,
            Self::Serializable,
        ];
        let name = name.replace(['-', '_'], " ");
        all.into_iter()
            .find(|level| level.as_sql().eq_ignore_ascii_case(&name))
    }

    /// The level in SQL.
    pub fn as_sql(self) -> &'static str {
        match self {
            Self::ReadUncommitted => "READ UNCOMMITTED",
            Self::ReadCommitted => "READ COMMITTED",
            Self::RepeatableRead => "REPEATABLE READ",
            Self::Serializable => "SERIALIZABLE",
        }
    }
}
