//! Statements as data: what the typed layer erases into and the SQL writer reads.
//!
//! Plain enums and structs that own their values; one file a statement. No text is made here and no
//! dialect is known. Statements that the unit of work repeats for many rows are in `batch.rs`.

mod batch;
mod expr;
mod select;
mod version;
pub mod walk;
mod write;

pub use batch::{BatchColumn, BatchDelete, BatchInsert, BatchRows, BatchUpdate};
pub use expr::{
    Aggregate, ArithmeticOp, CompareOp, Expr, Extension, Like, LikeKind, Part, RawPart,
};
pub use select::{Direction, Join, JoinKind, Limit, Order, Projection, RowLock, Select, Source};
pub use version::NextVersion;
pub use write::{Delete, Insert, Update};

/// A name in a statement: a table, an alias or a column.
pub type Name = std::borrow::Cow<'static, str>;
