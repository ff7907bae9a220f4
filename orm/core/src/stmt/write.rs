//! INSERT, UPDATE and DELETE with expressions; for rows of a model see `batch.rs`.

use super::{Expr, Name};

/// An INSERT of rows of expressions.
#[derive(Clone, Debug, PartialEq)]
pub struct Insert {
    /// The table.
    pub table: Name,
    /// The columns; none inserts defaults only.
    pub columns: Vec<Name>,
    /// The rows, each as long as `columns`.
    pub rows: Vec<Vec<Expr>>,
    /// Columns of the new rows that are handed back.
    pub returning: Vec<Name>,
}

/// An UPDATE by condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Update {
    /// The table.
    pub table: Name,
    /// The columns to set, in order.
    pub set: Vec<(Name, Expr)>,
    /// Conditions that must all hold; none updates every row.
    pub filter: Vec<Expr>,
}

/// A DELETE by condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Delete {
    /// The table.
    pub table: Name,
    /// Conditions that must all hold; none deletes every row.
    pub filter: Vec<Expr>,
}
