//! The capabilities of MySQL 8 and MariaDB as data. They differ in RETURNING, in the values that assignments of an
//! UPDATE read, and in subqueries on the modified table.
//!
//! Returned by `Dialect::capabilities`. No SQL is rendered here.

use orm_core::lex::{LexicalRule, LexicalRules};
use orm_core::sql::{
    Capabilities, CommentStyle, DdlFeatures, DecimalStyle, EnumStyle, ExplainStyle, FrameIntervals,
    GeneratedKeys, Grouping, IdentityStyle, InListStyle, IndexExpressionStyle, IndexHintStyle,
    IndexMethodStyle, IndexNames, JsonAggregates, JsonElementStyle, JsonPlans, NullSafeStyle,
    NullsOrder, OtherTables, RepeatStyle, SequenceStyle, SeriesStyle, TruncateStyle, UpsertStyle,
    ValuesStyle,
};

use crate::ddl;

/// How MySQL reads text ("Language Structure" in its manual).
pub(crate) const LEXICAL_RULES: LexicalRules = LexicalRules::of(&[
    LexicalRule::HashComments,
    LexicalRule::DashesNeedBlank,
    LexicalRule::ExecutableComments,
    LexicalRule::BackslashEscapes,
    LexicalRule::DoubleQuotedStrings,
    LexicalRule::BacktickNames,
    LexicalRule::DelimiterCommand,
    LexicalRule::ProgramBodies,
]);

/// MySQL 8.
pub(crate) const MYSQL: Capabilities = {
    let mut own = Capabilities::STANDARD;
    own.quote = '`';
    own.lexical_rules = LEXICAL_RULES;
    // In characters by the manual; counted in bytes here, which never lets a longer name pass.
    own.identifier_limit = 64;
    // Longer ones are truncated ("Identifier Length Limits" in the manual).
    own.alias_limit = 256;
    // The protocol counts the parameters of a statement in 16 bits.
    own.bind_limit = 65_535;
    // A thousand rows of a narrow table; longer statements gain nothing and fill the cache.
    own.insert_binds = 4000;
    own.insert_stores_all = true;
    // A CASE looks at each of the rows for each row: beyond, that costs what it saves.
    own.batch_rows = 128;
    // Of a small table the optimizer would read, and InnoDB lock, every row.
    own.primary_key_hint = " FORCE INDEX (PRIMARY)";
    own.insert_returning = false;
    own.update_returning = false;
    own.delete_returning = false;
    own.upsert = UpsertStyle::OnDuplicateKey;
    own.named_conflicts = false;
    own.update_from = OtherTables::List;
    own.delete_using = OtherTables::List;
    own.with_before_writes = true;
    own.ordered_writes = true;
    own.truncate = TruncateStyle::Commits;
    // The protocol reports the first generated key alone. A statement with a known number of rows reserves all its keys
    // at once, in every innodb_autoinc_lock_mode ("AUTO_INCREMENT Handling in InnoDB" in the manual).
    own.generated_keys = GeneratedKeys::Consecutive;
    // InnoDB undoes a failed statement and keeps the transaction, deadlocks aside: those end it, which
    // the driver finds out.
    own.statement_rollback = true;
    // DDL commits what is open.
    own.transactional_ddl = false;
    own.key_locks = false;
    own.snapshot_reads = true;
    own.repeatable_reads = true;
    // EXPLAIN alone is a table, in which no plan of nested loops can be read.
    own.explain = ExplainStyle::Text {
        plan: "EXPLAIN FORMAT=TREE ",
        analyze: "EXPLAIN ANALYZE ",
    };
    own.regexes = true;
    own.time_functions = true;
    own.null_safe = NullSafeStyle::Spaceship;
    own.in_list = InListStyle::JsonTable;
    // The most digits that both servers take after the point.
    own.decimals = DecimalStyle::Cast("DECIMAL(65,30)");
    own.unsigned_integers = true;
    own.enums = EnumStyle::Column;
    own.bit_operators = true;
    // Neither finds an expression of GROUP BY again in HAVING, and MySQL takes two `?` for two values.
    own.repeats = RepeatStyle::Alias;
    own.any_value = true;
    // In parentheses, MySQL loses NULLs of the nested operation and ignores a part of LIMIT, and MariaDB forgets ALL.
    own.derived_operands = true;
    own.untyped_extremes = true;
    own.unsigned_ranks = true;
    own.simultaneous_set = false;
    own.json = true;
    // Error 1235.
    own.limit_in_subquery = false;
    // Error 1093, unless the table is read into a derived table before. The hint keeps the optimizer from
    // merging that one into the query around it (MySQL's manual, "Errors in Subqueries").
    own.own_table_hint = Some("/*+ NO_MERGE(`inner_query`) */ ");
    own.full_join = false;
    own.table_functions = false;
    own.values = ValuesStyle::Rows;
    own.string_agg = true;
    own.selects.statistics = true;
    own.selects.named_windows = true;
    own.selects.frame_intervals = FrameIntervals::Unit;
    own.selects.rollup = Grouping::WithRollup;
    own.selects.grouping = true;
    own.selects.series = SeriesStyle::JsonTable;
    own.selects.json_plans = Some(JsonPlans {
        plan: "EXPLAIN FORMAT=JSON ",
        analyze: Some("EXPLAIN ANALYZE FORMAT=JSON "),
        buffers: None,
        analyze_buffers: None,
    });
    own.selects.json_aggregates = Some(JsonAggregates {
        array: "JSON_ARRAYAGG(",
        object: "JSON_OBJECTAGG(",
        ordered_arrays: false,
        ordered_objects: false,
        empty_over_nothing: false,
        key: "",
        document: None,
    });
    own.selects.index_hints = IndexHintStyle::Lists;
    own.selects.json_elements = JsonElementStyle::JsonTable;
    own.nulls_order = NullsOrder::Lowest;
    // The manual's own word for "all rows from an offset on": 2^64 - 1.
    own.no_limit = Some("18446744073709551615");
    own.insert_defaults = " () VALUES ()";
    own.ddl = DDL;
    own
};

