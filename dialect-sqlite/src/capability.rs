//! The capabilities of SQLite as data, with the reasons.
//!
//! Read by the writer, the flush and the test suite.

use orm_core::lex::{LexicalRule, LexicalRules};
use orm_core::sql::{
    Capabilities, DdlFeatures, DecimalStyle, ExplainStyle, GeneratedKeys, IndexExpressionStyle,
    IndexHintStyle, IndexNames, JsonAggregates, JsonElementStyle, NullSafeStyle, OtherTables,
    SeriesStyle, UpsertStyle,
};

use crate::ddl;

/// How SQLite reads text ("SQLite Keywords" and "CREATE TRIGGER" in its manual).
pub(crate) const LEXICAL_RULES: LexicalRules = LexicalRules::of(&[
    LexicalRule::BacktickNames,
    // As in Microsoft's SQL; up to the first closing one, which can't be doubled.
    LexicalRule::BracketNames,
    LexicalRule::TriggerBodies,
]);

/// What SQLite can do.
pub(crate) const CAPABILITIES: Capabilities = {
    let mut own = Capabilities::STANDARD;
    own.lexical_rules = LEXICAL_RULES;
    own.identifier_limit = usize::MAX;
    own.alias_limit = usize::MAX;
    // SQLITE_MAX_VARIABLE_NUMBER since 3.32, unless it was compiled with a lower one.
    own.bind_limit = 32_766;
    // Statements of 64 to 150 binds insert fastest; longer ones are slower again for wide rows.
    own.insert_binds = 128;
    own.upsert = UpsertStyle::OnConflictApart;
    own.named_conflicts = false;
    own.delete_using = OtherTables::Unsupported;
    // A loop with the last row id is three times as fast as RETURNING.
    own.generated_keys = GeneratedKeys::LastInsertId;
    // ALTER TABLE has no ADD CONSTRAINT. References to tables that don't exist yet are allowed, so a
    // cycle of foreign keys needs none.
    own.alter_constraint = false;
    own.row_locks = false;
    own.repeatable_reads = true;
    own.share_lock = "";
    own.lock_of = false;
    own.key_locks = false;
    own.explain = ExplainStyle::Steps {
        plan: "EXPLAIN QUERY PLAN ",
    };
    own.quantifiers = false;
    // A function of the driver's, if it was built with it.
    own.regexes = cfg!(feature = "regexp");
    own.time_functions = true;
    own.null_safe = NullSafeStyle::Is;
    own.json = true;
    own.decimals = DecimalStyle::Functions;
    own.typed_columns = false;
    own.bit_operators = true;
    own.lateral = false;
    own.materialized = true;
    own.with_before_writes = true;
    own.column_aliases = false;
    own.nested_set_operations = false;
    own.set_operation_all = false;
    own.aggregate_filter = true;
    own.group_frames = true;
    own.string_agg = true;
    // Functions of the driver's.
    own.selects.statistics = true;
    own.selects.frame_exclusion = true;
    own.selects.named_windows = true;
    own.selects.series = SeriesStyle::Recursive;
    own.selects.limit_expressions = true;
    own.selects.json_aggregates = Some(JsonAggregates {
        array: "json_group_array(",
        object: "json_group_object(",
        ordered_arrays: true,
        ordered_objects: true,
        empty_over_nothing: true,
        key: "",
        document: Some(("json(", ")")),
    });
    own.selects.index_hints = IndexHintStyle::IndexedBy;
    own.selects.json_elements = JsonElementStyle::JsonEach;
    own.no_limit = Some("-1");
    own.ddl = DDL;
    own
};

/// The DDL of SQLite.
const DDL: DdlFeatures = {
    let mut own = DdlFeatures::NONE;
    own.if_exists = true;
    own.index_if_exists = true;
    own.view_if_not_exists = true;
    own.stored_columns = true;
    own.virtual_columns = true;
    own.table_options = ddl::TABLE_OPTIONS;
    own.table_option_separator = ", ";
    own.deferrable_foreign_keys = true;
    own.foreign_schemas = false;
    own.index_names = IndexNames::Qualified;
    own.index_expressions = IndexExpressionStyle::Plain;
    own.descending_keys = true;
    own.index_collations = true;
    own.index_filters = true;
    own
};
