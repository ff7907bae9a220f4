//! What rows are read from: the items of FROM, USING and JOIN.

use super::{Expr, Name, Query, Values};

/// An item of FROM: a source of rows, under a name.
#[derive(Clone, Debug, PartialEq, Hash)]
#[non_exhaustive]
pub struct FromItem {
    /// Where the rows come from.
    pub source: Source,
    /// The name by which columns refer to it. Only tables, CTEs and functions have one of their own.
    pub alias: Option<Alias>,
    /// Whether the source may use columns of the items before it: LATERAL.
    pub lateral: bool,
}

/// A source of rows.
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum Source {
    /// A table or view.
    Table(Name),
    /// A common table expression of this query or of one around it.
    Cte(Name),
    /// A query; it needs an alias.
    Query(Box<Query>),
    /// Rows of expressions; they need an alias with a name for each column.
    Values(Values),
    /// A function that yields rows.
    Function {
        /// The function's name, rendered as it is.
        name: Name,
        /// Its arguments.
        args: Vec<Expr>,
    },
}

/// A name in place of a source's own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Alias {
    /// The name.
    pub name: Name,
    /// The names of the columns; none leaves them as they are.
    pub columns: Vec<Name>,
}

impl Alias {
    /// A name, with names for the columns.
    pub fn new(name: Name, columns: Vec<Name>) -> Self {
        Self { name, columns }
    }
}

impl FromItem {
    /// The rows of a source under its own name.
    pub fn new(source: Source) -> Self {
        Self {
            source,
            alias: None,
            lateral: false,
        }
    }

    /// A table under its own name.
    pub fn table(name: impl Into<Name>) -> Self {
        Self::new(Source::Table(name.into()))
    }

    /// The same source under another name.
    #[must_use]
    pub fn alias(self, name: impl Into<Name>) -> Self {
        self.alias_columns(name, Vec::new())
    }

    /// The same source under another name, with names for its columns.
    #[must_use]
    pub fn alias_columns(mut self, name: impl Into<Name>, columns: Vec<Name>) -> Self {
        self.alias = Some(Alias::new(name.into(), columns));
        self
    }

    /// The same source, which may use columns of the items before it.
    #[must_use]
    pub fn lateral(mut self) -> Self {
        self.lateral = true;
        self
    }

    /// The name by which columns refer to it, if it has one.
    pub fn name(&self) -> Option<&Name> {
        match (&self.alias, &self.source) {
            (Some(alias), _) => Some(&alias.name),
            (None, Source::Table(name) | Source::Cte(name) | Source::Function { name, .. }) => {
                Some(name)
            }
            (None, Source::Query(_) | Source::Values(_)) => None,
        }
    }
}
