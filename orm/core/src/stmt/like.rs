//! [`Like`]: a search in a text.

use super::Expr;
use crate::value::Value;

/// Describes a LIKE condition.
#[derive(Clone, Debug, PartialEq, Hash)]
#[non_exhaustive]
pub struct Like {
    /// The text to search in.
    pub expr: Expr,
    /// The kind of the search.
    pub kind: LikeKind,
    /// The text to search for, unescaped.
    pub needle: Value,
    /// The LIKE pattern of the search, with `\` as the escape character: `100\%` with the wildcards of `kind`.
    pub pattern: Value,
}

impl Like {
    /// Creates a search for `needle`, whose LIKE pattern is `pattern`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::{SqlWriter, write_expr};
    /// # use orm_core::stmt::*;
    /// # use orm_core::testing::AnsiDialect;
    /// # use orm_core::value::Value;
    /// # let dialect = AnsiDialect::new();
    /// # let mut w = SqlWriter::new(&dialect);
    /// # let int = |n| Expr::Value(Value::Int(n));
    /// let text = |text: &str| Value::Text(text.into());
    /// let name = Expr::column("users", "name");
    /// let like = Like::new(name, LikeKind::StartsWith, text("a"), text("a%"));
    /// let expr = Expr::Like(Box::new(like));
    /// write_expr(&mut w, &expr)?;
    /// assert_eq!(w.finish().0, r#""name" LIKE ? ESCAPE '\'"#);
    /// # Ok::<(), orm_core::Error>(())
    /// ```
    pub fn new(expr: Expr, kind: LikeKind, needle: Value, pattern: Value) -> Self {
        Self {
            expr,
            kind,
            needle,
            pattern,
        }
    }
}

/// Selects the kind of a text search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LikeKind {
    /// Contains, case-sensitive.
    Contains,
    /// Starts with, case-sensitive.
    StartsWith,
    /// Ends with, case-sensitive.
    EndsWith,
    /// Contains, case-insensitive.
    ContainsIgnoreCase,
    /// A pattern of the user, case-sensitive.
    Pattern,
}
