//! Statements as data: what the typed layer erases into and the SQL writer reads.
//!
//! Plain enums and structs that own their values; one file a statement, and `query.rs`, `select.rs`, `source.rs`,
//! `window.rs`, `expr.rs`, `operator.rs` and `like.rs` for the parts of a query. `visit.rs` and `fold.rs` go through all of them, by the list
//! in `parts.rs`: a new node does not compile until it is there. No text is made here and no dialect is known. UPDATE and DELETE by key,
//! which a flush repeats for many rows, are in `batch.rs`.

mod aggregate;
mod alias;
mod array;
mod batch;
mod call;
mod enum_rank;
mod expr;
mod extension;
mod fold;
mod frame_number;
mod grouping;
mod grouping_sets;
mod hint;
mod implied_name;
mod insert;
mod json;
mod label;
mod like;
mod limit;
mod named_sql;
mod named_windows;
mod numeric;
mod operator;
mod parts;
mod quantified;
mod query;
mod select;
mod shape;
mod source;
mod source_call;
mod statistic;
mod stored_text;
mod temporal;
mod truncate;
mod version;
mod visit;
mod window;
mod write;

pub use aggregate::AggregateCall;
pub use alias::{generated_alias, is_generated_alias};
pub use array::{ArrayExpr, ArrayOp};
pub use batch::{BatchColumn, BatchDelete, BatchRows, BatchUpdate};
pub use call::{Call, Func};
pub use enum_rank::EnumRank;
pub use expr::{Case, Expr, RawPart};
pub use extension::{Extension, TemplatePart};
pub use fold::{
    Fold, walk_delete as fold_delete, walk_expr as fold_expr, walk_insert as fold_insert,
    walk_item as fold_item, walk_projection as fold_projection, walk_query as fold_query,
    walk_select as fold_select, walk_statement as fold_statement, walk_update as fold_update,
    walk_window as fold_window,
};
pub use frame_number::FrameNumber;
pub use grouping::{grouped_columns, is_closed};
pub use grouping_sets::GroupingSets;
pub use hint::{Hint, IndexHint, IndexHintKind};
pub(crate) use implied_name::implied_names_hide_columns;
pub use insert::{BatchType, Conflict, ConflictAction, ConflictTarget, Insert, InsertSource};
pub use json::{JsonExpr, JsonKind, JsonOp, JsonPath, JsonStep, JsonType};
pub use label::order_label;
pub(crate) use label::{has_labels, labels_hide_columns};
pub use like::{Like, LikeKind};
pub use limit::LimitBy;
pub use named_sql::NamedSql;
pub use named_windows::named_windows;
pub use numeric::{Numeric, NumericOp};
pub use operator::{Aggregate, ArithmeticOp, CompareOp};
pub use quantified::{Quantified, Quantifier};
pub use query::{
    Cte, Direction, Limit, Lock, LockStrength, LockWait, Nulls, Order, Query, QueryBody,
    SetOperation, SetOperator, Values, With,
};
pub use select::{Join, JoinKind, Projection, Select};
pub use shape::{List, Shape, hash_values};
pub use source::{Alias, FromItem, Source};
pub use source_call::{ListSource, Sample, SampleMethod, SourceCall, SourceFunc};
pub use statistic::Statistic;
pub use stored_text::StoredText;
pub use temporal::{DatePart, TimeFunc, TimeKind, Unit};
pub use truncate::Truncate;
pub use version::NextVersion;
pub use visit::{
    Visit, walk_delete, walk_expr, walk_insert, walk_item, walk_projection, walk_query,
    walk_select, walk_statement, walk_update, walk_window,
};
pub use window::{Frame, FrameBound, FrameExclusion, FrameUnit, Window};
pub use write::{Delete, Update};

/// Is a name in a statement: a table, an alias or a column. Names of models are borrowed, others owned.
pub type Name = std::borrow::Cow<'static, str>;

/// Is a list that mostly has one element, which costs no allocation.
pub type Few<T> = smallvec::SmallVec<[T; 1]>;

/// Is a list that mostly has one or two elements, which cost no allocation.
pub type UpToTwo<T> = smallvec::SmallVec<[T; 2]>;

/// Represents a statement that reads or writes rows.
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum Statement {
    /// SELECT, a set operation or VALUES.
    Query(Query),
    /// INSERT.
    Insert(Insert),
    /// UPDATE.
    Update(Update),
    /// DELETE.
    Delete(Delete),
}
