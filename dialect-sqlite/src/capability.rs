//! What SQLite can do, with the reason for each constant that is not a plain fact.
//!
//! Read by the writer, the planner of a flush and the test suite. No code here.

use orm_core::lex::{LexicalRule, LexicalRules};
use orm_core::sql::{
    Capabilities, GeneratedKeys, InListStyle, NullSafeStyle, OtherTables, Placeholder, RepeatStyle,
    UpsertStyle, ValuesStyle,
};

/// How SQLite reads text ("SQLite Keywords" and "CREATE TRIGGER" in its manual).
pub(crate) const LEXICAL_RULES: LexicalRules = LexicalRules::of(&[
    LexicalRule::BacktickNames,
    // As in Microsoft's SQL; up to the first closing one, which can't be doubled.
    LexicalRule::BracketNames,
    LexicalRule::TriggerBodies,
]);

/// What SQLite can do.
pub(crate) const CAPABILITIES: Capabilities = Capabilities {
    quote: '"',
    lexical_rules: LEXICAL_RULES,
    placeholder: Placeholder::Question,
    identifier_limit: usize::MAX,
    // SQLITE_MAX_VARIABLE_NUMBER since 3.32, unless somebody compiled it lower.
    bind_limit: 32_766,
    // Statements of 64 to 150 binds insert fastest; longer ones are slower again for wide rows.
    insert_binds: 128,
    arrays: false,
    insert_returning: true,
    update_returning: true,
    delete_returning: true,
    upsert: UpsertStyle::OnConflictApart,
    named_conflicts: false,
    update_from: OtherTables::Clause,
    delete_using: OtherTables::Unsupported,
    ordered_writes: false,
    // A loop with the last row id is three times as fast as RETURNING.
    generated_keys: GeneratedKeys::LastInsertId,
    statement_rollback: true,
    transactional_ddl: true,
    // ALTER TABLE has no ADD CONSTRAINT. References to tables that don't exist yet are allowed, so a
    // cycle of foreign keys needs none.
    alter_constraint: false,
    row_locks: false,
    share_lock: "",
    lock_of: false,
    key_locks: false,
    snapshot_reads: false,
    null_safe: NullSafeStyle::Is,
    in_list: InListStyle::JsonEach,
    repeats: RepeatStyle::Plain,
    simultaneous_set: true,
    limit_in_subquery: true,
    own_table_hint: None,
    lateral: false,
    table_functions: true,
    column_aliases: false,
    values: ValuesStyle::Values,
    nested_set_operations: false,
    set_operation_all: false,
    no_limit: Some("-1"),
    insert_defaults: " DEFAULT VALUES",
};
