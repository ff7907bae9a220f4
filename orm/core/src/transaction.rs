//! The options, states and isolation levels of a transaction.

/// Holds the options of a transaction. The default is the database's isolation level and read-write access.
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
    /// The isolation level. `None` is the database's default.
    pub isolation: Option<IsolationLevel>,
    /// Whether the transaction is read-only.
    pub read_only: bool,
    /// Whether the transaction is known to write. SQLite then takes the write lock at its begin and waits for it. A
    /// transaction that reads first and writes later fails if another one has written in between.
    pub writes: bool,
}

impl TransactionOptions {
    /// Creates the default options.
    pub const fn new() -> Self {
        Self {
            isolation: None,
            read_only: false,
            writes: false,
        }
    }

    /// Sets the isolation level. `None` is the database's default.
    #[must_use]
    pub fn isolation(mut self, level: impl Into<Option<IsolationLevel>>) -> Self {
        self.isolation = level.into();
        self
    }

    /// Makes the transaction read-only.
    #[must_use]
    pub const fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }

    /// Marks the transaction as writing: SQLite takes the write lock at its begin.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::{IsolationLevel, TransactionOptions};
    /// let options = TransactionOptions::new().writes(); // BEGIN IMMEDIATE on SQLite
    /// assert!(options.writes);
    /// ```
    #[must_use]
    pub const fn writes(mut self) -> Self {
        self.writes = true;
        self
    }
}

/// Names what a statement of the library does to a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionVerb {
    /// Begins the transaction.
    Begin,
    /// Commits the transaction.
    Commit,
    /// Rolls the transaction back.
    Rollback,
    /// Sets, releases or renews a savepoint. The transaction is open before and after.
    Savepoint,
    /// Rolls back to a savepoint, also in an aborted transaction.
    RollbackTo,
}

/// Describes the state of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionState {
    /// No transaction is open.
    None,
    /// A transaction is open.
    Open,
    /// A transaction is open and aborted. Statements fail until a rollback, also one to a savepoint: PostgreSQL after
    /// an error.
    Aborted,
    /// The database has rolled the transaction back. Statements fail until `rollback`.
    RolledBack,
    /// The transaction has ended outside the library: by DDL on MySQL, in a procedure, or by the driver's own
    /// connection. The server does not report whether it was committed. Statements fail until `rollback`, since they
    /// would commit by themselves.
    EndedExternally,
}

/// Lists the isolation levels of SQL:2016, 4.40.4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum IsolationLevel {
    /// Reads uncommitted changes of other transactions. PostgreSQL treats it as READ COMMITTED.
    ReadUncommitted,
    /// Each statement reads what was committed before it.
    ReadCommitted,
    /// All statements read the same snapshot.
    RepeatableRead,
    /// Transactions have the effect of a serial execution.
    Serializable,
}

impl IsolationLevel {
    /// Returns whether all statements of a transaction read the same snapshot.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::{IsolationLevel, TransactionOptions};
    /// assert!(IsolationLevel::RepeatableRead.is_one_view());
    /// assert!(!IsolationLevel::ReadCommitted.is_one_view());
    /// ```
    pub fn is_one_view(self) -> bool {
        self >= Self::RepeatableRead
    }

    /// Parses the name of a level, with blanks, `-` or `_` between its words, as servers report it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::{IsolationLevel, TransactionOptions};
    /// let level = IsolationLevel::parse("repeatable-read");
    /// assert_eq!(level, Some(IsolationLevel::RepeatableRead));
    /// ```
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

    /// Returns the level in SQL.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::{IsolationLevel, TransactionOptions};
    /// assert_eq!(IsolationLevel::ReadCommitted.as_sql(), "READ COMMITTED");
    /// ```
    pub fn as_sql(self) -> &'static str {
        match self {
            Self::ReadUncommitted => "READ UNCOMMITTED",
            Self::ReadCommitted => "READ COMMITTED",
            Self::RepeatableRead => "REPEATABLE READ",
            Self::Serializable => "SERIALIZABLE",
        }
    }
}
