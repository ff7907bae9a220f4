//! The typed SQL layer: statements that check the user's columns, values and nullability at compile
//! time, then erase into the plain statements of `orm_core::stmt`.
//!
//! `select.rs`, `insert.rs`, `update.rs`, `delete.rs` and `raw.rs` have the statements; `column_ops.rs`,
//! `expr_ops.rs`, `operand.rs`, `predicate.rs`, `condition.rs`, `in_list.rs`, `aggregate.rs` and `order.rs` what goes into them;
//! `executor.rs` says where they run; `stored.rs` asks what tables really are. Stands on `engine` and `mapping`; knows no session.

mod aggregate;
mod arithmetic;
mod bulk;
mod by_key;
mod check;
mod column_ops;
mod compile;
mod condition;
mod delete;
mod erased;
mod executor;
mod existence;
mod expr;
mod expr_ops;
mod fault;
mod from_row;
mod grouping;
mod in_list;
mod insert;
mod join;
mod like;
mod operand;
mod order;
mod origin;
mod placeholders;
mod places;
mod predicate;
mod raw;
mod raw_text;
mod raw_value;
mod rows;
mod schema;
mod scope;
mod select;
mod selectable;
mod stored;
mod update;
mod verbs;

pub use aggregate::{Numbers, Ranked, avg, count, count_all, count_distinct, max, min, sum};
pub(crate) use bulk::{BulkInsert, insert_rows};
pub(crate) use by_key::{current_rows_by_key, get_statement, rows_by_key};
pub(crate) use check::{check_length, check_references};
pub use condition::Condition;
pub use delete::{Delete, delete};
pub use executor::{Access, Executor, Write};
pub use expr::{Expr, IntoExpr, Lifted, Yields};
pub use fault::Fault;
pub use from_row::{FromRow, read_place};
pub use in_list::InList;
pub use insert::{Insert, InsertInto, Returning, insert};
pub use join::{JoinTarget, Joined, Sources};
pub use operand::{FitsIn, Member, Null, Operand, ValueFor};
pub use order::{GroupList, Order, OrderList};
pub use origin::{Origin, Selected};
pub use places::Places;
pub use predicate::{Predicate, exists};
pub use raw::{Raw, raw};
pub use raw_text::Compiled;
pub use raw_value::RawValue;
pub use rows::{ByRef, ByValue, Each, Item, Rows, RowsOf};
pub use select::{Select, select};
pub use selectable::{Optional, Selectable, optional};
pub(crate) use stored::{batch_column, learn_tables};
pub use update::{Assignment, Update, update};
