//! [`Capabilities`]: the features of a database as data, read by the flush, the writer and the test suite.
//!
//! The constants are in the dialect crates. MySQL and MariaDB share a dialect and differ here.

use super::ddl_features::DdlFeatures;
use super::select_features::SelectFeatures;
use crate::lex::LexicalRules;

/// Describes the features of a database as data. A dialect starts from [`Capabilities::STANDARD`] and sets what
/// differs. Fields that are added later have the standard's value, so that existing dialects compile.
///
/// ```
/// use orm_core::sql::{Capabilities, Placeholder};
///
/// const CAPABILITIES: Capabilities = {
///     let mut own = Capabilities::STANDARD;
///     own.placeholder = Placeholder::Dollar;
///     own
/// };
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts, not states"
)]
#[non_exhaustive]
pub struct Capabilities {
    /// The quote of identifiers, which is doubled inside them: `"` in the standard, `` ` `` on MySQL.
    pub quote: char,
    /// Whether unquoted identifiers are folded to upper case, as in the standard. A lower-case name is then quoted in
    /// upper case, so that it is also valid unquoted, and the driver returns such names in lower case.
    pub upper_case_names: bool,
    /// The lexical rules of the database's SQL: its quotes, comments and statement bodies.
    pub lexical_rules: LexicalRules,
    /// The style of placeholders.
    pub placeholder: Placeholder,
    /// The maximum length of identifiers in bytes. Longer constraint names are truncated and hashed; longer table and
    /// column names are an error. 63 on PostgreSQL, 64 on MySQL, unlimited on SQLite.
    pub identifier_limit: usize,
    /// The maximum length in bytes of the names that a statement gives: aliases, labels, names of windows. 63 on
    /// PostgreSQL, 256 on MySQL, 255 on MariaDB, unlimited on SQLite.
    pub alias_limit: usize,
    /// The maximum number of binds of a statement. 32,766 on SQLite, 65,535 on PostgreSQL and MySQL.
    pub bind_limit: usize,
    /// The number of binds of a multi-row INSERT up to which it gets faster.
    pub insert_binds: usize,
    /// Whether an INSERT of several rows either inserts all of them or fails: MySQL and MariaDB. Elsewhere a trigger,
    /// a rule or the table's conflict clause may omit rows.
    pub insert_stores_all: bool,
    /// Whether a bind can be an array, and a column have arrays: PostgreSQL. A flush then writes each table with one statement.
    pub arrays: bool,
    /// Whether the UPDATE or DELETE of a batch of rows can check its number of affected rows and fail if rows are
    /// missing: PostgreSQL, MariaDB.
    pub checked_batches: bool,
    /// The maximum number of rows of an UPDATE or DELETE by key, a power of two. 1 if a prepared statement is
    /// executed for each row, as on SQLite, or if arrays hold all rows.
    pub batch_rows: usize,
    /// An index hint that makes an UPDATE or DELETE of many keys find its rows by the primary key and lock no others,
    /// with a leading space: ` FORCE INDEX (PRIMARY)` on MySQL. It follows the name of the table.
    pub primary_key_hint: &'static str,
    /// Whether each column of a derived table needs a name.
    pub derived_names: bool,
    /// The FROM clause of a SELECT without a table, with a leading space: ` FROM DUAL` and its like.
    pub from_nothing: &'static str,
    /// Whether INSERT supports RETURNING: PostgreSQL, SQLite since 3.35, MariaDB since 10.5; not MySQL.
    pub insert_returning: bool,
    /// Whether UPDATE supports RETURNING: PostgreSQL, SQLite since 3.35; not MariaDB and MySQL.
    pub update_returning: bool,
    /// Whether DELETE of one table supports RETURNING: PostgreSQL, SQLite since 3.35, MariaDB; not MySQL.
    pub delete_returning: bool,
    /// The syntax of an upsert.
    pub upsert: UpsertStyle,
    /// Whether an upsert can name a constraint: PostgreSQL.
    pub named_conflicts: bool,
    /// Where an UPDATE names other tables.
    pub update_from: OtherTables,
    /// Where a DELETE names other tables.
    pub delete_using: OtherTables,
    /// Whether UPDATE and DELETE of one table support ORDER BY and LIMIT: MySQL and MariaDB.
    pub ordered_writes: bool,
    /// Whether the driver sends rows by `COPY t (a, b) FROM STDIN`: PostgreSQL.
    pub copy_in: bool,
    /// How a table is emptied.
    pub truncate: TruncateStyle,
    /// How a flush reads generated keys.
    pub generated_keys: GeneratedKeys,
    /// Whether a failed statement is undone alone and the transaction stays open. Not on PostgreSQL.
    pub statement_rollback: bool,
    /// Whether ROLLBACK undoes CREATE and DROP. Not on MySQL.
    pub transactional_ddl: bool,
    /// Whether a transaction can use a table that it has created. Without it, the error of a missing table in a
    /// transaction has a hint to commit first.
    pub ddl_with_dml: bool,
    /// Whether a foreign key supports RESTRICT. Without it, the clause is left out: NO ACTION.
    pub restrict_action: bool,
    /// Whether constraints can be added to an existing table. Not on SQLite, where circular foreign keys are declared
    /// inline.
    pub alter_constraint: bool,
    /// Whether a query can lock rows with `FOR UPDATE`. SQLite locks the whole database when a transaction begins to
    /// write.
    pub row_locks: bool,
    /// The clause that locks rows, with a leading space: ` FOR UPDATE`.
    pub update_lock: &'static str,
    /// The clause that locks rows against writers only, with a leading space: ` FOR SHARE`, or ` LOCK IN SHARE MODE`
    /// on MariaDB. Empty if the database has no such lock.
    pub share_lock: &'static str,
    /// Whether a lock supports NOWAIT and SKIP LOCKED.
    pub lock_wait: bool,
    /// Whether a lock can name tables: `OF`. Not on MariaDB.
    pub lock_of: bool,
    /// Whether a lock of all tables is allowed with an outer join, and with a query in FROM. Where it is not, the lock names the
    /// tables that are not on the nullable side of one. Not on PostgreSQL.
    pub lock_outer: bool,
    /// Whether a lock can concern the key only: `FOR NO KEY UPDATE` and `FOR KEY SHARE`, on PostgreSQL.
    pub key_locks: bool,
    /// Whether plain reads of a transaction at the default isolation level read the snapshot of the first read:
    /// InnoDB's REPEATABLE READ. Only locking reads then return later changes.
    pub snapshot_reads: bool,
    /// Whether all statements of a transaction that reads at the default isolation level see one state of the database:
    /// on SQLite, and by InnoDB's REPEATABLE READ.
    pub repeatable_reads: bool,
    /// The words that ask for the plan of a query.
    pub explain: ExplainStyle,
    /// The syntax of the null-safe comparison.
    pub null_safe: NullSafeStyle,
    /// The syntax of an IN list beyond `bind_limit`.
    pub in_list: InListStyle,
    /// Whether rows of values can be compared: `(a, b) IN ((1, 2), (3, 4))`. Without it, the list is rendered as
    /// conditions on each column.
    pub row_values: bool,
    /// Whether a comparison can have `ANY (query)` and `ALL (query)`. Without them it is written with an aggregate.
    pub quantifiers: bool,
    /// Whether regular expressions search in text. Not in the standard's words, which no database has.
    pub regexes: bool,
    /// How exact decimals are stored and computed.
    pub decimals: DecimalStyle,
    /// Whether unsigned integers and those of 8 bits are native types. Elsewhere they are wider integers, and those of 64
    /// bits exact decimals, with a CHECK.
    pub unsigned_integers: bool,
    /// How the columns of native enumerations are declared.
    pub enums: EnumStyle,
    /// Whether integers have the operators `&` and `|`.
    pub bit_operators: bool,
    /// Whether AVG of integers is an integer. The argument is then cast to a floating point number.
    pub integer_means: bool,
    /// Whether MIN and MAX of text that is chosen among binds need a cast, on MySQL, which takes them for numbers.
    pub untyped_extremes: bool,
    /// Whether columns that depend on the primary key can be selected with GROUP BY the key. Without it, such a query is
    /// `Unsupported`.
    pub group_by_key: bool,
    /// Whether aggregates have a FILTER clause: PostgreSQL and SQLite. Without it, their argument is a CASE.
    pub aggregate_filter: bool,
    /// Whether the frames of window functions can have the unit GROUPS: PostgreSQL and SQLite.
    pub group_frames: bool,
    /// The clauses and functions of queries that some databases lack.
    pub selects: SelectFeatures,
    /// The clauses of CREATE and DROP.
    pub ddl: DdlFeatures,
    /// Whether an aggregate joins texts: [`Dialect::write_string_agg`](super::Dialect::write_string_agg).
    pub string_agg: bool,
    /// Whether there are columns of JSON documents, and operations on them: not on Firebird.
    pub json: bool,
    /// Whether there are functions of dates and times: [`Func::Time`](crate::stmt::Func::Time).
    pub time_functions: bool,
    /// Whether window functions support frames: `ROWS BETWEEN`.
    pub window_frames: bool,
    /// Whether `ROW_NUMBER()` and its like are unsigned, on MySQL: below 0 their arithmetic is an error, so they are cast.
    pub unsigned_ranks: bool,
    /// Whether `PERCENT_RANK()` and `CUME_DIST()` have ten digits, on MariaDB, unless they are cast.
    pub short_shares: bool,
    /// The digits of fractional seconds: 6 on the four databases of this workspace. Read by tests alone, which compare
    /// times: what a flush reads back, [`Dialect::keeps`](super::Dialect::keeps) says of each column.
    pub second_digits: u32,
    /// How a repeated expression is rendered in a query with GROUP BY or DISTINCT.
    pub repeats: RepeatStyle,
    /// Whether an expression of GROUP BY inside of another selected one is `ANY_VALUE(…)`, on MySQL: its two `?` are never
    /// equal, and it would be an expression that is not grouped.
    pub any_value: bool,
    /// Whether a column holds each value that is assigned to it to its type: a decimal is rounded, and an integer beyond the range
    /// or a text beyond the length is an error. SQLite stores them.
    pub typed_columns: bool,
    /// Whether every assignment of an UPDATE reads the old values. On MySQL an assignment reads the results of
    /// earlier ones, so the writer orders them.
    pub simultaneous_set: bool,
    /// Whether the query of `IN (SELECT …)` can have a LIMIT. On MySQL it is wrapped in another query.
    pub limit_in_subquery: bool,
    /// What a subquery of an INSERT, UPDATE or DELETE needs to read the modified table: on MySQL a wrapping query,
    /// with this text after its SELECT. `None` if it needs nothing.
    pub own_table_hint: Option<&'static str>,
    /// Whether a query in FROM can use columns of tables before it: LATERAL, on PostgreSQL and MySQL.
    pub lateral: bool,
    /// Whether a common table expression can be MATERIALIZED: PostgreSQL 12, SQLite 3.35. Elsewhere the words are left out.
    pub materialized: bool,
    /// Whether a common table expression can be an INSERT, UPDATE or DELETE with RETURNING. Only on PostgreSQL.
    pub writes_in_with: bool,
    /// Whether WITH can stand before UPDATE and DELETE: PostgreSQL, SQLite and MySQL.
    pub with_before_writes: bool,
    /// Whether FULL JOIN is supported. Not on MySQL.
    pub full_join: bool,
    /// Whether functions can stand in FROM: PostgreSQL and SQLite, where they may use columns of tables before them.
    pub table_functions: bool,
    /// Whether an alias can name columns: `AS v(a, b)`, on PostgreSQL and MySQL.
    pub column_aliases: bool,
    /// The syntax of VALUES as a query.
    pub values: ValuesStyle,
    /// Whether a query of a set operation can be parenthesized. On SQLite it is wrapped in a query.
    pub nested_set_operations: bool,
    /// Whether parentheses change the rows of INTERSECT and EXCEPT, on MySQL and MariaDB: a nested set operation, and a query
    /// with LIMIT behind INTERSECT and EXCEPT, is a derived table there.
    pub derived_operands: bool,
    /// Whether INTERSECT and EXCEPT are supported.
    pub intersect_except: bool,
    /// Whether INTERSECT and EXCEPT support ALL. Not on SQLite.
    pub set_operation_all: bool,
    /// How LIMIT and OFFSET are rendered.
    pub limit: LimitStyle,
    /// How NULLS FIRST and NULLS LAST are rendered.
    pub nulls_order: NullsOrder,
    /// Whether a query can keep the first row of each group: `DISTINCT ON`, on PostgreSQL.
    pub distinct_on: bool,
    /// Whether a limit can include the rows that are equal to its last one: `FETCH FIRST ? ROWS WITH TIES`, on
    /// PostgreSQL since 13 and MariaDB since 10.6.
    pub with_ties: bool,
    /// The LIMIT of a query with OFFSET alone: `-1` on SQLite, a huge number on MySQL, none on PostgreSQL.
    pub no_limit: Option<&'static str>,
    /// The syntax of an INSERT of defaults: `DEFAULT VALUES`, or `() VALUES ()` on MySQL.
    pub insert_defaults: &'static str,
}

