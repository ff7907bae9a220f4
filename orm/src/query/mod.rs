//! The typed SQL layer: statements that check the user's columns, values and nullability at compile
//! time, then erase into the plain statements of `orm_core::stmt`.
//!
//! A floor for each idea: `expressions/` goes into statements, `select/`, `write/` and `raw/` are the statements,
//! `compile/` makes text and binds of them, `rows/` reads what comes back. `executor.rs` has the places where they run, and `limited.rs` those with a time limit;
//! `schema.rs` creates tables. Stands on `engine` and `mapping`; knows no session.

mod compile;
mod executor;
mod expressions;
mod limited;
mod raw;
mod rows;
mod schema;
mod select;
mod write;

pub(crate) use compile::compiled_sql::compile_query;
pub use executor::Executor;
pub(crate) use executor::sealed;
pub use expressions::aggregate::{
    avg, count, count_all, count_distinct, max, min, string_agg, string_agg_distinct, sum,
    sum_distinct,
};
pub use expressions::array_ops::ArrayOps;
pub use expressions::collation::Collation;
pub use expressions::collected::array_agg;
#[cfg(feature = "json")]
pub use expressions::collected::{json_array_agg, json_object_agg};
pub use expressions::conditional::{Case, CaseValue, CaseWhen, case};
pub use expressions::contains::Part;
pub use expressions::custom::{FuncArgs, func};
pub use expressions::expr::{Expr, IntoExpr};
#[cfg(feature = "chrono")]
pub use expressions::functions::clock::{current_date, now};
pub use expressions::in_list::InList;
#[cfg(feature = "json")]
pub use expressions::json_ops::{JsonKey, JsonOps, JsonPlace};
pub use expressions::operand::{Null, Operand, ValueFor};
pub use expressions::order::{GroupList, Order, OrderList};
pub use expressions::predicate::{Condition, Predicate};
pub use expressions::quotient::avg_dp;
pub(crate) use expressions::rank::plain_label;
pub use expressions::raw_expr::{NamedBinds, raw_expr};
pub use expressions::related::Related;
pub use expressions::row_ops::{RowExpr, RowList};
pub use expressions::statistics::{
    corr, covar_pop, covar_samp, regr_intercept, regr_r2, regr_slope, stddev_pop, stddev_samp,
    var_pop, var_samp,
};
pub use expressions::window::{
    Window, WindowFunction, cume_dist, dense_rank, first_value, lag, last_value, lead, nth_value,
    ntile, percent_rank, rank, row_number, window,
};
pub use orm_core::stmt::{FrameBound, FrameExclusion, FrameNumber, Unit};
pub use raw::bind_value::RawValue;
pub use raw::many::BindRow;
pub use raw::statement::{Raw, raw};
pub use rows::column_index::ColumnIndex;
pub(crate) use rows::column_index::{as_whole, remapped};
pub use rows::dyn_row::DynRow;
pub use rows::from_row::FromRow;
pub use rows::stream::Stream;
pub use select::builder::{Select, select};
pub(crate) use select::by_key::{
    current_rows_by_key, get_columns_statement, get_statement, keys_a_query, rows_by, rows_by_key,
};
pub(crate) use select::columns_row::ColumnsRow;
pub use select::contains::RowKey;
pub use select::derived::Derived;
pub use select::dyn_select::{DynColumn, DynColumns, select_columns};
pub use select::entity_selection::{EntitySelection, PathOf};
#[cfg(feature = "json")]
pub use select::explain_json::Explain;
pub use select::grouping_sets::{GroupSets, grouping};
pub use select::hints::{Indexed, force_index, ignore_index, use_index};
pub(crate) use select::in_bulk::key_values;
pub use select::join::{JoinTarget, RelationAs};
pub(crate) use select::joined_loads::{JoinedLoads, JoinedStep};
#[cfg(feature = "json")]
pub use select::json_elements::{JsonElements, json_elements};
pub use select::keyset::{Keyset, KeysetPage};
pub use select::list_source::unnest;
pub use select::page::{Page, PageQuery};
pub(crate) use select::pages::Pages;
pub(crate) use select::part::PartOf;
pub use select::polymorphic::{Polymorphic, WithPolymorphic};
pub use select::recursive::{recursive, recursive_distinct};
pub(crate) use select::referring::{ForeignKey, count_referring, first_referring, last_positions};
pub use select::relation_ops::{ReferencesMany, ReferencesOne};
pub use select::sampled::{Sampled, bernoulli, system};
pub use select::scalar::{Quantified, all, any, scalar};
pub use select::selectable::{Complete, Optional, SelectList, Selectable, optional};
pub use select::subquery::exists;
pub use select::subset::Subset;
pub use select::table_functions::{generate_series, table_function};
pub use select::table_source::TableSource;
pub use select::values_source::{ValuesOf, ValuesRow, values};
pub(crate) use select::visible::{visible_linked_rows_by, visible_rows_by};
pub use write::assignment::Assignment;
pub(crate) use write::bulk::{BulkInsert, cut_at, insert_rows, stores_at_once};
pub(crate) use write::check::{
    check_length, check_not_generated, check_references, check_writable,
};
pub use write::delete::{Delete, delete};
pub use write::insert::{Insert, InsertInto, insert};
pub use write::insert_iter::{InsertIter, LoadResults};
pub use write::insert_query::InsertQuery;
pub use write::patch::Patch;
pub(crate) use write::patch::assign_value;
#[cfg(feature = "serde")]
pub use write::patch::nullable;
pub(crate) use write::reflection::{batch_column, learn_tables};
pub use write::returning::Returning;
pub(crate) use write::stored::stored;
pub use write::truncate::{Truncate, truncate};
pub(crate) use write::unique_key::unique_columns;
pub use write::update::{Update, update};
pub(crate) use write::update_checks::check_assigned;
pub use write::update_many::{UpdateMany, UpdateManyOf, update_many};
pub(crate) use write::update_rows::case_binds;
pub(crate) use write::upsert::upsert_all;
pub use write::upsert::{OnConflict, Upsert};

