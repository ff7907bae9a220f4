//! A query: its body, and around it WITH, ORDER BY, LIMIT and locks. The body of a plain SELECT is in `select.rs`.

use super::{Expr, LimitBy, Name, Select, Statement};

/// Describes a query. The default selects nothing from nothing.
///
/// # Examples
///
/// ```
/// # use orm_core::sql::{SqlWriter, write_query};
/// # use orm_core::stmt::*;
/// # use orm_core::testing::AnsiDialect;
/// # use orm_core::value::Value;
/// # let dialect = AnsiDialect::new();
/// # let mut w = SqlWriter::new(&dialect);
/// # let int = |n| Expr::Value(Value::Int(n));
/// # let ages = || Select::new(vec![Projection::Expr(Expr::column("users", "age"))], FromItem::table("users"));
/// let mut query = Query::from(ages());
/// assert!(query.is_bare() && query.as_select().is_some());
/// query.as_select_mut().expect("it is a SELECT").distinct = true;
/// query.order_by = vec![Order::new(Expr::column("users", "age"), Direction::Descending)];
/// query.locks = vec![Lock::new(LockStrength::Update)];
/// write_query(&mut w, &query)?;
/// assert_eq!(w.finish().0, r#"SELECT DISTINCT "age" FROM "users" ORDER BY "age" DESC FOR UPDATE"#);
/// # Ok::<(), orm_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Query {
    /// The WITH clause.
    pub with: Option<Box<With>>,
    /// The body.
    pub body: QueryBody,
    /// The ORDER BY clause. A set operation is ordered by [`Expr::Label`].
    pub order_by: Vec<Order>,
    /// The LIMIT.
    pub limit: Option<Limit>,
    /// Whether the rows that are equal to the last one in the order are returned beyond the limit: WITH TIES.
    pub with_ties: bool,
    /// The OFFSET.
    pub offset: Option<u64>,
    /// LIMIT and OFFSET whose numbers are expressions.
    pub limit_by: Option<Box<LimitBy>>,
    /// The locking clauses. Only a plain SELECT can lock rows.
    pub locks: Vec<Lock>,
}

/// Describes the body of a query.
#[derive(Clone, Debug, PartialEq, Hash)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all are plain, and a box would cost each an allocation"
)]
pub enum QueryBody {
    /// A plain SELECT.
    Select(Select),
    /// A set operation.
    SetOperation(Box<SetOperation>),
    /// VALUES.
    Values(Values),
    /// The rows that an INSERT, UPDATE or DELETE returns. It stands in the WITH clause of a statement alone, on PostgreSQL.
    Returning(Box<Statement>),
}

impl Default for QueryBody {
    fn default() -> Self {
        Self::Select(Select::default())
    }
}

impl From<Select> for Query {
    fn from(select: Select) -> Self {
        QueryBody::Select(select).into()
    }
}

impl From<QueryBody> for Query {
    fn from(body: QueryBody) -> Self {
        Self {
            body,
            ..Self::default()
        }
    }
}

impl Query {
    /// Returns whether the query has only a body, so that it can be part of another one without parentheses.
    pub fn is_bare(&self) -> bool {
        self.with.is_none()
            && self.order_by.is_empty()
            && !self.is_limited()
            && self.locks.is_empty()
    }

    /// Returns the plain SELECT of the query, if it is one.
    pub fn as_select(&self) -> Option<&Select> {
        match &self.body {
            QueryBody::Select(select) => Some(select),
            QueryBody::SetOperation(_) | QueryBody::Values(_) | QueryBody::Returning(_) => None,
        }
    }

    /// Returns the plain SELECT of the query for changes, if it is one.
    pub fn as_select_mut(&mut self) -> Option<&mut Select> {
        match &mut self.body {
            QueryBody::Select(select) => Some(select),
            QueryBody::SetOperation(_) | QueryBody::Values(_) | QueryBody::Returning(_) => None,
        }
    }
}

/// Describes a set operation: UNION, INTERSECT or EXCEPT.
#[derive(Clone, Debug, PartialEq, Hash)]
#[non_exhaustive]
pub struct SetOperation {
    /// The operator.
    pub operator: SetOperator,
    /// Whether duplicates are kept: ALL.
    pub all: bool,
    /// The first query.
    pub left: Query,
    /// The second query.
    pub right: Query,
}