impl Capabilities {
    /// The features of SQL:2016, with limits that each of the large databases has.
    pub const STANDARD: Self = Self {
        quote: '"',
        upper_case_names: false,
        lexical_rules: LexicalRules::STANDARD,
        placeholder: Placeholder::Question,
        identifier_limit: 128,
        alias_limit: 128,
        bind_limit: 65_535,
        insert_binds: 128,
        insert_stores_all: false,
        arrays: false,
        checked_batches: false,
        batch_rows: 1,
        primary_key_hint: "",
        derived_names: false,
        from_nothing: "",
        // INSERT … RETURNING is not in the standard, but the default writer has it.
        insert_returning: true,
        update_returning: true,
        delete_returning: true,
        upsert: UpsertStyle::OnConflict,
        named_conflicts: true,
        update_from: OtherTables::Clause,
        delete_using: OtherTables::Clause,
        ordered_writes: false,
        copy_in: false,
        truncate: TruncateStyle::Delete,
        generated_keys: GeneratedKeys::Returning,
        statement_rollback: true,
        transactional_ddl: true,
        ddl_with_dml: true,
        restrict_action: true,
        alter_constraint: true,
        row_locks: true,
        update_lock: " FOR UPDATE",
        share_lock: " FOR SHARE",
        lock_wait: true,
        lock_of: true,
        lock_outer: true,
        key_locks: true,
        snapshot_reads: false,
        repeatable_reads: false,
        explain: ExplainStyle::Unsupported,
        null_safe: NullSafeStyle::IsNotDistinctFrom,
        decimals: DecimalStyle::Unsupported,
        unsigned_integers: false,
        enums: EnumStyle::Check,
        bit_operators: false,
        in_list: InListStyle::JsonEach,
        row_values: true,
        quantifiers: true,
        regexes: false,
        integer_means: false,
        untyped_extremes: false,
        group_by_key: true,
        aggregate_filter: false,
        group_frames: false,
        selects: SelectFeatures::NONE,
        ddl: DdlFeatures::NONE,
        string_agg: false,
        json: false,
        time_functions: false,
        window_frames: true,
        second_digits: 6,
        repeats: RepeatStyle::Plain,
        any_value: false,
        unsigned_ranks: false,
        short_shares: false,
        typed_columns: true,
        simultaneous_set: true,
        limit_in_subquery: true,
        own_table_hint: None,
        lateral: true,
        full_join: true,
        // Not in the standard.
        materialized: false,
        writes_in_with: false,
        with_before_writes: false,
        table_functions: true,
        column_aliases: true,
        values: ValuesStyle::Values,
        nested_set_operations: true,
        derived_operands: false,
        intersect_except: true,
        set_operation_all: true,
        limit: LimitStyle::Limit,
        nulls_order: NullsOrder::Words,
        distinct_on: false,
        with_ties: false,
        no_limit: None,
        insert_defaults: " DEFAULT VALUES",
    };
}

