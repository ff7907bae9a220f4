//! Raw SQL: `statement.rs` runs it, `named_binds.rs` turns `:name` into binds, `bind_value.rs`
//! has what can be bound. `many.rs` runs it for many rows.

pub(super) mod bind_value;
pub(super) mod many;
pub(super) mod named_binds;
pub(super) mod statement;
