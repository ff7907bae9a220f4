//! From schema to SQL: tables, indexes and whole scripts, as lists of statements.
//!
//! Used by `create_all` and `drop_all` on a live database and by scripts that need none. The native
//! names of types are the dialect's; the shape of the statements is here.

mod create;
mod script;

pub use create::{add_foreign_key, create_index, create_table, default_sql};
pub use script::{check_names, create_all, drop_all, drop_script, to_script};