/// Selects how a flush reads generated keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GeneratedKeys {
    /// By RETURNING, for many rows at once.
    Returning,
    /// By the driver, after each execution of a prepared statement: SQLite, where this is three times as fast as
    /// RETURNING.
    LastInsertId,
    /// By the driver, the first key of a multi-row statement. The increment to the others is queried with
    /// [`Dialect::write_generated_keys`](super::Dialect::write_generated_keys): MySQL.
    Consecutive,
}

/// Selects how the columns of native enumerations are declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnumStyle {
    /// As text with a CHECK.
    Check,
    /// By a type in the column's definition: `ENUM('a', 'b')`, on MySQL.
    Column,
    /// By a type that CREATE TYPE creates, and whose values are ordered by the declaration of the labels: PostgreSQL. A
    /// dialect with it has [`Dialect::list_enum_types`](super::Dialect::list_enum_types).
    Named,
}

/// Selects the syntax of an upsert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpsertStyle {
    /// `ON CONFLICT (id) DO UPDATE SET a = excluded.a`: PostgreSQL.
    OnConflict,
    /// As `OnConflict`, but not directly after a query, where ON would belong to a join: SQLite.
    OnConflictApart,
    /// `ON DUPLICATE KEY UPDATE a = VALUES(a)`, which applies to every unique constraint of the table: MySQL.
    OnDuplicateKey,
    /// Not at all: it is `Unsupported`.
    Unsupported,
}

