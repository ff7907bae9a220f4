//! The typed SQL layer: statements that check the user's columns, values and nullability at compile
//! time, then erase into the plain statements of `orm_core::stmt`.
//!
//! A floor for each idea: `expressions/` goes into statements, `select/`, `write/` and `raw/` are the statements,
//! `compile/` makes text and binds of them, `rows/` reads what comes back. `executor.rs` says where they run;
//! `schema.rs` creates tables. Stands on `engine` and `mapping`; knows no session.

mod compile;
mod executor;
mod expressions;
mod raw;
mod rows;
mod schema;
mod select;
mod write;

pub(crate) use executor::sealed;
pub use executor::{Access, DmlKind, Executor, ReadStatement};
pub use expressions::aggregate::{
    Orderable, Summable, avg, count, count_all, count_distinct, max, min, sum,
};
pub use expressions::build_error::BuildError;
pub use expressions::expr::{Expr, IntoExpr, Lifted, Yields};
pub use expressions::in_list::InList;
pub use expressions::operand::{FitsIn, Member, Null, Operand, ValueFor, value_operand};
pub use expressions::order::{GroupList, Order, OrderList};
pub use expressions::predicate::{Condition, Predicate};
pub use expressions::table_ref::{SelectItem, TableRef};
pub use raw::bind_value::RawValue;
pub use raw::statement::{Raw, raw};
pub use rows::column_index::ColumnIndex;
pub use rows::from_row::{FromRow, read_place};
pub use rows::stream::{Stream, StreamSource};
pub use select::builder::{Select, select};
pub(crate) use select::by_key::{current_rows_by_key, get_statement, rows_by_key};
pub use select::join::{JoinTarget, Joined, Sources};
pub use select::selectable::{Optional, Selectable, optional};
pub use select::subquery::exists;
pub(crate) use write::bulk::{BulkInsert, cut_at, insert_rows, stores_at_once};
pub(crate) use write::check::{check_length, check_references};
pub use write::delete::{Delete, delete};
pub use write::insert::{Insert, InsertInto, Returning, insert};
pub(crate) use write::reflection::{batch_column, learn_tables};
pub use write::update::{Assignment, Update, update};
pub use write::values::{ByRef, ByValue, Each, InsertRows, Item, RowsOf};
