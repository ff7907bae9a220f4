//! [`AggregateCall`]: an aggregate over the rows of a group or a window.

use super::{Aggregate, Expr, Name, Order};
use crate::types::Type;

/// Describes the call of an aggregate function.
#[derive(Clone, Debug, PartialEq, Hash)]
#[non_exhaustive]
pub struct AggregateCall {
    /// The function.
    pub function: Aggregate,
    /// The argument; `None` is `COUNT(*)`.
    pub expr: Option<Expr>,
    /// The second argument of an [`Aggregate::Statistic`] of pairs; the value of an [`Aggregate::JsonObject`].
    pub other: Option<Expr>,
    /// Whether duplicate values are removed: DISTINCT.
    pub distinct: bool,
    /// The condition of the rows that are aggregated: FILTER. `None` is all rows.
    pub filter: Option<Expr>,
    /// The order in which [`Aggregate::StringAgg`] joins the texts, and arrays and objects have their values.
    pub order_by: Vec<Order>,
    /// What [`Aggregate::StringAgg`] puts between two texts. It is a literal, since MySQL takes no bind there.
    pub separator: Name,
    /// The type of the result, for databases that would widen it; that of the values of a JSON array or object.
    pub ty: Type,
}

impl AggregateCall {
    /// Creates a call without DISTINCT, FILTER and ORDER BY.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::{SqlWriter, write_expr};
    /// # use orm_core::stmt::*;
    /// # use orm_core::testing::AnsiDialect;
    /// # use orm_core::types::Type;
    /// # let dialect = AnsiDialect::new();
    /// # let mut w = SqlWriter::new(&dialect);
    /// let mut call = AggregateCall::new(Aggregate::Count, Some(Expr::column("users", "age")), Type::Int64);
    /// call.distinct = true;
    /// let expr = Expr::Aggregate(Box::new(call));
    /// write_expr(&mut w, &expr)?;
    /// assert_eq!(w.finish().0, r#"COUNT(DISTINCT "age")"#);
    /// # Ok::<(), orm_core::Error>(())
    /// ```
    pub fn new(function: Aggregate, expr: Option<Expr>, ty: Type) -> Self {
        Self {
            function,
            expr,
            other: None,
            distinct: false,
            filter: None,
            order_by: Vec::new(),
            separator: Name::Borrowed(""),
            ty,
        }
    }
}
