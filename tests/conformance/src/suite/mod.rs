//! The cases, one file a concept, and the list of them all.

mod aggregates;
mod association_proxy;
mod async_tasks;
mod bad_input;
mod batches;
mod belongs_to;
mod cascades;
mod chunks;
mod closures;
mod column_options;
mod conditionals;
mod conditions;
mod connection;
mod criteria;
mod crud;
mod ddl;
mod deferred;
mod dirty;
mod eager_reads;
mod embedded;
pub mod errors;
mod expire;
mod explained;
mod failed_flush;
mod faults;
mod flush_order;
mod freed_values;
mod get_or_create;
mod graph;
mod graphs;
pub mod guarded;
mod handles;
mod has_many;
mod history;
mod hooks;
mod identity;
mod in_bulk;
mod inserts_of_queries;
mod inspection;
mod isolation;
mod joined_loads;
mod joined_table;
mod joins;
mod json;
mod keyed;
pub mod keys;
mod keyset_pages;
mod limits;
mod link_tables;
mod linked;
mod list_order;
mod lists;
mod locked_loads;
mod logging;
mod long_values;
mod lost;
mod lost_connection;
mod many_rows;
mod many_to_many;
mod merge;
mod misfits;
mod moments;
mod moved_keys;
mod n_plus_one;
mod names;
mod natural_keys;
mod nesting;
pub mod one_statement;
mod optimistic;
pub mod outside_ends;
mod own_attributes;
mod page_numbers;
mod parts;
mod past_the_session;
mod patches;
mod pool;
mod positions;
mod queries;
mod random;
mod random_graphs;
mod raw_beside;
mod raw_sql;
mod reads;
mod related;
mod relation_cascades;
mod returning;
mod rollback;
mod round_trips;
mod row_locks;
mod row_switch;
mod row_values;
mod savepoint;
mod scopes;
mod session_hooks;
mod session_upserts;
mod session_verbs;
mod set_null;
mod shapes;
mod shared_keys;
mod single_table;
mod spanning;
mod sql_values;
mod stale;
mod statement_tree;
pub mod statements;
mod streams;
pub mod support;
mod synchronized;
mod text_search;
mod time_limits;
mod together;
pub mod touched;
mod transactions;
mod trees;
pub mod types;
mod update_defaults;
mod update_many;
mod updates_from;
mod upserts;
mod upserts_of_many;
mod validators;
mod value_circles;
mod verbs;
mod version;
mod view_only;
pub mod violations;
mod writes;

