//! What a case requires of its database. README.md lists where each is read from.

use orm::sql::{
    Capabilities, DecimalStyle, FrameIntervals, Grouping, InListStyle, JsonElementStyle,
    OtherTables, RepeatStyle, SeriesStyle, UpsertStyle,
};

use crate::database::Db;

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
    /// Exact decimals.
    Decimals,
    /// Bitwise operators of integers.
    BitOperators,
    /// Comparisons of rows of values.
    RowValues,
    /// An aggregate that joins texts.
    StringAgg,
    /// Frames of window functions, and all of the functions.
    WindowFrames,
    /// Regular expressions.
    Regexes,
    /// JSON documents.
    Json,
    /// FULL JOIN.
    FullJoin,
    /// The dialect's capability `writes_in_with`.
    WritesInWith,
    /// LATERAL.
    Lateral,
    /// Columns of arrays.
    Arrays,
    /// Functions of dates and times.
    TimeFunctions,
    /// ORDER BY and LIMIT of an UPDATE and a DELETE.
    OrderedWrites,
    /// Standard deviations and variances.
    Statistics,
    /// CORR, COVAR_POP, REGR_SLOPE and their like.
    Regression,
    /// EXCLUDE in frames of window functions.
    FrameExclusion,
    /// Frames of time.
    FrameIntervals,
    /// GROUP BY with ROLLUP.
    Rollup,
    /// CUBE and GROUPING SETS.
    GroupingSets,
    /// TABLESAMPLE.
    TableSamples,
    /// Series of integers in FROM.
    Series,
    /// The elements of JSON arrays in FROM.
    JsonElements,
    /// LIMIT and OFFSET by an expression.
    LimitExpressions,
    /// Aggregates of JSON documents.
    JsonAggregates,
}

impl Requires {
    /// Why the case is skipped on `db`, or `None` if it runs.
    #[expect(clippy::too_many_lines, reason = "an arm for each")]
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
            Self::TransactionalDdl => (capabilities.transactional_ddl, "its DDL commits"),
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
            | Self::Decimals
            | Self::BitOperators
            | Self::RowValues
            | Self::StringAgg
            | Self::WindowFrames
            | Self::Regexes
            | Self::Json
            | Self::FullJoin
            | Self::WritesInWith
            | Self::Lateral
            | Self::Arrays
            | Self::TimeFunctions
            | Self::OrderedWrites => self.words_of(&capabilities),
            Self::Statistics
            | Self::Regression
            | Self::FrameExclusion
            | Self::FrameIntervals
            | Self::Rollup
            | Self::GroupingSets
            | Self::TableSamples
            | Self::Series
            | Self::JsonElements
            | Self::LimitExpressions
            | Self::JsonAggregates => self.words_of_selects(&capabilities),
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
    #[expect(clippy::too_many_lines, reason = "an arm for each")]
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
            Self::Regexes => (capabilities.regexes, "it has no regular expressions"),
            Self::Json => (capabilities.json, "it has no JSON"),
            Self::Decimals => (
                capabilities.decimals != DecimalStyle::Unsupported,
                "it has no exact decimals",
            ),
            Self::BitOperators => (capabilities.bit_operators, "it has no bitwise operators"),
            Self::RowValues => (capabilities.row_values, "it compares no rows of values"),
            Self::StringAgg => (
                capabilities.string_agg,
                "it has no aggregate that joins texts",
            ),
            Self::WindowFrames => (
                capabilities.window_frames,
                "its window functions have no frames",
            ),
            Self::FullJoin => (capabilities.full_join, "it has no FULL JOIN"),
            Self::Lateral => (capabilities.lateral, "it has no LATERAL"),
            Self::Arrays => (capabilities.arrays, "it has no arrays"),
            Self::WritesInWith => (
                capabilities.writes_in_with,
                "it has no INSERT, UPDATE and DELETE in WITH",
            ),
            Self::TimeFunctions => (
                capabilities.time_functions,
                "it has no functions of dates and times",
            ),
            Self::OrderedWrites => (
                capabilities.ordered_writes,
                "its UPDATE and DELETE have no ORDER BY and LIMIT",
            ),
            _ => (true, ""),
        }
    }

    /// As [`Requires::words_of`], of queries.
    fn words_of_selects(self, capabilities: &Capabilities) -> (bool, &'static str) {
        match self {
            Self::Statistics => (
                capabilities.selects.statistics,
                "it has no standard deviations and variances",
            ),
            Self::Regression => (
                capabilities.selects.regression,
                "it has no aggregates of pairs of numbers",
            ),
            Self::FrameExclusion => (
                capabilities.selects.frame_exclusion,
                "its frames leave no rows out",
            ),
            Self::FrameIntervals => (
                capabilities.selects.frame_intervals != FrameIntervals::Unsupported,
                "its frames have no bounds of time",
            ),
            Self::Rollup => (
                capabilities.selects.rollup != Grouping::Unsupported,
                "it has no ROLLUP",
            ),
            Self::GroupingSets => (
                capabilities.selects.rollup == Grouping::Functions,
                "it has no CUBE and GROUPING SETS",
            ),
            Self::TableSamples => (capabilities.selects.table_samples, "it has no TABLESAMPLE"),
            Self::Series => (
                capabilities.selects.series != SeriesStyle::Unsupported,
                "it has no series of integers",
            ),
            Self::JsonElements => (
                capabilities.selects.json_elements != JsonElementStyle::Unsupported,
                "it has no elements of JSON arrays in FROM",
            ),
            Self::LimitExpressions => (
                capabilities.selects.limit_expressions,
                "its LIMIT takes numbers alone",
            ),
            Self::JsonAggregates => (
                capabilities.selects.json_aggregates.is_some(),
                "it has no aggregates of JSON documents",
            ),
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

#[cfg(test)]
mod tests {
    /// The variants of [`super::Requires`], as they stand above.
    fn variants() -> Vec<&'static str> {
        let source = include_str!("requires.rs");
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
