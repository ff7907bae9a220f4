//! [`Quantified`]: the rows of a query as the right side of a comparison.

use super::Query;

/// Describes the right side of a comparison with the rows of a query of one column.
#[derive(Clone, Debug, PartialEq, Hash)]
#[non_exhaustive]
pub struct Quantified {
    /// Whether one row is enough.
    pub quantifier: Quantifier,
    /// The query, whose column is labelled.
    pub query: Query,
}

impl Quantified {
    /// Creates the right side.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::{SqlWriter, write_expr};
    /// # use orm_core::stmt::*;
    /// # use orm_core::testing::AnsiDialect;
    /// # let dialect = AnsiDialect::new();
    /// # let mut w = SqlWriter::new(&dialect);
    /// let age = Projection::Labelled(Expr::column("u", "age"), "c0".into());
    /// let ages = Select::new(vec![age], FromItem::table("u"));
    /// let all = Quantified::new(Quantifier::All, ages.into());
    /// let oldest = Expr::compare(
    ///     CompareOp::Ge,
    ///     Expr::column("users", "age"),
    ///     Expr::Quantified(Box::new(all)),
    /// );
    /// write_expr(&mut w, &oldest)?;
    /// assert_eq!(w.finish().0, r#""age" >= ALL (SELECT "u"."age" AS "c0" FROM "u")"#);
    /// # Ok::<(), orm_core::Error>(())
    /// ```
    pub fn new(quantifier: Quantifier, query: Query) -> Self {
        Self { quantifier, query }
    }
}

/// Selects how many rows have to match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quantifier {
    /// One or more: `ANY`.
    Any,
    /// All of them: `ALL`, true if there are none.
    All,
}
