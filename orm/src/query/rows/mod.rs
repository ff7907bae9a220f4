//! From rows to values: `from_row.rs` reads single values, tuples and structs, `column_index.rs` finds columns by
//! name. Entities are decoded by the derive's code and by `load`.

pub(super) mod column_index;
pub(super) mod from_row;
