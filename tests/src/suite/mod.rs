//! The cases, one file a concept, and the list of them all.

mod aggregates;
mod async_tasks;
mod bad_input;
mod batches;
mod bulk_keys;
mod cascades;
mod closures;
mod conditions;
mod connection;
mod crud;
mod custom_types;
mod ddl;
mod dirty;
mod errors;
mod failed_flush;
mod faults;
mod flush_order;
mod freed_values;
mod guarded;
mod handles;
mod identity;
mod isolation;
mod joins;
mod key_defaults;
mod keys;
mod limits;
mod linked;
mod lists;
mod logging;
mod long_values;
mod lost;
mod lost_connection;
mod many_rows;
mod messages;
mod misfits;
mod moments;
mod native;
mod nesting;
mod one_statement;
mod optimistic;
mod outside_ends;
mod past_the_session;
mod pool;
mod queries;
mod random;
mod raw_beside;
mod raw_sql;
mod reads;
mod reused_keys;
mod rollback;
mod round_trips;
mod rowid;
mod savepoint;
mod session_verbs;
mod set_null;
mod shapes;
mod silence;
mod stale;
mod statement_tree;
mod statements;
mod stored;
mod streams;
mod support;
mod text_search;
mod together;
mod touched;
mod transactions;
mod types;
mod version;
mod violations;
mod writes;

use crate::backend::{Backend, Db};

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
    /// RETURNING of an UPDATE, which MariaDB 10.11 hasn't (its manual, "UPDATE").
    UpdateReturning,
    /// DDL that ROLLBACK undoes.
    TransactionalDdl,
    /// A failed statement that leaves the transaction intact.
    StatementRollback,
    /// A failed statement that aborts the transaction: PostgreSQL.
    AbortingErrors,
    /// Deadlocks between row locks: not SQLite, which has one writer.
    RowLocks,
    /// An isolation level that refuses an update of a row which another transaction has changed since it
    /// was read. MySQL's snapshots let it pass, and at SERIALIZABLE the reads lock.
    SnapshotConflicts,
    /// Native types for dates, so that the database refuses or converts on its own.
    StrictTypes,
    /// A database in a file or in memory.
    Embedded,
}

impl Requires {
    /// Why the case is skipped on `db`, or `None` if it runs.
    pub fn unmet(self, db: &Db) -> Option<&'static str> {
        let capabilities = db.capabilities();
        let (met, reason) = match self {
            Self::Nothing => (true, ""),
            Self::Server | Self::RowLocks => (db.backend.is_server(), "there is no server"),
            Self::Returning => (capabilities.insert_returning, "there is no RETURNING"),
            Self::UpdateReturning => (!db.backend.is_mysql(), "its UPDATE has no RETURNING"),
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
            Self::SnapshotConflicts => (
                db.backend != Backend::Mysql,
                "its snapshots don't conflict with an update",
            ),
            Self::StrictTypes => (
                db.backend.is_server(),
                "its columns take values of any type",
            ),
            Self::Embedded => (!db.backend.is_server(), "it is a server"),
        };
        (!met).then_some(reason)
    }
}

/// The files, each as what lists its cases.
const FILES: &[fn() -> Vec<Case>] = &[
    crud::cases,
    custom_types::cases,
    errors::cases,
    transactions::cases,
    connection::cases,
    types::cases,
    ddl::cases,
    queries::cases,
    raw_sql::cases,
    bad_input::cases,
    batches::cases,
    aggregates::cases,
    async_tasks::cases,
    isolation::cases,
    joins::cases,
    limits::cases,
    linked::cases,
    lists::cases,
    long_values::cases,
    logging::cases,
    lost_connection::cases,
    messages::cases,
    misfits::cases,
    moments::cases,
    native::cases,
    nesting::cases,
    pool::cases,
    text_search::cases,
    together::cases,
    touched::cases,
    writes::cases,
    closures::cases,
    conditions::cases,
    dirty::cases,
    failed_flush::cases,
    faults::cases,
    flush_order::cases,
    freed_values::cases,
    guarded::cases,
    handles::cases,
    identity::cases,
    key_defaults::cases,
    keys::cases,
    lost::cases,
    many_rows::cases,
    random::cases,
    past_the_session::cases,
    reused_keys::cases,
    rollback::cases,
    round_trips::cases,
    rowid::cases,
    savepoint::cases,
    session_verbs::cases,
    set_null::cases,
    shapes::cases,
    silence::cases,
    stale::cases,
    statement_tree::cases,
    stored::cases,
    streams::cases,
    bulk_keys::cases,
    cascades::cases,
    one_statement::cases,
    optimistic::cases,
    outside_ends::cases,
    raw_beside::cases,
    reads::cases,
    version::cases,
    violations::cases,
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
        pub(super) fn cases() -> Vec<$crate::suite::Case> {
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
