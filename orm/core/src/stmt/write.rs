//! UPDATE and DELETE by condition; those by key, which a flush repeats, are in `batch.rs`.

use super::{Expr, Few, FromItem, Join, Limit, Name, Order, Projection};

/// An UPDATE by condition.
#[derive(Clone, Debug, Default, PartialEq, Hash)]
#[non_exhaustive]
pub struct Update {
    /// The table.
    pub table: Name,
    /// The columns to set, in order.
    pub set: Few<(Name, Expr)>,
    /// Another source whose columns can be used.
    pub from: Option<FromItem>,
    /// The sources joined to that one, in order.
    pub joins: Vec<Join>,
    /// Conditions that must all hold; none updates every row.
    pub filter: Few<Expr>,
    /// The order in which rows are taken.
    pub order_by: Vec<Order>,
    /// The greatest number of rows.
    pub limit: Option<Limit>,
    /// What is handed back of the rows, as they are afterwards.
    pub returning: Vec<Projection>,
}

impl Update {
    /// An UPDATE that sets nothing yet, of every row.
    pub fn new(table: impl Into<Name>) -> Self {
        Self {
            table: table.into(),
            ..Self::default()
        }
    }
}

/// A DELETE by condition.
#[derive(Clone, Debug, Default, PartialEq, Hash)]
#[non_exhaustive]
pub struct Delete {
    /// The table.
    pub table: Name,
    /// Another source whose columns can be used.
    pub using: Option<FromItem>,
    /// The sources joined to that one, in order.
    pub joins: Vec<Join>,
    /// Conditions that must all hold; none deletes every row.
    pub filter: Few<Expr>,
    /// The order in which rows are taken.
    pub order_by: Vec<Order>,
    /// The greatest number of rows.
    pub limit: Option<Limit>,
    /// What is handed back of the rows.
    pub returning: Vec<Projection>,
}

impl Delete {
    /// A DELETE of every row.
    pub fn new(table: impl Into<Name>) -> Self {
        Self {
            table: table.into(),
            ..Self::default()
        }
    }
}
