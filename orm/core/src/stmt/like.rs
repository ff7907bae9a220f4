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
    /// Starts with, case-insensitive.
    StartsWithIgnoreCase,
    /// Ends with, case-insensitive.
    EndsWithIgnoreCase,
    /// Equals, case-insensitive.
    EqualsIgnoreCase,
    /// A pattern of the user, case-insensitive.
    PatternIgnoreCase,
    /// A regular expression that matches a part of the text, case-sensitive. The pattern is the expression.
    Regex,
}

impl LikeKind {
    /// Returns whether case is ignored.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::stmt::LikeKind;
    /// assert!(LikeKind::PatternIgnoreCase.ignores_case() && !LikeKind::Pattern.ignores_case());
    /// ```
    pub fn ignores_case(self) -> bool {
        match self {
            Self::ContainsIgnoreCase
            | Self::StartsWithIgnoreCase
            | Self::EndsWithIgnoreCase
            | Self::EqualsIgnoreCase
            | Self::PatternIgnoreCase => true,
            Self::Contains | Self::StartsWith | Self::EndsWith | Self::Pattern | Self::Regex => {
                false
            }
        }
    }
}
