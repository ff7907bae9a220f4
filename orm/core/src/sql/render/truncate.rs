//! TRUNCATE, by the style of the dialect.

use crate::error::Result;
use crate::sql::{Dialect, SqlWriter, TruncateStyle};
use crate::stmt::Truncate;

/// Renders a TRUNCATE: one statement, or two where the keys restart by one of its own.
///
/// # Errors
/// - `Unsupported`: the dialect does not support an option.
///
/// # Examples
///
/// ```
/// # use orm_core::sql::*;
/// # use orm_core::stmt::*;
/// # use orm_core::testing::{ANSI, AnsiDialect, with};
/// let dialect = AnsiDialect::with(with(ANSI, |own| own.truncate = TruncateStyle::Statement));
/// let truncate = with(Truncate::new("users"), |it| it.cascade = true);
/// assert_eq!(write_truncate(&dialect, &truncate)?, [r#"TRUNCATE TABLE "users" CASCADE"#]);
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn write_truncate(dialect: &dyn Dialect, truncate: &Truncate) -> Result<Vec<String>> {
    let Truncate {
        table,
        restart_identity,
        cascade,
    } = truncate;
    let mut w = SqlWriter::new(dialect);
    let style = dialect.capabilities().truncate;
    if *cascade && style != TruncateStyle::Statement {
        return Err(w.unsupported("TRUNCATE … CASCADE"));
    }
    let mut statements = Vec::new();
    match style {
        TruncateStyle::Statement => {
            w.push("TRUNCATE TABLE ").ident(table);
            w.push(if *restart_identity {
                " RESTART IDENTITY"
            } else {
                ""
            });
            w.push(if *cascade { " CASCADE" } else { "" });
        }
        TruncateStyle::Commits => {
            w.push("TRUNCATE TABLE ").ident(table);
        }
        TruncateStyle::Delete => {
            if *restart_identity {
                let restart = dialect.restart_identity(table);
                statements.push(restart.ok_or_else(|| w.unsupported("RESTART IDENTITY"))?);
            }
            w.push("DELETE FROM ").ident(table);
        }
    }
    statements.insert(0, w.finish().0);
    Ok(statements)
}