impl SetOperation {
    /// Creates a set operation without ALL.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::{SqlWriter, write_query};
    /// # use orm_core::stmt::*;
    /// # use orm_core::testing::AnsiDialect;
    /// # use orm_core::value::Value;
    /// # let dialect = AnsiDialect::new();
    /// # let mut w = SqlWriter::new(&dialect);
    /// # let int = |n| Expr::Value(Value::Int(n));
    /// # let ages = || Select::new(vec![Projection::Expr(Expr::column("users", "age"))], FromItem::table("users"));
    /// let union = SetOperation::new(SetOperator::Union, ages().into(), ages().into());
    /// let query = Query::from(QueryBody::SetOperation(Box::new(union)));
    /// write_query(&mut w, &query)?;
    /// assert_eq!(w.finish().0, r#"SELECT "age" FROM "users" UNION SELECT "age" FROM "users""#);
    /// # Ok::<(), orm_core::Error>(())
    /// ```
    pub fn new(operator: SetOperator, left: Query, right: Query) -> Self {
        Self {
            operator,
            all: false,
            left,
            right,
        }
    }
}

/// Lists the set operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SetOperator {
    /// UNION: the rows of either query.
    Union,
    /// INTERSECT: the rows of both queries.
    Intersect,
    /// EXCEPT: the rows of the first query that the second does not have.
    Except,
}

/// Describes VALUES: rows of expressions of the same length.
#[derive(Clone, Debug, Default, PartialEq, Hash)]
#[non_exhaustive]
pub struct Values {
    /// The rows; at least one.
    pub rows: Vec<Vec<Expr>>,
}

impl Values {
    /// Creates VALUES of at least one row.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::{SqlWriter, write_query};
    /// # use orm_core::stmt::*;
    /// # use orm_core::testing::AnsiDialect;
    /// # use orm_core::value::Value;
    /// # let dialect = AnsiDialect::new();
    /// # let mut w = SqlWriter::new(&dialect);
    /// # let int = |n| Expr::Value(Value::Int(n));
    /// # let ages = || Select::new(vec![Projection::Expr(Expr::column("users", "age"))], FromItem::table("users"));
    /// let query = Query::from(QueryBody::Values(Values::new(vec![vec![int(1)], vec![int(2)]])));
    /// write_query(&mut w, &query)?;
    /// assert_eq!(w.finish().0, "VALUES (?), (?)");
    /// # Ok::<(), orm_core::Error>(())
    /// ```
    pub fn new(rows: Vec<Vec<Expr>>) -> Self {
        Self { rows }
    }
}

/// Describes a WITH clause.
#[derive(Clone, Debug, PartialEq, Hash)]
#[non_exhaustive]
pub struct With {
    /// Whether the queries may refer to themselves: RECURSIVE.
    pub recursive: bool,
    /// The queries, in order.
    pub ctes: Vec<Cte>,
}

impl With {
    /// Creates a WITH clause without RECURSIVE.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::{SqlWriter, write_query};
    /// # use orm_core::stmt::*;
    /// # use orm_core::testing::AnsiDialect;
    /// # use orm_core::value::Value;
    /// # let dialect = AnsiDialect::new();
    /// # let mut w = SqlWriter::new(&dialect);
    /// # let int = |n| Expr::Value(Value::Int(n));
    /// # let ages = || Select::new(vec![Projection::Expr(Expr::column("users", "age"))], FromItem::table("users"));
    /// let mut query = Query::from(ages());
    /// query.with = Some(Box::new(With::new(vec![Cte::new("old", ages().into())])));
    /// write_query(&mut w, &query)?;
    /// assert_eq!(w.finish().0, r#"WITH "old" AS (SELECT "age" FROM "users") SELECT "age" FROM "users""#);
    /// # Ok::<(), orm_core::Error>(())
    /// ```
    pub fn new(ctes: Vec<Cte>) -> Self {
        Self {
            recursive: false,
            ctes,
        }
    }

    /// Returns whether a statement in it writes.
    pub fn writes(&self) -> bool {
        let mut bodies = self.ctes.iter().map(|cte| &cte.query.body);
        bodies.any(|body| matches!(body, QueryBody::Returning(_)))
    }
}

/// Describes a common table expression.
#[derive(Clone, Debug, PartialEq, Hash)]
#[non_exhaustive]
pub struct Cte {
    /// Its name.
    pub name: Name,
    /// The names of its columns. Empty if the query names them.
    pub columns: Vec<Name>,
    /// Whether the database is asked to compute it once: MATERIALIZED, or NOT MATERIALIZED. Not rendered where there are
    /// no such words.
    pub materialized: Option<bool>,
    /// The query.
    pub query: Query,
}

