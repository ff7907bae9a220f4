//! Sources of rows: the items of FROM, USING and JOIN.

use super::{Expr, IndexHint, ListSource, Name, Query, Sample, SourceCall, Values};

/// Describes an item of FROM.
///
/// # Examples
///
/// ```
/// # use orm_core::sql::{SqlWriter, write_query};
/// # use orm_core::stmt::*;
/// # use orm_core::testing::AnsiDialect;
/// # let dialect = AnsiDialect::new();
/// # let mut w = SqlWriter::new(&dialect);
/// # let ages = |from| Query::from(Select::new(vec![Projection::Expr(Expr::column("u", "age"))], from));
/// let item = FromItem::table("users").alias("u");
/// assert_eq!(item.name().map(|name| name.as_ref()), Some("u"));
/// let query = ages(item);
/// write_query(&mut w, &query)?;
/// assert_eq!(w.finish().0, r#"SELECT "u"."age" FROM "users" AS "u""#);
/// # Ok::<(), orm_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Hash)]
#[non_exhaustive]
pub struct FromItem {
    /// The source of rows.
    pub source: Source,
    /// The alias. Only tables, CTEs and functions have a name without it.
    pub alias: Option<Alias>,
    /// Whether the source may use columns of items before it: LATERAL.
    pub lateral: bool,
    /// The rows of a table that are read: TABLESAMPLE. `None` is all of them.
    pub sample: Option<Sample>,
    /// The indexes of a table that the optimizer is to use.
    pub index_hint: Option<IndexHint>,
}

/// Describes a source of rows.
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum Source {
    /// A table or view.
    Table(Name),
    /// A common table expression of this query or an outer one.
    Cte(Name),
    /// A subquery; it needs an alias.
    Query(Box<Query>),
    /// VALUES; they need an alias with column names.
    Values(Values),
    /// A table function.
    Function {
        /// The name of the function, which is not escaped.
        name: Name,
        /// The arguments.
        args: Vec<Expr>,
    },
    /// Rows that are computed of arguments, in each database's words; they need an alias.
    Call(Box<SourceCall>),
    /// The values of a list, which is one bind, in the column `c0`; they need an alias.
    List(Box<ListSource>),
}

/// Describes an alias of a source.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Alias {
    /// The name.
    pub name: Name,
    /// The names of the columns. Empty keeps the names of the source.
    pub columns: Vec<Name>,
}

impl Alias {
    /// Creates an alias with column names.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::stmt::Alias;
    /// let alias = Alias::new("u".into(), vec!["age".into()]); // AS "u" ("age")
    /// assert_eq!(alias.name, "u");
    /// ```
    pub fn new(name: Name, columns: Vec<Name>) -> Self {
        Self { name, columns }
    }
}

impl FromItem {
    /// Creates an item without an alias.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::{SqlWriter, write_query};
    /// # use orm_core::stmt::*;
    /// # use orm_core::testing::AnsiDialect;
    /// # let dialect = AnsiDialect::new();
    /// # let mut w = SqlWriter::new(&dialect);
    /// # let ages = |from| Query::from(Select::new(vec![Projection::Expr(Expr::column("u", "age"))], from));
    /// let inner = ages(FromItem::table("users"));
    /// let query = ages(FromItem::new(Source::Query(Box::new(inner))).alias("u"));
    /// write_query(&mut w, &query)?;
    /// assert_eq!(w.finish().0, r#"SELECT "u"."age" FROM (SELECT "age" FROM "users") AS "u""#);
    /// # Ok::<(), orm_core::Error>(())
    /// ```
    pub fn new(source: Source) -> Self {
        Self {
            source,
            alias: None,
            lateral: false,
            sample: None,
            index_hint: None,
        }
    }

    /// Creates an item of a table without an alias.
    pub fn table(name: impl Into<Name>) -> Self {
        Self::new(Source::Table(name.into()))
    }

    /// Sets the alias.
    #[must_use]
    pub fn alias(self, name: impl Into<Name>) -> Self {
        self.alias_columns(name, Vec::new())
    }

    /// Sets the alias and column names.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::{SqlWriter, write_query};
    /// # use orm_core::stmt::*;
    /// # use orm_core::testing::AnsiDialect;
    /// # let dialect = AnsiDialect::new();
    /// # let mut w = SqlWriter::new(&dialect);
    /// # let ages = |from| Query::from(Select::new(vec![Projection::Expr(Expr::column("u", "age"))], from));
    /// let item = FromItem::table("users").alias_columns("u", vec!["age".into()]);
    /// assert_eq!(item.alias, Some(Alias::new("u".into(), vec!["age".into()])));
    /// ```
    #[must_use]
    pub fn alias_columns(mut self, name: impl Into<Name>, columns: Vec<Name>) -> Self {
        self.alias = Some(Alias::new(name.into(), columns));
        self
    }

    /// Makes the item LATERAL.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::{SqlWriter, write_query};
    /// # use orm_core::stmt::*;
    /// # use orm_core::testing::AnsiDialect;
    /// # let dialect = AnsiDialect::new();
    /// # let mut w = SqlWriter::new(&dialect);
    /// # let ages = |from| Query::from(Select::new(vec![Projection::Expr(Expr::column("u", "age"))], from));
    /// assert!(FromItem::table("users").lateral().lateral);
    /// ```
    #[must_use]
    pub fn lateral(mut self) -> Self {
        self.lateral = true;
        self
    }

    /// Returns the name by which columns are qualified, if there is one.
    pub fn name(&self) -> Option<&Name> {
        match (&self.alias, &self.source) {
            (Some(alias), _) => Some(&alias.name),
            (None, Source::Table(name) | Source::Cte(name) | Source::Function { name, .. }) => {
                Some(name)
            }
            (None, Source::Query(_) | Source::Values(_) | Source::Call(_) | Source::List(_)) => {
                None
            }
        }
    }
}