/// The DDL of MySQL.
const DDL: DdlFeatures = {
    let mut own = DdlFeatures::NONE;
    own.if_exists = true;
    own.view_if_not_exists = true;
    own.schemas = true;
    own.stored_columns = true;
    own.virtual_columns = true;
    own.identity = IdentityStyle::TableOption;
    own.comments = CommentStyle::Clauses;
    own.table_options = ddl::TABLE_OPTIONS;
    own.drop_unique = "DROP INDEX";
    // DROP CONSTRAINT came with 8.0.19.
    own.drop_check = "DROP CHECK";
    own.drop_primary_key = Some("DROP PRIMARY KEY");
    own.index_names = IndexNames::OfTable;
    own.index_methods = IndexMethodStyle::Prefix;
    own.index_expressions = IndexExpressionStyle::Parenthesized;
    own.descending_keys = true;
    own.index_prefixes = true;
    own
};

/// MariaDB since 10.6.
pub(crate) const MARIADB: Capabilities = {
    let mut own = MYSQL;
    own.ddl.index_if_exists = true;
    // A syntax error behind the expression.
    own.ddl.generated_not_null = false;
    own.ddl.sequences = SequenceStyle::NextValueFor;
    own.ddl.no_cycle = "NOCYCLE";
    own.ddl.drop_check = "DROP CONSTRAINT";
    own.ddl.index_expressions = IndexExpressionStyle::Unsupported;
    own.insert_returning = true;
    // Not so UPDATE, before MariaDB 13.
    own.delete_returning = true;
    // In a block of statements, which MySQL has in procedures only.
    own.checked_batches = true;
    own.lexical_rules = LEXICAL_RULES.and(&[LexicalRule::MariaDbComments]);
    own.generated_keys = GeneratedKeys::Returning;
    own.own_table_hint = None;
    own.explain = ExplainStyle::Text {
        plan: "EXPLAIN FORMAT=JSON ",
        analyze: "ANALYZE FORMAT=JSON ",
    };
    own.selects.json_plans = Some(JsonPlans {
        plan: "EXPLAIN FORMAT=JSON ",
        analyze: Some("ANALYZE FORMAT=JSON "),
        buffers: None,
        analyze_buffers: None,
    });
    own.selects.json_aggregates = Some(JsonAggregates {
        array: "JSON_ARRAYAGG(",
        object: "JSON_OBJECTAGG(",
        ordered_arrays: true,
        ordered_objects: false,
        empty_over_nothing: false,
        key: " COLLATE utf8mb4_bin",
        document: None,
    });
    own.with_ties = true;
    own.selects.frame_intervals = FrameIntervals::Unsupported;
    own.selects.list_text = " COLLATE utf8mb4_nopad_bin";
    // ORDER BY finds no longer label.
    own.alias_limit = 255;
    // Error 1221 for ORDER BY beside it.
    own.selects.rollup = Grouping::UnorderedRollup;
    own.selects.grouping = false;
    // Not there before MariaDB 12, which looks for no columns that are not grouped.
    own.any_value = false;
    own.untyped_extremes = false;
    own.unsigned_ranks = false;
    own.short_shares = true;
    own.share_lock = " LOCK IN SHARE MODE";
    own.lock_of = false;
    own.lateral = false;
    own.with_before_writes = false;
    own.column_aliases = false;
    own.values = ValuesStyle::Selects;
    // By the SQL mode of that name, which the driver sets.
    own.simultaneous_set = true;
    own
};