use orm::sql::{Capabilities, InListStyle, OtherTables, RepeatStyle, UpsertStyle};

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
    /// was read. The backend has the reason where there is none.
    SnapshotConflicts,
    /// Native types for dates, so that the database refuses or converts on its own. The backend has the reason where there
    /// are none.
    StrictTypes,
    /// A database in a file or in memory.
    Embedded,
    /// A running statement that can be cancelled. The backend has the reason where none can.
    Cancel,
    /// Locks on the rows of a join. The backend has the reason where there are none.
    LockedJoins,
    /// `NOWAIT` and `SKIP LOCKED`.
    NoWait,
    /// `COMMIT AND CHAIN`. The backend has the reason where there is none.
    Chains,
    /// Foreign keys that are checked at the end of the transaction. The backend has the reason where there are none.
    DeferredKeys,
    /// `ON DELETE SET DEFAULT`. The backend has the reason where there is none.
    SetDefault,
    /// Foreign keys that are checked when the statement has ended, not row by row. The backend has the reason where they
    /// are not.
    ChecksAfterStatement,
    /// A driver that recognizes SQL text that only reads. The backend has the reason where none does.
    KnownReads,
    /// Reads at SERIALIZABLE that let others write. The backend has the reason where they lock.
    SerializableReadsDontLock,
    /// Transactions that the texts `BEGIN`, `COMMIT` and `ROLLBACK` begin and end. The backend has the reason where they
    /// don't.
    TransactionText,
    /// A driver that resets the session of a connection.
    Reset,
    /// Text that differs from the same text with trailing spaces. The backend has the reason where it is equal.
    TrailingSpaces,
    /// A write that waits for another transaction, and continues when that has committed. The backend says where it is
    /// refused.
    WaitingWrites,
    /// Times of six digits of a second.
    Microseconds,
    /// IN with a list beyond the bind limit.
    LongLists,
    /// Statements of thousands of binds.
    ManyBinds,
    /// An INSERT of many rows.
    RowsInserts,
    /// Expressions with values in GROUP BY and HAVING.
    RepeatedExpressions,
    /// An INSERT that updates on conflict.
    Upsert,
    /// UPDATE … FROM.
    UpdateFrom,
    /// INTERSECT and EXCEPT.
    IntersectExcept,
    /// Locks against writers alone.
    ShareLocks,
    /// Comparisons of rows of values.
    RowValues,
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
            Self::RowLocks => (capabilities.row_locks, "it locks no rows"),
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
            Self::Microseconds
            | Self::LongLists
            | Self::ManyBinds
            | Self::RowsInserts
            | Self::RepeatedExpressions
            | Self::Upsert
            | Self::UpdateFrom
            | Self::IntersectExcept
            | Self::ShareLocks
            | Self::RowValues => self.words_of(&capabilities),
            Self::NoWait => (
                capabilities.row_locks && capabilities.lock_wait,
                "its locks have no NOWAIT",
            ),
            Self::Reset => (has_reset(db), "its driver can't reset a session"),
            // No capability of a dialect is about these.
            Self::Nothing
            | Self::SnapshotConflicts
            | Self::StrictTypes
            | Self::Cancel
            | Self::LockedJoins
            | Self::Chains
            | Self::DeferredKeys
            | Self::SetDefault
            | Self::ChecksAfterStatement
            | Self::KnownReads
            | Self::SerializableReadsDontLock
            | Self::TransactionText
            | Self::TrailingSpaces
            | Self::WaitingWrites => (true, ""),
            Self::Embedded => (!db.is_server(), "it is a server"),
        };
        (!met).then_some(reason)
    }

    /// Whether the dialect has the words for it, and the reason where it has not.
    fn words_of(self, capabilities: &Capabilities) -> (bool, &'static str) {
        match self {
            Self::Microseconds => (
                capabilities.second_digits >= 6,
                "its times have no microseconds",
            ),
            Self::LongLists => (
                capabilities.in_list != InListStyle::Unsupported,
                "its lists have a value for each bind",
            ),
            Self::ManyBinds => (
                capabilities.bind_limit > 16_384,
                "its statements have few binds",
            ),
            Self::RowsInserts => (capabilities.insert_binds > 1, "its INSERT has one row"),
            Self::RepeatedExpressions => (
                capabilities.repeats != RepeatStyle::AliasOutsideHaving,
                "it does not find expressions with values again in GROUP BY and HAVING",
            ),
            Self::Upsert => (
                capabilities.upsert != UpsertStyle::Unsupported,
                "its INSERT does not update on conflict",
            ),
            Self::UpdateFrom => (
                capabilities.update_from != OtherTables::Unsupported,
                "its UPDATE names one table",
            ),
            Self::IntersectExcept => (
                capabilities.intersect_except,
                "it has no INTERSECT and EXCEPT",
            ),
            Self::ShareLocks => (
                !capabilities.row_locks || !capabilities.share_lock.is_empty(),
                "it has no locks against writers alone",
            ),
            Self::RowValues => (capabilities.row_values, "it compares no rows of values"),
            _ => (true, ""),
        }
    }
}

/// Whether the driver resets a session: the default of its trait refuses.
fn has_reset(db: &Db) -> bool {
    let driver = db.backend.target(db.url()).map(|(driver, _)| driver);
    let connection = driver.and_then(|driver| driver.connect());
    connection.is_ok_and(|mut connection| connection.reset().is_ok())
}

