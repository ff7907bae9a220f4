//! The capabilities of PostgreSQL as data, with the reasons.

use orm_core::lex::{LexicalRule, LexicalRules};
use orm_core::sql::{
    Capabilities, CommentStyle, DdlFeatures, DecimalStyle, EnumStyle, ExplainStyle, FrameIntervals,
    GeneratedKeys, Grouping, HintPlace, IdentityStyle, InListStyle, IndexExpressionStyle,
    IndexMethodStyle, JsonAggregates, JsonElementStyle, JsonPlans, Placeholder, RepeatStyle,
    SequenceStyle, SeriesStyle, TruncateStyle,
};

use crate::ddl;

/// How PostgreSQL reads text ("Lexical Structure" in its manual).
pub(crate) const LEXICAL_RULES: LexicalRules = LexicalRules::of(&[
    LexicalRule::NestedComments,
    LexicalRule::ReturnEndsLine,
    LexicalRule::EscapeStrings,
    LexicalRule::DollarQuotes,
    LexicalRule::AtomicBodies,
]);

/// PostgreSQL 12 and later.
pub(crate) const CAPABILITIES: Capabilities = {
    let mut own = Capabilities::STANDARD;
    own.lexical_rules = LEXICAL_RULES;
    own.placeholder = Placeholder::Dollar;
    // NAMEDATALEN is 64 and counts the closing NUL.
    own.identifier_limit = 63;
    own.alias_limit = 63;
    // The protocol counts parameters in 16 bits.
    own.bind_limit = 65_535;
    // Batches go as arrays, so this only bounds inserts that a caller writes row by row.
    own.insert_binds = 1000;
    own.arrays = true;
    own.checked_batches = true;
    own.truncate = TruncateStyle::Statement;
    // There is no such thing without naming a sequence: keys come back by RETURNING.
    own.generated_keys = GeneratedKeys::Returning;
    // One failed statement aborts the whole transaction, up to the last savepoint.
    own.statement_rollback = false;
    own.explain = ExplainStyle::Text {
        plan: "EXPLAIN ",
        analyze: "EXPLAIN (ANALYZE) ",
    };
    own.regexes = true;
    own.time_functions = true;
    // One statement text for lists of any length, and faster than a list of binds.
    own.in_list = InListStyle::Array;
    own.decimals = DecimalStyle::Native;
    own.enums = EnumStyle::Named;
    own.bit_operators = true;
    // "FOR UPDATE cannot be applied to the nullable side of an outer join".
    own.json = true;
    own.lock_outer = false;
    own.aggregate_filter = true;
    own.group_frames = true;
    own.string_agg = true;
    own.selects.statistics = true;
    own.selects.regression = true;
    own.selects.frame_exclusion = true;
    own.selects.named_windows = true;
    own.selects.frame_intervals = FrameIntervals::Text;
    own.selects.rollup = Grouping::Functions;
    own.selects.grouping = true;
    own.selects.table_samples = true;
    own.selects.series = SeriesStyle::Function;
    own.selects.limit_expressions = true;
    own.selects.json_plans = Some(JsonPlans {
        plan: "EXPLAIN (FORMAT JSON) ",
        analyze: Some("EXPLAIN (ANALYZE, FORMAT JSON) "),
        buffers: Some("EXPLAIN (BUFFERS, FORMAT JSON) "),
        analyze_buffers: Some("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) "),
    });
    own.selects.json_aggregates = Some(JsonAggregates {
        array: "jsonb_agg(",
        object: "jsonb_object_agg(",
        ordered_arrays: true,
        ordered_objects: true,
        empty_over_nothing: false,
        key: "",
        document: None,
    });
    own.selects.hints = HintPlace::BeforeQuery;
    own.selects.json_elements = JsonElementStyle::Series;
    own.distinct_on = true;
    own.with_ties = true;
    own.repeats = RepeatStyle::SameBinds;
    own.materialized = true;
    own.writes_in_with = true;
    own.with_before_writes = true;
    own.copy_in = true;
    own.ddl = DDL;
    own
};

/// The DDL of PostgreSQL 18.
const DDL: DdlFeatures = {
    let mut own = DdlFeatures::NONE;
    own.if_exists = true;
    own.index_if_exists = true;
    own.schemas = true;
    own.stored_columns = true;
    own.virtual_columns = true;
    own.identity = IdentityStyle::Options;
    own.sequences = SequenceStyle::Function;
    own.comments = CommentStyle::Statements;
    own.table_options = ddl::TABLE_OPTIONS;
    own.nulls_not_distinct = true;
    own.deferrable_uniques = true;
    own.deferrable_foreign_keys = true;
    own.match_full = true;
    own.exclusions = true;
    own.index_methods = IndexMethodStyle::Using;
    own.index_expressions = IndexExpressionStyle::Parenthesized;
    own.descending_keys = true;
    own.index_nulls_order = true;
    own.index_collations = true;
    own.operator_classes = true;
    own.index_include = true;
    own.index_filters = true;
    own.concurrent_indexes = true;
    own.alter_using = true;
    own.materialized_views = true;
    own
};
