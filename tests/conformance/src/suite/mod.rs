//! The cases, one file a concept, and the list of them all.

mod aggregates;
mod conditions;
mod crud;
mod dirty;
mod failed_flush;
mod flush_order;
mod freed_values;
mod handles;
mod joins;
mod limits;
mod lists;
mod logging;
mod long_values;
mod misfits;
mod past_the_session;
mod queries;
mod rollback;
mod savepoint;
mod session_verbs;
mod set_null;
mod shapes;
mod stale;
pub mod statements;
pub mod support;
mod text_search;
mod version;
mod writes;

use crate::database::Db;

/// A case: what it needs, and what it does.
pub struct Case {
    /// `concept::what_must_hold`.
    pub name: &'static str,
    /// What a database must have for the case to mean anything.
    pub requires: Requires,
    /// Panics if it does not hold.
    pub run: fn(&Db),
}

/// What a database must have for a case to run. The reason is printed where it is skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requires {
    /// Nothing: every database runs the case.
    Nothing,
    /// A server: something that can be unreachable, or kill a connection.
    Server,
    /// RETURNING.
    Returning,
    /// RETURNING of an UPDATE.
    UpdateReturning,
    /// DDL that ROLLBACK undoes.
    TransactionalDdl,
    /// A failed statement that leaves the transaction intact.
    StatementRollback,
    /// A failed statement that aborts the transaction.
    AbortingErrors,
    /// Deadlocks between row locks.
    RowLocks,
    /// An isolation level that refuses an update of a row which another transaction has changed since it
    /// was read. The backend says where there is none.
    SnapshotConflicts,
    /// Native types for dates, so that the database refuses or converts on its own. The backend says where there are
    /// none.
    StrictTypes,
    /// A database in a file or in memory.
    Embedded,
}

impl Requires {
    /// Why the case is skipped on `db`, or `None` if it runs.
    pub fn unmet(self, db: &Db) -> Option<&'static str> {
        if let Some(reason) = db.backend.lacks(self) {
            return Some(reason);
        }
        let capabilities = db.capabilities();
        let (met, reason) = match self {
            Self::Server => (db.is_server(), "there is no server"),
            Self::Returning => (capabilities.insert_returning, "there is no RETURNING"),
            Self::RowLocks => (capabilities.row_locks, "there is no server"),
            Self::UpdateReturning => (capabilities.update_returning, "its UPDATE has no RETURNING"),
            Self::TransactionalDdl => (
                capabilities.transactional_ddl,
                "its DDL commits what is open",
            ),
            Self::StatementRollback => (
                capabilities.statement_rollback,
                "an error aborts its transaction",
            ),
            Self::AbortingErrors => (
                !capabilities.statement_rollback,
                "an error leaves its transaction intact",
            ),
            // Of the last two, no capability of a dialect tells.
            Self::Nothing | Self::SnapshotConflicts | Self::StrictTypes => (true, ""),
            Self::Embedded => (!db.is_server(), "it is a server"),
        };
        (!met).then_some(reason)
    }
}

/// The files, each as what lists its cases.
const FILES: &[fn() -> Vec<Case>] = &[
    crud::cases,
    queries::cases,
    aggregates::cases,
    joins::cases,
    limits::cases,
    lists::cases,
    long_values::cases,
    logging::cases,
    misfits::cases,
    text_search::cases,
    writes::cases,
    conditions::cases,
    dirty::cases,
    failed_flush::cases,
    flush_order::cases,
    freed_values::cases,
    handles::cases,
    past_the_session::cases,
    rollback::cases,
    savepoint::cases,
    session_verbs::cases,
    set_null::cases,
    shapes::cases,
    stale::cases,
    version::cases,
];

/// Every case.
pub fn all() -> Vec<Case> {
    logging::ask_the_threads_subscriber();
    FILES.iter().flat_map(|cases| cases()).collect()
}

/// Lists the cases of a file: `cases![crud: first, second (Requires::Server)]`.
#[macro_export]
macro_rules! cases {
    ($concept:literal: $($name:ident $(($requires:expr))?),+ $(,)?) => {
        /// The cases of this file.
        pub(crate) fn cases() -> Vec<$crate::suite::Case> {
            vec![$(
                $crate::suite::Case {
                    name: concat!($concept, "::", stringify!($name)),
                    requires: $crate::cases!(@requires $($requires)?),
                    run: $name,
                }
            ),+]
        }
    };
    (@requires) => { $crate::suite::Requires::Nothing };
    (@requires $requires:expr) => { $requires };
}
