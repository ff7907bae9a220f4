//! Raw SQL: `statement.rs` runs it, `named_binds.rs` turns `:name` into binds, `bind_value.rs`
//! has what can be bound.

pub(super) mod bind_value;
pub(super) mod named_binds;
pub(super) mod statement;