impl Cte {
    /// Creates a common table expression with the column names of its query.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::{SqlWriter, write_query};
    /// # use orm_core::stmt::*;
    /// # use orm_core::testing::AnsiDialect;
    /// # use orm_core::value::Value;
    /// # let dialect = AnsiDialect::new();
    /// # let mut w = SqlWriter::new(&dialect);
    /// # let int = |n| Expr::Value(Value::Int(n));
    /// # let ages = || Select::new(vec![Projection::Expr(Expr::column("users", "age"))], FromItem::table("users"));
    /// let cte = Cte::new("old", ages().into());
    /// assert_eq!(cte.name, "old"); // WITH "old" AS (SELECT …)
    /// ```
    pub fn new(name: impl Into<Name>, query: Query) -> Self {
        Self {
            name: name.into(),
            columns: Vec::new(),
            materialized: None,
            query,
        }
    }
}

/// Describes one item of ORDER BY.
#[derive(Clone, Debug, PartialEq, Hash)]
#[non_exhaustive]
pub struct Order {
    /// The expression.
    pub expr: Expr,
    /// The direction.
    pub direction: Direction,
    /// Where NULLs stand. `None` is the database's default.
    pub nulls: Option<Nulls>,
}

impl Order {
    /// Creates an item of ORDER BY.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::{SqlWriter, write_query};
    /// # use orm_core::stmt::*;
    /// # use orm_core::testing::AnsiDialect;
    /// # use orm_core::value::Value;
    /// # let dialect = AnsiDialect::new();
    /// # let mut w = SqlWriter::new(&dialect);
    /// # let int = |n| Expr::Value(Value::Int(n));
    /// # let ages = || Select::new(vec![Projection::Expr(Expr::column("users", "age"))], FromItem::table("users"));
    /// let mut query = Query::from(ages());
    /// query.order_by = vec![Order::new(Expr::column("users", "age"), Direction::Descending)];
    /// write_query(&mut w, &query)?;
    /// assert_eq!(w.finish().0, r#"SELECT "age" FROM "users" ORDER BY "age" DESC"#);
    /// # Ok::<(), orm_core::Error>(())
    /// ```
    pub fn new(expr: Expr, direction: Direction) -> Self {
        Self {
            expr,
            direction,
            nulls: None,
        }
    }
}

/// Lists the directions of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// ASC.
    Ascending,
    /// DESC.
    Descending,
}

/// Selects where NULLs stand in an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Nulls {
    /// Before all values: NULLS FIRST.
    First,
    /// After all values: NULLS LAST.
    Last,
}

/// Describes a LIMIT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// A number, rendered as a placeholder.
    Rows(u64),
    /// `n` rows as text, for the limits of `first` (1) and `one` (2) only, so that there are few texts.
    Fixed(u8),
}

/// Describes a locking clause, which locks rows until the transaction ends.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Lock {
    /// The strength of the lock.
    pub strength: LockStrength,
    /// The tables whose rows are locked, by their names in the query. Empty for all tables.
    pub of: Vec<Name>,
    /// What happens to rows that are locked already.
    pub wait: LockWait,
}

impl Lock {
    /// Creates a lock of the rows of all tables, which waits for other locks.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::{SqlWriter, write_query};
    /// # use orm_core::stmt::*;
    /// # use orm_core::testing::AnsiDialect;
    /// # use orm_core::value::Value;
    /// # let dialect = AnsiDialect::new();
    /// # let mut w = SqlWriter::new(&dialect);
    /// # let int = |n| Expr::Value(Value::Int(n));
    /// # let ages = || Select::new(vec![Projection::Expr(Expr::column("users", "age"))], FromItem::table("users"));
    /// let mut query = Query::from(ages());
    /// query.locks = vec![Lock::new(LockStrength::Update)];
    /// write_query(&mut w, &query)?;
    /// assert_eq!(w.finish().0, r#"SELECT "age" FROM "users" FOR UPDATE"#);
    /// # Ok::<(), orm_core::Error>(())
    /// ```
    pub const fn new(strength: LockStrength) -> Self {
        Self {
            strength,
            of: Vec::new(),
            wait: LockWait::Wait,
        }
    }
}

/// Lists the strengths of row locks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LockStrength {
    /// FOR UPDATE: locks against writers and other locks.
    Update,
    /// FOR NO KEY UPDATE: as FOR UPDATE, except that referencing rows can be written.
    NoKeyUpdate,
    /// FOR SHARE: locks against writers.
    Share,
    /// FOR KEY SHARE: locks against changes of the key.
    KeyShare,
}

/// Selects what happens to rows that another transaction has locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LockWait {
    /// The query waits.
    Wait,
    /// The query fails: NOWAIT.
    NoWait,
    /// The rows are skipped: SKIP LOCKED.
    SkipLocked,
}