/// How LIMIT and OFFSET are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitStyle {
    /// `LIMIT ? OFFSET ?`.
    Limit,
    /// `OFFSET ? ROWS FETCH FIRST ? ROWS ONLY`: the standard's, whose offset is bound before the limit.
    OffsetFetch,
}

/// Selects how the place of NULLs in an order is rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NullsOrder {
    /// `NULLS FIRST` and `NULLS LAST`: SQL:2003.
    Words,
    /// NULLs are less than all values, and there are no words for another place, which an item `a IS NULL` before makes:
    /// MySQL.
    Lowest,
}

/// Selects the syntax of VALUES as a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValuesStyle {
    /// `VALUES (?, ?), (?, ?)`: the standard.
    Values,
    /// `VALUES ROW(?, ?), ROW(?, ?)`: MySQL.
    Rows,
    /// `SELECT ?, ? UNION ALL SELECT ?, ?`: MariaDB, whose VALUES returns empty text for a bind.
    Selects,
}

/// Selects how all rows of a table are deleted at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TruncateStyle {
    /// `TRUNCATE TABLE t RESTART IDENTITY CASCADE`, as a part of the transaction: PostgreSQL.
    Statement,
    /// `TRUNCATE TABLE t`, which commits the transaction and restarts the keys: MySQL.
    Commits,
    /// `DELETE FROM t`.
    Delete,
}

