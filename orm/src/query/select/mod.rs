//! SELECT: building a query and running it.
//!
//! `builder.rs` has the typed query over the plain one of `query_state.rs` and its `clauses.rs`, `choices.rs` what of its rows it reads, `locks.rs` which of them it locks, `kept_rows.rs` which it keeps, `limit_by.rs` how many by an expression, `grouping_sets.rs` how they are grouped; `selectable.rs` has what can be
//! selected and its result, `struct_selection.rs` for the fields of a struct; `join.rs` infers conditions from foreign keys and relations, `outer_joins.rs` has RIGHT, FULL and CROSS JOIN; `as_source.rs` makes it a source of another one, a `derived.rs` table with the state of `named_source.rs` and `sources_of_query.rs`, `recursive.rs` one that reads itself, and `values_source.rs` has sources of values, `list_source.rs` of lists, `table_functions.rs` and `json_elements.rs` those that are computed, `hints.rs` tables with their indexes, `sampled.rs` parts of tables, all of which `table_source.rs` and `laterals.rs` join; `subquery.rs` makes it a part of
//! another one, and `spanning.rs` for the operators of relations in `relation_ops.rs` and `relation_aggregates.rs`; `set_operations.rs` combines it with others, by `combine.rs`, with the state of `compound.rs`; `fetch.rs` runs it, `last.rs` in the reverse order, `contains.rs` for one row, `default_order.rs` in the order of the model, and `explain.rs` and `explain_json.rs` ask for its plan; `dyn_select.rs` has rows and columns that are known at run time. `by_key.rs` has the queries by primary key of `session.get` and the flush,
//! `visible.rs` those under criteria, `columns_row.rs` the rows of some columns; `in_bulk.rs` has those of lists of keys; `pages.rs` runs a query page by page, `keyset.rs` from the text of a cursor on, which is in `cursor.rs`, and `page.rs` by numbers; `time_limit.rs` limits the time of one; `part.rs` has those of filtered loads of relations, which `subset.rs` writes; `joined_loads.rs` reads relations in the rows of a query.
//! `polymorphic.rs` selects a base model along with its subtypes, whose joins are in `subtypes.rs`.
//! `returning_list.rs` has what statements that write return.
//! `compile` of `query_state.rs` finds the text of a query, or has it made of the statement of `lower.rs` by the files of
//! `../compile/`.

mod as_source;
pub(super) mod builder;
pub(super) mod by_key;
mod choices;
mod clauses;
pub(super) mod columns_row;
mod combine;
mod compound;
pub(super) mod contains;
mod cursor;
mod default_order;
pub(super) mod derived;
pub(super) mod dyn_select;
pub(super) mod entity_selection;
mod explain;
#[cfg(feature = "json")]
pub(super) mod explain_json;
mod fetch;
pub(super) mod grouping_sets;
pub(super) mod hints;
pub(super) mod in_bulk;
pub(super) mod join;
pub(super) mod joined_loads;
#[cfg(feature = "json")]
pub(super) mod json_elements;
pub(super) mod kept_rows;
pub(super) mod keyset;
mod last;
mod laterals;
pub(super) mod limit_by;
pub(super) mod list_source;
mod locks;
mod lower;
pub(super) mod named_source;
mod outer_joins;
pub(super) mod page;
pub(super) mod pages;
pub(super) mod part;
pub(super) mod polymorphic;
pub(super) mod query_state;
pub(super) mod recursive;
pub(super) mod referring;
mod relation_aggregates;
pub(super) mod relation_ops;
pub(super) mod returning_list;
pub(super) mod sampled;
pub(super) mod scalar;
pub(super) mod selectable;
pub(super) mod set_operations;
mod sources_of_query;
mod spanning;
pub(super) mod struct_selection;
pub(super) mod subquery;
pub(super) mod subset;
mod subtypes;
pub(super) mod table_functions;
pub(super) mod table_source;
mod time_limit;
pub(super) mod values_source;
pub(super) mod visible;
