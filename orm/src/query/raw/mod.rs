//! Raw SQL: `statement.rs` runs it, `named_binds.rs` and `placeholders.rs` turn `:name` into binds, `bind_value.rs`
//! has what can be bound.

pub(super) mod bind_value;
pub(super) mod named_binds;
mod placeholders;
pub(super) mod statement;