/// The files, each as what lists its cases.
const FILES: &[fn() -> Vec<Case>] = &[
    criteria::cases,
    crud::cases,
    hooks::cases,
    session_hooks::cases,
    validators::cases,
    eager_reads::cases,
    embedded::cases,
    list_order::cases,
    own_attributes::cases,
    parts::cases,
    queries::cases,
    verbs::cases,
    in_bulk::cases,
    page_numbers::cases,
    keyset_pages::cases,
    explained::cases,
    scopes::cases,
    conditionals::cases,
    row_values::cases,
    aggregates::cases,
    joined_loads::cases,
    joined_table::cases,
    locked_loads::cases,
    row_locks::cases,
    time_limits::cases,
    joins::cases,
    json::cases,
    graph::cases,
    limits::cases,
    lists::cases,
    long_values::cases,
    logging::cases,
    merge::cases,
    misfits::cases,
    related::cases,
    spanning::cases,
    text_search::cases,
    trees::cases,
    writes::cases,
    returning::cases,
    upserts::cases,
    upserts_of_many::cases,
    session_upserts::cases,
    inserts_of_queries::cases,
    update_many::cases,
    updates_from::cases,
    association_proxy::cases,
    async_tasks::cases,
    bad_input::cases,
    batches::cases,
    belongs_to::cases,
    cascades::cases,
    chunks::cases,
    closures::cases,
    column_options::cases,
    connection::cases,
    errors::cases,
    expire::cases,
    faults::cases,
    identity::cases,
    inspection::cases,
    isolation::cases,
    linked::cases,
    lost::cases,
    lost_connection::cases,
    many_rows::cases,
    moments::cases,
    nesting::cases,
    optimistic::cases,
    random::cases,
    raw_sql::cases,
    reads::cases,
    round_trips::cases,
    statement_tree::cases,
    transactions::cases,
    violations::cases,
    ddl::cases,
    guarded::cases,
    keys::cases,
    names::cases,
    one_statement::cases,
    outside_ends::cases,
    pool::cases,
    keyed::cases,
    positions::cases,
    raw_beside::cases,
    relation_cascades::cases,
    streams::cases,
    view_only::cases,
    together::cases,
    touched::cases,
    types::cases,
    conditions::cases,
    deferred::cases,
    dirty::cases,
    sql_values::cases,
    random_graphs::cases,
    n_plus_one::cases,
    synchronized::cases,
    update_defaults::cases,
    failed_flush::cases,
    flush_order::cases,
    freed_values::cases,
    value_circles::cases,
    get_or_create::cases,
    graphs::cases,
    row_switch::cases,
    moved_keys::cases,
    natural_keys::cases,
    shared_keys::cases,
    handles::cases,
    has_many::cases,
    history::cases,
    link_tables::cases,
    many_to_many::cases,
    past_the_session::cases,
    patches::cases,
    rollback::cases,
    savepoint::cases,
    session_verbs::cases,
    set_null::cases,
    shapes::cases,
    single_table::cases,
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

#[cfg(test)]
mod tests {
    /// The variants of [`super::Requires`], as they stand above.
    fn variants() -> Vec<&'static str> {
        let source = include_str!("mod.rs");
        let (_, list) = source.split_once("pub enum Requires {").unwrap();
        let (list, _) = list.split_once("\n}").unwrap();
        let lines = list.lines().map(str::trim);
        let lines = lines.filter_map(|line| line.strip_suffix(','));
        lines.filter(|line| !line.starts_with("//")).collect()
    }

    #[test]
    fn the_readme_lists_what_a_case_may_require() {
        let readme = include_str!("../../README.md");
        let variants = variants();
        assert!(variants.len() > 30, "{variants:?}");
        let is_missing = |name: &&str| *name != "Nothing" && !readme.contains(&format!("`{name}`"));
        let missing: Vec<_> = variants.iter().copied().filter(is_missing).collect();
        assert!(missing.is_empty(), "not in README.md: {missing:?}");
    }
}
