//! A plain SELECT, without what may stand around it.

use super::{Expr, Few, FromItem, Name};

/// A plain SELECT.
#[derive(Clone, Debug, Default, PartialEq, Hash)]
#[non_exhaustive]
pub struct Select {
    /// Whether duplicate rows are dropped.
    pub distinct: bool,
    /// What is selected.
    pub columns: Few<Projection>,
    /// The first source of rows.
    pub from: Option<FromItem>,
    /// The sources joined to it, in order.
    pub joins: Vec<Join>,
    /// Conditions that must all hold.
    pub filter: Few<Expr>,
    /// What rows are grouped by.
    pub group_by: Vec<Expr>,
    /// Conditions on groups that must all hold.
    pub having: Vec<Expr>,
}

impl Select {
    /// A SELECT of all rows of a source.
    pub fn new(columns: impl Into<Few<Projection>>, from: FromItem) -> Self {
        Self {
            columns: columns.into(),
            from: Some(from),
            ..Self::default()
        }
    }

    /// Whether it has to be seen which of its expressions are equal: each row stands for several ones.
    pub fn merges_rows(&self) -> bool {
        self.distinct || !self.group_by.is_empty()
    }

    /// The sources in order.
    pub fn sources(&self) -> impl Iterator<Item = &FromItem> {
        let joined = self.joins.iter().map(|join| &join.item);
        self.from.iter().chain(joined)
    }
}

/// Something that is selected, or returned by a statement that writes.
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
    /// All columns of all sources.
    All,
    /// An expression.
    Expr(Expr),
    /// An expression under a name.
    Labelled(Expr, Name),
}

impl Projection {
    /// The expression, if it is one.
    pub fn expr(&self) -> Option<&Expr> {
        match self {
            Self::Columns { .. } | Self::All => None,
            Self::Expr(expr) | Self::Labelled(expr, _) => Some(expr),
        }
    }
}

/// A join.
#[derive(Clone, Debug, PartialEq, Hash)]
#[non_exhaustive]
pub struct Join {
    /// Inner or left.
    pub kind: JoinKind,
    /// What is joined.
    pub item: FromItem,
    /// The condition.
    pub on: Expr,
}

impl Join {
    /// A source that is joined under a condition.
    pub fn new(kind: JoinKind, item: FromItem, on: Expr) -> Self {
        Self { kind, item, on }
    }
}

/// How a source is joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JoinKind {
    /// Only rows with a match.
    Inner,
    /// Rows without a match too, with NULLs.
    Left,
}
