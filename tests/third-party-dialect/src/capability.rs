//! What Firebird 3 can do, with the reason for each constant that is not a plain fact.
//!
//! Read by the writer, the planner of a flush and the conformance suite. No code here.

use orm_core::lex::{LexicalRule, LexicalRules};
use orm_core::sql::{
    Capabilities, InListStyle, LimitStyle, OtherTables, RepeatStyle, UpsertStyle, ValuesStyle,
};

/// What Firebird 3 can do.
pub(crate) const CAPABILITIES: Capabilities = {
    let mut own = Capabilities::STANDARD;
    own.upper_case_names = true;
    own.lexical_rules = LexicalRules::of(&[LexicalRule::DeclaredBodies]);
    own.identifier_limit = 31;
    own.alias_limit = 31;
    // The client never returns from preparing a statement with a thousand parameters.
    own.bind_limit = 900;
    // VALUES has one row.
    own.insert_binds = 1;
    own.derived_names = true;
    own.from_nothing = " FROM RDB$DATABASE";
    // RETURNING returns one row, of an UPDATE or DELETE that finds none a row of NULLs. That of an INSERT is
    // written as a block, in `render.rs`.
    own.update_returning = false;
    own.delete_returning = false;
    own.upsert = UpsertStyle::Unsupported;
    own.named_conflicts = false;
    own.update_from = OtherTables::Unsupported;
    own.delete_using = OtherTables::Unsupported;
    // Tables are made when the transaction commits.
    own.ddl_with_dml = false;
    // NO ACTION checks at once.
    own.restrict_action = false;
    own.update_lock = " WITH LOCK";
    own.share_lock = "";
    // It is the transaction that waits or does not.
    own.lock_wait = false;
    own.lock_of = false;
    own.key_locks = false;
    own.in_list = InListStyle::Unsupported;
    own.row_values = false;
    own.integer_means = true;
    own.second_digits = 4;
    // Two `?` are never the same expression.
    own.repeats = RepeatStyle::AliasOutsideHaving;
    own.group_by_key = false;
    own.window_frames = false;
    own.lateral = false;
    own.table_functions = false;
    own.values = ValuesStyle::Selects;
    own.nested_set_operations = false;
    own.intersect_except = false;
    own.set_operation_all = false;
    own.limit = LimitStyle::OffsetFetch;
    own
};
