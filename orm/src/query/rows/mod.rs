//! From rows to values: `from_row.rs` reads single values, tuples and structs, whose fields are in `row_field.rs`, `column_index.rs` finds columns by
//! name, `dyn_row.rs` has rows whose columns are known at run time, and `dyn_names.rs` their columns, `stream.rs` hands rows out one at a time. Entities are decoded by the derive's code and by `load`.

pub(super) mod column_index;
pub(super) mod dyn_names;
pub(super) mod dyn_row;
pub(super) mod from_row;
pub(super) mod row_field;
pub(super) mod stream;
