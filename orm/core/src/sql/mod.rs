//! From statements and schema to SQL text.
//!
//! `writer.rs` escapes every identifier and turns every value into a bind, `limits.rs` counts them, and `binds.rs` collects those of a known text.
//! `dialect.rs` has the hooks for the differences between databases, and `capability.rs` their data (those of queries in `select_features.rs`, those of schemas in `ddl_features.rs`), of older servers by `of_version.rs`. `render/` is the one
//! default writer of statements and `ddl/` the one of schemas. A dialect overrides hooks, never whole statements.

mod binds;
mod capability;
pub mod ddl;
mod ddl_features;
mod dialect;
mod limits;
mod of_version;
mod render;
mod select_features;
mod writer;

pub use binds::{BindOrder, BindValues, Binds, EachBind, WriteSql};
pub use capability::{
    Capabilities, DecimalStyle, EnumStyle, ExplainStyle, GeneratedKeys, InListStyle, LimitStyle,
    NullSafeStyle, NullsOrder, OtherTables, Placeholder, RepeatStyle, TruncateStyle, UpsertStyle,
    ValuesStyle,
};
pub use ddl_features::{
    CommentStyle, DdlFeatures, IdentityStyle, IndexExpressionStyle, IndexMethodStyle, IndexNames,
    SequenceStyle, TableOptionPlace, TableOptionRule, TableOptionValue,
};
pub use dialect::{DdlLock, Dialect, ForeignKeySwitch, KeyRange};
pub use of_version::dialect_at;
pub use render::{
    ExpectedColumn, OTHER_KEY_CONFLICT, digest_text, write_argument, write_batch_delete,
    write_batch_delete_rows, write_batch_update, write_batch_update_rows, write_call, write_concat,
    write_copy, write_delete, write_equal_in_lower_case, write_expr, write_extension, write_insert,
    write_limit, write_locks, write_named_call, write_null_safe_expected, write_numeric,
    write_operand, write_order_by, write_ordered_column, write_plain_insert, write_query,
    write_quotient, write_raw_list, write_separator, write_statement, write_string_agg,
    write_truncate, write_update,
};
pub use select_features::{
    FrameIntervals, Grouping, HintPlace, IndexHintStyle, JsonAggregates, JsonElementStyle,
    JsonPlans, SelectFeatures, SeriesStyle,
};
pub use writer::SqlWriter;

pub use crate::transaction::{IsolationLevel, TransactionOptions};
