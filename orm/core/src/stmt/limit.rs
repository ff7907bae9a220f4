//! [`LimitBy`]: numbers of LIMIT and OFFSET that are computed.

use super::{Expr, Query};

/// Describes the numbers of LIMIT and OFFSET that are expressions. Such an expression has no columns of its own query. A number
/// that is a value is in [`Query::limit`] and [`Query::offset`].
///
/// # Examples
///
/// ```
/// # use orm_core::stmt::*;
/// # use orm_core::value::Value;
/// let mut query = Query::default();
/// let limit = Expr::arithmetic(ArithmeticOp::Mul, Expr::Value(Value::Int(2)), Expr::Value(Value::Int(5)));
/// query.limit_by = Some(Box::new(LimitBy::default()));
/// assert!(!query.is_limited());
/// query.limit_by = Some(Box::new(LimitBy { limit: Some(limit), offset: None }));
/// assert!(query.is_limited() && !query.has_offset());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Hash)]
pub struct LimitBy {
    /// The number of LIMIT.
    pub limit: Option<Expr>,
    /// The number of OFFSET.
    pub offset: Option<Expr>,
}

impl LimitBy {
    /// Returns whether neither number is an expression.
    pub fn is_empty(&self) -> bool {
        self.limit.is_none() && self.offset.is_none()
    }

    /// Iterates over the expressions, that of LIMIT first.
    pub fn exprs(&self) -> impl Iterator<Item = &Expr> {
        self.limit.iter().chain(&self.offset)
    }
}

impl Query {
    /// Returns whether the query has LIMIT or OFFSET.
    pub fn is_limited(&self) -> bool {
        let by = self.limit_by.as_deref();
        self.limit.is_some() || self.offset.is_some() || by.is_some_and(|by| !by.is_empty())
    }

    /// Returns whether the query has OFFSET.
    pub fn has_offset(&self) -> bool {
        let by = self.limit_by.as_deref();
        self.offset.is_some() || by.is_some_and(|by| by.offset.is_some())
    }
}