// Bounds that the compiler names in its messages. The crate's private module would have an unreadable path there.
#[doc(hidden)]
pub use expressions::aggregate::{Orderable, Summable};
#[doc(hidden)]
pub use expressions::collected::ArrayItem;
#[cfg(feature = "json")]
#[doc(hidden)]
pub use expressions::collected::JsonItem;
#[doc(hidden)]
pub use expressions::expr::Yields;
#[doc(hidden)]
pub use expressions::functions::moments::{ClockBase, DateBase, Moment};
#[doc(hidden)]
pub use expressions::operand::Member;
#[doc(hidden)]
pub use expressions::row_ops::{RowMember, YieldsRow};
#[doc(hidden)]
pub use rows::row_field::RowField;
#[doc(hidden)]
pub use rows::stream::StreamSource;
#[doc(hidden)]
pub use select::derived::{RowColumns, TableOf};
#[doc(hidden)]
pub use select::limit_by::RowCount;
#[doc(hidden)]
pub use select::list_source::ListItem;
#[doc(hidden)]
pub use select::set_operations::SameRow;
#[doc(hidden)]
pub use select::struct_selection::SelectedAs;
#[doc(hidden)]
pub use write::patch::PatchField;
#[doc(hidden)]
pub use write::values::{ByValue, InsertRows, RowsOf};
#[doc(hidden)]
pub use write::written_rows::WriteInWith;

/// What the compiler infers, or the derives name, and no program writes.
pub(crate) mod inferred {
    pub use super::compile::compiled_sql::CompiledSql;
    pub use super::compile::condition_text::condition_text;
    pub use super::compile::handle_keys::HandleKeys;
    pub use super::executor::{Access, DmlKind, ReadStatement, RowsWrite};
    pub use super::expressions::aggregate::OrderableBase;
    pub use super::expressions::build_error::BuildError;
    pub use super::expressions::cast::{CastBase, CastFrom};
    #[cfg(feature = "json")]
    pub use super::expressions::collected::JsonItemBase;
    pub use super::expressions::embedded::{is_variant, part_equals};
    pub use super::expressions::expr::Lifted;
    pub use super::expressions::functions::{Computed, Either, FloatBase, MeasuredBase, RealBase};
    pub use super::expressions::operand::{FitsIn, value_operand};
    pub use super::expressions::predicate::view_condition;
    pub use super::expressions::raw_expr::BindParts;
    pub use super::expressions::related::KeyColumns;
    pub use super::expressions::row_ops::RowParts;
    pub use super::expressions::select_item::{
        ItemNullability, SelectItem, SelectItems, SelectValue,
    };
    pub use super::expressions::table_ref::TableRef;
    pub use super::rows::row_field::{NestedRow, NextColumn, RowColumnNames, RowField};
    pub use super::select::join::{JoinOn, Joined, Sources};
    pub use super::select::list_source::ListBase;
    pub use super::select::named_source::NamedSource;
    pub use super::select::polymorphic::{
        HasVariantOf, LabelOf, PolymorphicRow, can_have_label, is_label, variants_of,
    };
    pub use super::select::returning_list::ReturningList;
    pub use super::select::selectable::{Complete, OptionalSelection};
    pub use super::select::struct_selection::{
        FieldSelected, RowStruct, SelectedAs, SelectedField, add_optional, first_origin,
        next_columns, read_field, read_optional,
    };
    pub use super::write::assignment::part_assignments;
    pub use super::write::insert_query::InsertedInto;
    pub use super::write::patch::patched;
    pub use super::write::returning::WriteRows;
    pub use super::write::values::{ByRef, Each, Item};
}
