//! Renders schemas as SQL: tables, indexes and whole scripts, as lists of statements.
//!
//! Used by `create_all` and `drop_all` on a connection, and by scripts without one. The native types are the
//! dialect's; the syntax of the statements is here.

mod create;
mod enums;
mod script;

pub use create::{add_foreign_key, create_index, create_table, default_sql};
pub use enums::{create_types, drop_types, named_types};
pub use script::{
    check_names, create_all, create_tables, drop_all, drop_script, drop_tables, to_script,
};
