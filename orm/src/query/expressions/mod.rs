//! What goes into statements: typed columns, expressions and conditions, which erase into
//! `orm_core::stmt::Expr`.
//!
//! `embedded.rs` compares flattened structs. `expr.rs` has the typed expression and `predicate.rs` the condition; `column_ops.rs`, `expr_ops.rs`,
//! `arithmetic.rs`, `left_values.rs`, `numeric_ops.rs`, `quotient.rs`, `aggregate.rs`, `collected.rs`, `statistics.rs`, `window.rs`, `named_windows.rs`, `conditional.rs`, `collation.rs`, `cast.rs`, `coerce.rs`, `distinct.rs`, `label.rs`, `text_search.rs` and `like.rs` their operators, `functions/` the portable functions, `related.rs` those of relations, `row_ops.rs` those of rows, `json_ops.rs`, `json_changes.rs`, `document_type.rs` and `documents.rs` those of JSON documents, `array_ops.rs` those of arrays, whose values are in `array_operands.rs`, `enums.rs` native enums, with their order of `rank.rs`; `custom.rs` and `raw_expr.rs` have SQL of the program's; `operand.rs`, `truth.rs`, `in_list.rs` and
//! `order.rs` the Rust types that each place accepts. `table_ref.rs` has the table of a column, `select_item.rs` what is
//! selected, `term.rs` the conditions of a statement, and `build_error.rs` keeps an error until a statement is run. No
//! statement is compiled here.

pub(super) mod aggregate;
mod arithmetic;
mod array_operands;
pub(super) mod array_ops;
pub(super) mod build_error;
pub(super) mod cast;
mod coerce;
pub(super) mod collation;
pub(super) mod collected;
mod column_ops;
pub(super) mod conditional;
pub(super) mod contains;
pub(super) mod custom;
mod distinct;
mod document_type;
mod documents;
pub(super) mod embedded;
pub(super) mod enums;
pub(super) mod expr;
mod expr_ops;
pub(super) mod functions;
pub(super) mod in_list;
#[cfg(feature = "json")]
mod json_changes;
#[cfg(feature = "json")]
pub(super) mod json_ops;
mod label;
mod left_values;
mod like;
mod named_windows;
pub(in crate::query) mod numeric_ops;
pub(super) mod operand;
pub(super) mod order;
pub(super) mod predicate;
pub(super) mod quotient;
pub(super) mod rank;
pub(super) mod raw_expr;
pub(super) mod related;
pub(super) mod row_ops;
pub(super) mod select_item;
pub(super) mod statistics;
pub(super) mod table_ref;
pub(super) mod term;
mod text_search;
mod truth;
pub(super) mod window;
