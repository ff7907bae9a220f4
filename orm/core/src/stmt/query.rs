//! A query: its body, and around it WITH, ORDER BY, LIMIT and locks. The body of a plain SELECT is in `select.rs`.

use super::{Expr, Name, Select};

/// A query. An empty one selects nothing from nothing; the typed layer fills it in.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Query {
    /// The common table expressions that it may use.
    pub with: Option<Box<With>>,
    /// What yields the rows.
    pub body: QueryBody,
    /// The order of the result. That of a set operation is by [`Expr::Label`].
    pub order_by: Vec<Order>,
    /// The greatest number of rows.
    pub limit: Option<Limit>,
    /// How many rows are passed over.
    pub offset: Option<u64>,
    /// How the rows are locked. Only those of a plain SELECT can be.
    pub locks: Vec<Lock>,
}

/// What yields the rows of a query.
#[derive(Clone, Debug, PartialEq, Hash)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all are plain, and a box would cost each an allocation"
)]
pub enum QueryBody {
    /// A plain SELECT.
    Select(Select),
    /// Two queries combined.
    SetOperation(Box<SetOperation>),
    /// Rows of expressions.
    Values(Values),
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
    /// Whether nothing stands around the body, so that it can be a part of another one as it is.
    pub fn is_bare(&self) -> bool {
        self.with.is_none()
            && self.order_by.is_empty()
            && self.limit.is_none()
            && self.offset.is_none()
            && self.locks.is_empty()
    }

    /// The plain SELECT that it is, if it is one.
    pub fn as_select(&self) -> Option<&Select> {
        match &self.body {
            QueryBody::Select(select) => Some(select),
            QueryBody::SetOperation(_) | QueryBody::Values(_) => None,
        }
    }

    /// The plain SELECT that it is, to be changed.
    pub fn as_select_mut(&mut self) -> Option<&mut Select> {
        match &mut self.body {
            QueryBody::Select(select) => Some(select),
            QueryBody::SetOperation(_) | QueryBody::Values(_) => None,
        }
    }
}

/// Two queries combined: UNION, INTERSECT or EXCEPT.
#[derive(Clone, Debug, PartialEq, Hash)]
#[non_exhaustive]
pub struct SetOperation {
    /// How.
    pub operator: SetOperator,
    /// Whether duplicates stay: ALL.
    pub all: bool,
    /// The first query.
    pub left: Query,
    /// The second query.
    pub right: Query,
}

impl SetOperation {
    /// Two queries combined, without duplicates.
    pub fn new(operator: SetOperator, left: Query, right: Query) -> Self {
        Self {
            operator,
            all: false,
            left,
            right,
        }
    }
}

/// How two queries are combined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SetOperator {
    /// The rows of either.
    Union,
    /// The rows of both.
    Intersect,
    /// The rows of the first that the second has not.
    Except,
}

/// Rows of expressions, all of one length.
#[derive(Clone, Debug, Default, PartialEq, Hash)]
#[non_exhaustive]
pub struct Values {
    /// The rows; at least one.
    pub rows: Vec<Vec<Expr>>,
}

impl Values {
    /// The rows; at least one.
    pub fn new(rows: Vec<Vec<Expr>>) -> Self {
        Self { rows }
    }
}

/// WITH: queries under a name, for the query behind them.
#[derive(Clone, Debug, PartialEq, Hash)]
#[non_exhaustive]
pub struct With {
    /// Whether they may refer to themselves.
    pub recursive: bool,
    /// The queries, in order.
    pub ctes: Vec<Cte>,
}

impl With {
    /// Queries that don't refer to themselves.
    pub fn new(ctes: Vec<Cte>) -> Self {
        Self {
            recursive: false,
            ctes,
        }
    }
}

/// A common table expression.
#[derive(Clone, Debug, PartialEq, Hash)]
#[non_exhaustive]
pub struct Cte {
    /// Its name.
    pub name: Name,
    /// The names of its columns; none leaves them as the query has them.
    pub columns: Vec<Name>,
    /// The query.
    pub query: Query,
}

impl Cte {
    /// A query under a name, with the columns that it has.
    pub fn new(name: impl Into<Name>, query: Query) -> Self {
        Self {
            name: name.into(),
            columns: Vec::new(),
            query,
        }
    }
}

/// One item of ORDER BY.
#[derive(Clone, Debug, PartialEq, Hash)]
#[non_exhaustive]
pub struct Order {
    /// By what.
    pub expr: Expr,
    /// Up or down.
    pub direction: Direction,
}

impl Order {
    /// By an expression, up or down.
    pub fn new(expr: Expr, direction: Direction) -> Self {
        Self { expr, direction }
    }
}

/// The direction of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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

/// How a query locks the rows that it reads, until its transaction ends.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Lock {
    /// Against whom.
    pub strength: LockStrength,
    /// The tables whose rows are locked, by the names that the query has for them; none locks all.
    pub of: Vec<Name>,
    /// What becomes of rows that are locked already.
    pub wait: LockWait,
}

impl Lock {
    /// A lock of all tables that waits for others.
    pub const fn new(strength: LockStrength) -> Self {
        Self {
            strength,
            of: Vec::new(),
            wait: LockWait::Wait,
        }
    }
}

/// Against whom rows are locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LockStrength {
    /// Against other writers and other locks: FOR UPDATE.
    Update,
    /// As [`LockStrength::Update`], but rows that refer to these can be written: FOR NO KEY UPDATE.
    NoKeyUpdate,
    /// Against writers: FOR SHARE.
    Share,
    /// Against changes of the key: FOR KEY SHARE.
    KeyShare,
}

/// What becomes of rows that another transaction has locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LockWait {
    /// The query waits for them.
    Wait,
    /// The query fails: NOWAIT.
    NoWait,
    /// They are left out: SKIP LOCKED.
    SkipLocked,
}