/// Selects where an UPDATE or DELETE names other tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtherTables {
    /// In a separate clause: `UPDATE t SET … FROM u`, `DELETE FROM t USING u`.
    Clause,
    /// In one list with the modified table: `UPDATE t, u SET t.a = …`, `DELETE FROM t USING t, u`.
    List,
    /// Not supported.
    Unsupported,
}

/// Selects the style of placeholders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placeholder {
    /// `?`, numbered by position.
    Question,
    /// `$1`, `$2`.
    Dollar,
}

/// Selects how the plan of a query is asked for. The words stand before the query, with a blank behind them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExplainStyle {
    /// Not at all: `explain` is `Unsupported`.
    Unsupported,
    /// Each row is a text of one or more lines.
    Text {
        /// The words for the plan alone: `EXPLAIN `.
        plan: &'static str,
        /// The words that execute the query as well: `EXPLAIN ANALYZE `.
        analyze: &'static str,
    },
    /// Each row is a step: its number, that of the step which it is a part of, a number without meaning, and its text.
    Steps {
        /// The words for the plan: `EXPLAIN QUERY PLAN `.
        plan: &'static str,
    },
}

/// Selects the syntax of the null-safe comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NullSafeStyle {
    /// `a IS NOT DISTINCT FROM b`: the standard.
    IsNotDistinctFrom,
    /// `a IS b`: SQLite.
    Is,
    /// `a <=> b`: MySQL.
    Spaceship,
}

/// Selects how an expression with binds is repeated in GROUP BY, HAVING or ORDER BY, so that the database recognizes
/// the selected expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RepeatStyle {
    /// Unchanged: SQLite does not compare the expressions.
    Plain,
    /// With the same numbers of binds: `a + $1`, and `a + $1` again.
    SameBinds,
    /// By the name of the selected expression: MySQL, where two `?` are never equal.
    Alias,
    /// The same, where HAVING does not know that name: it is `Unsupported` there.
    AliasOutsideHaving,
}

/// Selects the syntax of a very long IN list, which is one bind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InListStyle {
    /// `a = ANY($1)`, for lists of any length.
    Array,
    /// `a IN (SELECT value FROM json_each(?))`, beyond the bind limit.
    JsonEach,
    /// `a IN (SELECT v FROM JSON_TABLE(?, …))`, beyond the bind limit.
    JsonTable,
    /// Not at all: a list beyond the bind limit is `Unsupported`.
    Unsupported,
}

/// How a database stores and computes exact decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecimalStyle {
    /// As a native type, which binds have as well: PostgreSQL.
    Native,
    /// As a native type. A bind is cast to this one, since it is text, which a comparison would make a float of: MySQL
    /// and MariaDB.
    Cast(&'static str),
    /// As text with a collation and functions that the driver adds: SQLite.
    Functions,
    /// Not at all.
    Unsupported,
}
