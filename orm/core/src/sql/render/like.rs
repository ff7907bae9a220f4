//! Renders comparisons that ignore case. Called by the dialects' searches in text.

use super::expr::write_expr;
use crate::error::Result;
use crate::sql::SqlWriter;
use crate::stmt::Like;

/// Renders `LOWER(a) = LOWER(?)`, with the function that the database has for it.
///
/// # Errors
/// As [`write_expr`].
///
/// # Examples
///
/// ```
/// # use orm_core::sql::*;
/// # use orm_core::stmt::*;
/// # use orm_core::testing::AnsiDialect;
/// # use orm_core::value::Value;
/// # let dialect = AnsiDialect::new();
/// # let mut w = SqlWriter::new(&dialect);
/// let ada = Value::Text("ada".into());
/// let name = Expr::column("users", "name");
/// let like = Like::new(name, LikeKind::EqualsIgnoreCase, ada.clone(), ada);
/// write_equal_in_lower_case(&mut w, &like, "LOWER")?;
/// assert_eq!(w.finish().0, r#"LOWER("name") = LOWER(?)"#);
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn write_equal_in_lower_case<'a>(
    w: &mut SqlWriter<'a>,
    like: &'a Like,
    lower: &str,
) -> Result<()> {
    w.push(lower).push("(");
    write_expr(w, &like.expr)?;
    w.push(") = ").push(lower).push("(");
    w.dialect().write_typed_bind(w, &like.needle);
    w.push(")");
    Ok(())
}
