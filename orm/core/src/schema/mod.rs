//! Tables as data: what models declare, what scripts create, what reflection reads.
//!
//! The one description of a schema: columns as the derive declares them, tables as `orm-migrate` reads them or an
//! [`Inspector`](crate::inspect::Inspector) finds them, and what DDL is written from. `table.rs`, `column.rs`,
//! `constraint.rs`, `index.rs`, `view.rs` and `options.rs` hold the data, `sql_text.rs` the SQL in it, `operation.rs` its
//! changes, `apply/` the schema after a change, `compare/` the changes between two, `name.rs` what names are, `naming.rs`
//! the names of unnamed constraints, `dump.rs` the models of a program as a document, `sort.rs` the order in which tables
//! can be created, `violation.rs` the columns of a violated constraint, `catalogue.rs` what a table of the database turns
//! out to be, and `tables.rs` the collection of tables with the checks that make it trustworthy. No SQL text here.

mod apply;
mod catalogue;
mod column;
#[cfg(feature = "compare")]
pub mod compare;
mod constraint;
#[cfg(feature = "serde")]
pub mod dump;
mod enum_types;
mod index;
mod name;
pub mod naming;
mod operation;
mod options;
pub mod sort;
mod sql_text;
mod sql_types;
mod table;
mod tables;
mod view;
pub mod violation;

pub use apply::apply;
pub use catalogue::{
    CHANGED_BY_INSERT_TRIGGER, CHANGED_BY_UPDATE, CHANGED_BY_UPDATE_TRIGGER, HAS_PRIMARY_KEY,
    IN_PRIMARY_KEY, Keeps, StoredColumn, UNIQUE_ALONE,
};
pub use column::{Column, Literal, ServerDefault};
pub use constraint::{Action, Check, Deferrable, ForeignKey, Rule, Unique};
pub(crate) use enum_types::native_types;
pub use index::{Exclusion, Index, IndexKey, KeyOf};
pub use name::{Name, QualifiedName};
pub use operation::{Constraint, Operation};
pub use options::{AttachedSql, Generated, Identity, TableOption};
pub use sql_text::SqlText;
pub use table::Table;
pub use tables::Schema;
pub use view::{Sequence, View};
