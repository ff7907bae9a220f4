//! What a database can do, as data: the planner of a flush, the writer and the test suite read it.
//!
//! The constants are in the dialect crates. MySQL and MariaDB share a dialect and differ here.

use crate::lex::LexicalRules;

/// What one database can do: plain data. A dialect begins with [`Capabilities::STANDARD`] and says what differs, so that
/// a later field, which the standard has a value for, breaks none.
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
    /// What encloses an identifier; inside it is doubled. `"` by the standard, `` ` `` on MySQL.
    pub quote: char,
    /// How text of this database's SQL is read: which quotes, comments and statement bodies it has.
    pub lexical_rules: LexicalRules,
    /// How binds are written.
    pub placeholder: Placeholder,
    /// The longest identifier in bytes; longer constraint names are cut and hashed, longer table and
    /// column names are an error. 63 on PostgreSQL, 64 on MySQL, unlimited on SQLite.
    pub identifier_limit: usize,
    /// The most binds of one statement. 32 766 on SQLite, 65 535 on PostgreSQL and MySQL.
    pub bind_limit: usize,
    /// How many binds a multi-row INSERT should have: beyond, longer statements get slower.
    pub insert_binds: usize,
    /// Whether an INSERT of several rows stores each of them or fails as a whole: MySQL and MariaDB. Elsewhere a trigger,
    /// a rule or the table's own conflict clause may leave rows out.
    pub insert_stores_all: bool,
    /// Whether a bind may be an array: PostgreSQL. Flushes then write a table in one statement.
    pub arrays: bool,
    /// Whether the UPDATE or DELETE of a batch of several rows can count the rows that it writes, and undo itself if
    /// they are not as many as it was given: PostgreSQL, MariaDB.
    pub checked_batches: bool,
    /// How many rows an UPDATE or DELETE by key has at most: a power of two. 1 where a statement of one row is run for
    /// each, as on SQLite, and where arrays take all.
    pub batch_rows: usize,
    /// What makes an UPDATE or DELETE of many keys find its rows by the primary key and lock no others, with a leading
    /// space: ` FORCE INDEX (PRIMARY)` on MySQL. Stands behind the table's name.
    pub primary_key_hint: &'static str,
    /// Whether INSERT hands back columns: PostgreSQL, SQLite since 3.35, MariaDB since 10.5; not MySQL.
    pub insert_returning: bool,
    /// Whether UPDATE hands back columns: PostgreSQL, SQLite since 3.35; not MariaDB nor MySQL.
    pub update_returning: bool,
    /// Whether DELETE of one table hands back columns: PostgreSQL, SQLite since 3.35, MariaDB; not MySQL.
    pub delete_returning: bool,
    /// How an INSERT says what to do about a row that is there already.
    pub upsert: UpsertStyle,
    /// Whether a conflict can be that of a constraint by its name: PostgreSQL.
    pub named_conflicts: bool,
    /// Where an UPDATE names the other tables that it reads.
    pub update_from: OtherTables,
    /// Where a DELETE names the other tables that it reads.
    pub delete_using: OtherTables,
    /// Whether UPDATE and DELETE of one table take ORDER BY and LIMIT: MySQL and MariaDB.
    pub ordered_writes: bool,
    /// How a flush learns the keys that the database generates.
    pub generated_keys: GeneratedKeys,
    /// Whether a failed statement undoes itself and leaves the transaction open. Not on PostgreSQL.
    pub statement_rollback: bool,
    /// Whether CREATE and DROP are undone by ROLLBACK. Not on MySQL.
    pub transactional_ddl: bool,
    /// Whether constraints can be added to a table later. Not on SQLite, where a cycle of foreign keys
    /// is written inline.
    pub alter_constraint: bool,
    /// Whether a query can lock the rows that it reads: `FOR UPDATE`. SQLite locks the whole database, when a
    /// transaction begins to write.
    pub row_locks: bool,
    /// How a lock against writers alone is written, with a leading space: ` FOR SHARE`, or ` LOCK IN SHARE MODE` on
    /// MariaDB.
    pub share_lock: &'static str,
    /// Whether a lock may be of some of the query's tables: `OF`. Not on MariaDB.
    pub lock_of: bool,
    /// Whether a lock may be about the key alone: `FOR NO KEY UPDATE` and `FOR KEY SHARE`, on PostgreSQL.
    pub key_locks: bool,
    /// Whether plain reads of a transaction at the default isolation level show the state of its first read:
    /// InnoDB's REPEATABLE READ. What was stored since is then seen by locking reads only.
    pub snapshot_reads: bool,
    /// How "equal, NULLs included" is written.
    pub null_safe: NullSafeStyle,
    /// How membership in a list beyond `bind_limit` is written.
    pub in_list: InListStyle,
    /// How an expression stands a second time in a query that groups or drops duplicates.
    pub repeats: RepeatStyle,
    /// Whether every assignment of an UPDATE reads the old values. On MySQL one reads what those before
    /// it have set, so the writer orders them.
    pub simultaneous_set: bool,
    /// Whether the query of `IN (SELECT …)` may have a LIMIT. On MySQL it needs another query around it.
    pub limit_in_subquery: bool,
    /// What a subquery of an INSERT, UPDATE or DELETE needs in order to read the table that is written: on
    /// MySQL another query around it, with these words behind its SELECT. `None` where it needs nothing.
    pub own_table_hint: Option<&'static str>,
    /// Whether a query in FROM may use the tables before it: LATERAL, on PostgreSQL and MySQL.
    pub lateral: bool,
    /// Whether functions by name can stand in FROM: PostgreSQL and SQLite, where they may use the tables before them.
    pub table_functions: bool,
    /// Whether an alias can give names to columns: `AS v(a, b)`, on PostgreSQL and MySQL.
    pub column_aliases: bool,
    /// How rows of values are written where a query stands.
    pub values: ValuesStyle,
    /// Whether a query in a set operation can stand in parentheses. On SQLite it stands in a query of its own.
    pub nested_set_operations: bool,
    /// Whether INTERSECT and EXCEPT can keep duplicates: ALL. Not on SQLite.
    pub set_operation_all: bool,
    /// What stands for "no limit" where OFFSET can't stand alone: `-1` on SQLite, a huge number on
    /// MySQL, nothing on PostgreSQL.
    pub no_limit: Option<&'static str>,
    /// How a row of defaults only is inserted: `DEFAULT VALUES`, or `() VALUES ()` on MySQL.
    pub insert_defaults: &'static str,
}

