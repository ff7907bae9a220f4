//! A plain SELECT, without what may stand around it.

use super::{Expr, Few, FromItem, GroupingSets, Hint, Name};

/// Describes a plain SELECT.
///
/// # Examples
///
/// ```
/// # use orm_core::sql::{SqlWriter, write_query};
/// # use orm_core::stmt::*;
/// # use orm_core::testing::AnsiDialect;
/// # let dialect = AnsiDialect::new();
/// # let mut w = SqlWriter::new(&dialect);
/// # let column = |table, name| Expr::column(table, name);
/// let mut select = Select::new(vec![Projection::Expr(column("posts", "title"))], FromItem::table("posts"));
/// let on = Expr::compare(CompareOp::Eq, column("posts", "author_id"), column("users", "id"));
/// select.joins.push(Join::new(JoinKind::Inner, FromItem::table("users"), on));
/// assert_eq!(select.sources().count(), 2);
/// assert!(!select.merges_rows());
/// let query = Query::from(select);
/// write_query(&mut w, &query)?;
/// assert_eq!(w.finish().0, r#"SELECT "posts"."title" FROM "posts" INNER JOIN "users" ON "posts"."author_id" = "users"."id""#);
/// # Ok::<(), orm_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Hash)]
#[non_exhaustive]
pub struct Select {
    /// The hints for optimizers.
    pub hints: Vec<Hint>,
    /// Whether duplicate rows are removed: DISTINCT.
    pub distinct: bool,
    /// The select list.
    pub columns: Few<Projection>,
    /// The first item of FROM.
    pub from: Option<FromItem>,
    /// The joins, in order.
    pub joins: Vec<Join>,
    /// The WHERE conditions, combined with AND.
    pub filter: Few<Expr>,
    /// The expressions of which one row each is kept, the first in the order: DISTINCT ON.
    pub distinct_on: Vec<Expr>,
    /// The GROUP BY list.
    pub group_by: Vec<Expr>,
    /// The groups of other sizes beside those of the list: ROLLUP and its like.
    pub grouping_sets: Option<GroupingSets>,
    /// The HAVING conditions, combined with AND.
    pub having: Vec<Expr>,
}

impl Select {
    /// Creates a SELECT of all rows of a source.
    pub fn new(columns: impl Into<Few<Projection>>, from: FromItem) -> Self {
        Self {
            columns: columns.into(),
            from: Some(from),
            ..Self::default()
        }
    }

    /// Returns whether a row of the result stands for several rows, so that equal expressions must be recognized.
    pub fn merges_rows(&self) -> bool {
        self.drops_rows() || !self.group_by.is_empty()
    }

    /// Returns whether rows are dropped that are equal to others: DISTINCT or DISTINCT ON.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::stmt::*;
    /// let mut select = Select::new(vec![Projection::All], FromItem::table("posts"));
    /// assert!(!select.drops_rows());
    /// select.distinct_on = vec![Expr::column("posts", "author_id")];
    /// assert!(select.drops_rows());
    /// ```
    pub fn drops_rows(&self) -> bool {
        self.distinct || !self.distinct_on.is_empty()
    }

    /// Returns for each of [`Select::sources`] the join whose nullable side it is on, if it is on one.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::stmt::*;
    /// let mut select = Select::new(vec![Projection::All], FromItem::table("posts"));
    /// let on = Expr::And(Vec::new());
    /// select.joins.push(Join::new(JoinKind::Right, FromItem::table("users"), on));
    /// assert_eq!(select.nullable_sides(), [Some(JoinKind::Right), None]);
    /// ```
    pub fn nullable_sides(&self) -> Vec<Option<JoinKind>> {
        let mut sides = vec![None; usize::from(self.from.is_some())];
        for Join { kind, .. } in &self.joins {
            if kind.extends_left() {
                sides.fill(Some(*kind));
            }
            sides.push(kind.extends_right().then_some(*kind));
        }
        sides
    }

    /// Iterates over the items of FROM and the joins, in order.
    pub fn sources(&self) -> impl Iterator<Item = &FromItem> {
        let joined = self.joins.iter().map(|join| &join.item);
        self.from.iter().chain(joined)
    }
}

/// Describes an item of a select list or of RETURNING.
#[derive(Clone, Debug, PartialEq)]
pub enum Projection {
    /// Columns of one source, by name: an entity. The names are the static list of the model, so that selecting an
    /// entity costs no allocation.
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
    /// An expression with an alias.
    Labelled(Expr, Name),
}

impl Projection {
    /// Returns the expression, if the item is one.
    pub fn expr(&self) -> Option<&Expr> {
        match self {
            Self::Columns { .. } | Self::All => None,
            Self::Expr(expr) | Self::Labelled(expr, _) => Some(expr),
        }
    }
}

/// Describes a join.
#[derive(Clone, Debug, PartialEq, Hash)]
#[non_exhaustive]
pub struct Join {
    /// The kind of the join.
    pub kind: JoinKind,
    /// The joined item.
    pub item: FromItem,
    /// The condition.
    pub on: Expr,
}

impl Join {
    /// Creates a join on a condition.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::{SqlWriter, write_query};
    /// # use orm_core::stmt::*;
    /// # use orm_core::testing::AnsiDialect;
    /// # let dialect = AnsiDialect::new();
    /// # let mut w = SqlWriter::new(&dialect);
    /// # let column = |table, name| Expr::column(table, name);
    /// let on = Expr::compare(CompareOp::Eq, column("posts", "author_id"), column("users", "id"));
    /// let join = Join::new(JoinKind::Left, FromItem::table("users"), on);
    /// assert_eq!(join.kind, JoinKind::Left);
    /// ```
    pub fn new(kind: JoinKind, item: FromItem, on: Expr) -> Self {
        Self { kind, item, on }
    }
}

/// Lists the kinds of joins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JoinKind {
    /// INNER JOIN.
    Inner,
    /// LEFT JOIN.
    Left,
    /// RIGHT JOIN.
    Right,
    /// FULL JOIN.
    Full,
    /// CROSS JOIN. Its condition is not rendered.
    Cross,
}

impl JoinKind {
    /// Returns the keywords: `LEFT JOIN`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::stmt::*;
    /// assert_eq!(JoinKind::Full.as_sql(), "FULL JOIN");
    /// assert!(JoinKind::Right.extends_left() && !JoinKind::Right.extends_right());
    /// ```
    pub const fn as_sql(self) -> &'static str {
        match self {
            Self::Inner => "INNER JOIN",
            Self::Left => "LEFT JOIN",
            Self::Right => "RIGHT JOIN",
            Self::Full => "FULL JOIN",
            Self::Cross => "CROSS JOIN",
        }
    }

    /// Returns whether the sources before the join are on its nullable side.
    pub const fn extends_left(self) -> bool {
        matches!(self, Self::Right | Self::Full)
    }

    /// Returns whether the joined source is on the nullable side.
    pub const fn extends_right(self) -> bool {
        matches!(self, Self::Left | Self::Full)
    }
}
