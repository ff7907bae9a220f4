//! Renders schemas as SQL: tables, indexes, views, sequences and whole scripts, as lists of statements.
//!
//! Used by `create_all` and `drop_all` on a connection, by scripts without one, and by migrations. The native types are
//! the dialect's, and `Capabilities::ddl` has what it lacks; the syntax of the statements is here: `create.rs` has tables,
//! `column.rs`, `constraint.rs` and `options.rs` their parts, `index.rs`, `objects.rs` (views, sequences, schemas),
//! `enums.rs` and `comment.rs` what stands beside them, `guarded.rs` the forms with IF EXISTS, `script.rs` whole schemas,
//! `owner.rs` the errors, and `alter/` the changes of a schema.

mod alter;
mod column;
mod comment;
mod constraint;
mod create;
mod enums;
mod guarded;
mod index;
mod objects;
mod options;
mod owner;
mod schema_script;
mod script;

pub use alter::{Change, alter};
pub use column::{column_definition, default_sql, identity_clause};
pub use comment::{comment_on_column, comment_on_table, comment_on_view};
pub use constraint::{add_constraint, add_foreign_key, constraint_clause, drop_constraint};
pub use create::{create_table, create_table_objects, drop_table};
pub use enums::{create_types, drop_types, named_types};
pub use guarded::{
    create_index_if_not_exists, create_schema_if_not_exists, create_sequence_if_not_exists,
    create_table_if_not_exists, create_view_if_not_exists, drop_index_if_exists,
    drop_schema_if_exists, drop_sequence_if_exists, drop_table_if_exists, drop_view_if_exists,
};
pub use index::{create_index, drop_index};
pub use objects::{
    create_schema, create_sequence, create_view, drop_schema, drop_sequence, drop_view,
};
pub use schema_script::{
    create_schema_objects, drop_schema_objects, drop_schema_script, ordered_views,
};
pub use script::{
    check_names, create_all, create_tables, drop_all, drop_script, drop_tables, to_script,
};