impl Capabilities {
    /// What SQL:2016 has. Limits are those that each of the large databases keeps.
    pub const STANDARD: Self = Self {
        quote: '"',
        lexical_rules: LexicalRules::STANDARD,
        placeholder: Placeholder::Question,
        identifier_limit: 128,
        bind_limit: 65_535,
        insert_binds: 128,
        insert_stores_all: false,
        arrays: false,
        checked_batches: false,
        batch_rows: 1,
        primary_key_hint: "",
        // INSERT … RETURNING is not in the standard, but the default writer has it.
        insert_returning: true,
        update_returning: true,
        delete_returning: true,
        upsert: UpsertStyle::OnConflict,
        named_conflicts: true,
        update_from: OtherTables::Clause,
        delete_using: OtherTables::Clause,
        ordered_writes: false,
        generated_keys: GeneratedKeys::Returning,
        statement_rollback: true,
        transactional_ddl: true,
        alter_constraint: true,
        row_locks: true,
        share_lock: " FOR SHARE",
        lock_of: true,
        key_locks: true,
        snapshot_reads: false,
        null_safe: NullSafeStyle::IsNotDistinctFrom,
        in_list: InListStyle::JsonEach,
        repeats: RepeatStyle::Plain,
        simultaneous_set: true,
        limit_in_subquery: true,
        own_table_hint: None,
        lateral: true,
        table_functions: true,
        column_aliases: true,
        values: ValuesStyle::Values,
        nested_set_operations: true,
        set_operation_all: true,
        no_limit: None,
        insert_defaults: " DEFAULT VALUES",
    };
}

/// How a flush learns the keys that the database generates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GeneratedKeys {
    /// From RETURNING, for many rows at once.
    Returning,
    /// From the driver, after each row of a prepared loop: SQLite, where the loop is three times as fast as
    /// RETURNING.
    LastInsertId,
    /// From the driver, the first one of a statement of many rows. The others follow at a step that
    /// [`Dialect::write_generated_keys`](super::Dialect::write_generated_keys) asks for: MySQL.
    Consecutive,
}

/// How an INSERT says what to do about a row that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpsertStyle {
    /// `ON CONFLICT (id) DO UPDATE SET a = excluded.a`: PostgreSQL.
    OnConflict,
    /// The same, but not directly behind a query, where ON would be a join's: SQLite.
    OnConflictApart,
    /// `ON DUPLICATE KEY UPDATE a = VALUES(a)`, which any unique value of the table sets off: MySQL.
    OnDuplicateKey,
}

/// How rows of values are written where a query stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValuesStyle {
    /// `VALUES (?, ?), (?, ?)`: the standard's.
    Values,
    /// `VALUES ROW(?, ?), ROW(?, ?)`: MySQL.
    Rows,
    /// `SELECT ?, ? UNION ALL SELECT ?, ?`: MariaDB, whose VALUES yields empty text for a bind.
    Selects,
}

/// Where an UPDATE or DELETE names the other tables that it reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtherTables {
    /// In a clause of their own: `UPDATE t SET … FROM u`, `DELETE FROM t USING u`.
    Clause,
    /// In one list with the table that is written: `UPDATE t, u SET t.a = …`, `DELETE FROM t USING t, u`.
    List,
    /// Nowhere.
    Unsupported,
}

/// How binds are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placeholder {
    /// `?`, counted by position.
    Question,
    /// `$1`, `$2`.
    Dollar,
}

/// How "equal, NULLs included" is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NullSafeStyle {
    /// `a IS NOT DISTINCT FROM b`: the standard's.
    IsNotDistinctFrom,
    /// `a IS b`: SQLite.
    Is,
    /// `a <=> b`: MySQL.
    Spaceship,
}

/// How an expression with a value in it stands a second time in GROUP BY, HAVING or ORDER BY, so that the
/// database sees that it is the one that is selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RepeatStyle {
    /// As it is: SQLite asks for no proof.
    Plain,
    /// With the same numbers of binds: `a + $1`, and `a + $1` again.
    SameBinds,
    /// Under the name that it is selected as: MySQL, where two `?` are never the same.
    Alias,
}

/// How membership in a very long list is written: as one bind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InListStyle {
    /// `a = ANY($1)`, for lists of any length.
    Array,
    /// `a IN (SELECT value FROM json_each(?))`, beyond the bind limit.
    JsonEach,
    /// `a IN (SELECT v FROM JSON_TABLE(?, …))`, beyond the bind limit.
    JsonTable,
}
