//! [`NamedSql`]: SQL text in an expression, whose binds are expressions.

use super::{Expr, Name};

/// Describes SQL text in which `:name` stands for an expression. A dialect finds the names by its lexical rules when it
/// renders the text.
#[derive(Clone, Debug, PartialEq, Hash)]
#[non_exhaustive]
pub struct NamedSql {
    /// The text.
    pub sql: Name,
    /// The names, each with its expression.
    pub binds: Vec<(Name, Expr)>,
}

impl NamedSql {
    /// Creates the text with its binds.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::{SqlWriter, write_expr};
    /// # use orm_core::stmt::*;
    /// # use orm_core::testing::AnsiDialect;
    /// # let dialect = AnsiDialect::new();
    /// # let mut w = SqlWriter::new(&dialect);
    /// let binds = vec![("name".into(), Expr::column("users", "name"))];
    /// let named = NamedSql::new("SOUNDEX(:name)".into(), binds);
    /// let expr = Expr::NamedSql(Box::new(named));
    /// write_expr(&mut w, &expr)?;
    /// assert_eq!(w.finish().0, r#"SOUNDEX("name")"#);
    /// # Ok::<(), orm_core::Error>(())
    /// ```
    pub fn new(sql: Name, binds: Vec<(Name, Expr)>) -> Self {
        Self { sql, binds }
    }
}
