//! What PostgreSQL can do, as data, with the reasons. Read by core's planner and writer.

use orm_core::lex::{LexicalRule, LexicalRules};
use orm_core::sql::{
    Capabilities, GeneratedKeys, InListStyle, NullSafeStyle, OtherTables, Placeholder, RepeatStyle,
    UpsertStyle, ValuesStyle,
};

/// How PostgreSQL reads text ("Lexical Structure" in its manual).
pub(crate) const LEXICAL_RULES: LexicalRules = LexicalRules::of(&[
    LexicalRule::NestedComments,
    LexicalRule::ReturnEndsLine,
    LexicalRule::EscapeStrings,
    LexicalRule::DollarQuotes,
    LexicalRule::AtomicBodies,
]);

/// PostgreSQL 12 and later.
pub(crate) const CAPABILITIES: Capabilities = Capabilities {
    quote: '"',
    lexical_rules: LEXICAL_RULES,
    placeholder: Placeholder::Dollar,
    // NAMEDATALEN is 64 and counts the closing NUL.
    identifier_limit: 63,
    // The protocol counts parameters in 16 bits.
    bind_limit: 65_535,
    // Batches go as arrays, so this only bounds inserts that a caller writes row by row.
    insert_binds: 1000,
    arrays: true,
    insert_returning: true,
    update_returning: true,
    delete_returning: true,
    upsert: UpsertStyle::OnConflict,
    named_conflicts: true,
    update_from: OtherTables::Clause,
    delete_using: OtherTables::Clause,
    ordered_writes: false,
    // There is no such thing without naming a sequence: keys come back by RETURNING.
    generated_keys: GeneratedKeys::Returning,
    // One failed statement aborts the whole transaction, up to the last savepoint.
    statement_rollback: false,
    transactional_ddl: true,
    alter_constraint: true,
    row_locks: true,
    share_lock: " FOR SHARE",
    lock_of: true,
    key_locks: true,
    snapshot_reads: false,
    null_safe: NullSafeStyle::IsNotDistinctFrom,
    // One statement text for lists of any length, and faster than a list of binds.
    in_list: InListStyle::Array,
    repeats: RepeatStyle::SameBinds,
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
