//! SELECT.

use super::{Expr, Name};

/// A query. An empty one selects nothing from nothing; the typed layer fills it in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Select {
    /// Whether duplicate rows are dropped.
    pub distinct: bool,
    /// What is selected.
    pub columns: Vec<Projection>,
    /// The first table.
    pub from: Option<Source>,
    /// The tables joined to it, in order.
    pub joins: Vec<Join>,
    /// Conditions that must all hold.
    pub filter: Vec<Expr>,
    /// What rows are grouped by.
    pub group_by: Vec<Expr>,
    /// Conditions on groups that must all hold.
    pub having: Vec<Expr>,
    /// The order of the result.
    pub order_by: Vec<Order>,
    /// The greatest number of rows.
    pub limit: Option<Limit>,
    /// How many rows are passed over.
    pub offset: Option<u64>,
    /// Whether and how the rows are locked.
    pub lock: Option<RowLock>,
}

/// How a query locks the rows that it reads, until its transaction ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowLock {
    /// Against other writers and other locks: FOR UPDATE.
    Update,
}

/// Something that is selected.
#[derive(Clone, Debug, PartialEq)]
pub enum Projection {
    /// Columns of one source, by name: a whole entity. The names are the model's own static list, so
    /// that selecting an entity allocates nothing.
    Columns {
        /// The table's name, or its alias.
        source: Name,
        /// The columns' names.
        names: &'static [&'static str],
    },
    /// An expression.
    Expr(Expr),
    /// An expression under a name.
    Labelled(Expr, Name),
}

/// A table in FROM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The table's name.
    pub table: Name,
    /// Its alias.
    pub alias: Option<Name>,
}

impl Source {
    /// The name by which columns refer to it.
    pub fn name(&self) -> &Name {
        self.alias.as_ref().unwrap_or(&self.table)
    }
}

/// A join.
#[derive(Clone, Debug, PartialEq)]
pub struct Join {
    /// Inner or left.
    pub kind: JoinKind,
    /// The table joined.
    pub source: Source,
    /// The condition.
    pub on: Expr,
}

/// How a table is joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JoinKind {
    /// Only rows with a match.
    Inner,
    /// Rows without a match too, with NULLs.
    Left,
}

/// One item of ORDER BY.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// By what.
    pub expr: Expr,
    /// Up or down.
    pub direction: Direction,
}

/// The direction of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the least.
    Ascending,
    /// From the greatest.
    Descending,
}

/// The greatest number of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// A number, rendered as a bind.
    Rows(u64),
    /// `n` rows as text: only for the limits of `first` (1) and `one` (2), so that there are few texts.
    Fixed(u8),
}
