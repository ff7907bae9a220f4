//! COMMENT ON, for databases where comments are statements of their own.

use super::objects::kind;
use crate::error::Result;
use crate::schema::{QualifiedName, Table, View};
use crate::sql::{CommentStyle, Dialect, SqlWriter};
use crate::value::Value;

/// Renders COMMENT ON TABLE, with `IS NULL` to remove the comment. Returns `None` where comments are clauses of CREATE
/// TABLE, as on MySQL, or are not stored, as on SQLite.
///
/// # Errors
/// As [`Dialect::literal`].
///
/// # Examples
///
/// ```
/// # use orm_core::sql::{CommentStyle, ddl};
/// # use orm_core::testing::{ANSI, AnsiDialect, with};
/// # let dialect = AnsiDialect::with(with(ANSI, |own| own.ddl.comments = CommentStyle::Statements));
/// let users = "users".into();
/// let comment = ddl::comment_on_table(&dialect, &users, Some("those who sign in"))?;
/// assert_eq!(comment.as_deref(), Some(r#"COMMENT ON TABLE "users" IS 'those who sign in'"#));
/// assert_eq!(ddl::comment_on_table(&AnsiDialect::new(), &users, None)?, None);
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn comment_on_table(
    dialect: &dyn Dialect,
    table: &QualifiedName,
    comment: Option<&str>,
) -> Result<Option<String>> {
    comment_on(dialect, ("TABLE", table, None), comment)
}

/// Renders COMMENT ON COLUMN, with `IS NULL` to remove the comment. Returns `None` where there is no such statement.
///
/// # Errors
/// As [`Dialect::literal`].
///
/// # Examples
///
/// ```
/// # use orm_core::sql::{CommentStyle, ddl};
/// # use orm_core::testing::{ANSI, AnsiDialect, with};
/// # let dialect = AnsiDialect::with(with(ANSI, |own| own.ddl.comments = CommentStyle::Statements));
/// assert_eq!(
///     ddl::comment_on_column(&dialect, &"users".into(), "age", None)?.as_deref(),
///     Some(r#"COMMENT ON COLUMN "users"."age" IS NULL"#)
/// );
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn comment_on_column(
    dialect: &dyn Dialect,
    table: &QualifiedName,
    column: &str,
    comment: Option<&str>,
) -> Result<Option<String>> {
    comment_on(dialect, ("COLUMN", table, Some(column)), comment)
}

/// Renders COMMENT ON VIEW or COMMENT ON MATERIALIZED VIEW with the comment of a view. Returns `None` where there is no
/// such statement.
///
/// # Errors
/// As [`Dialect::literal`].
///
/// # Examples
///
/// ```
/// # use orm_core::schema::View;
/// # use orm_core::sql::{CommentStyle, ddl};
/// # use orm_core::testing::{ANSI, AnsiDialect, with};
/// # let dialect = AnsiDialect::with(with(ANSI, |own| own.ddl.comments = CommentStyle::Statements));
/// let ids = View::new("ids", "SELECT id FROM users");
/// let comment = ddl::comment_on_view(&dialect, &ids)?;
/// assert_eq!(comment.as_deref(), Some(r#"COMMENT ON VIEW "ids" IS NULL"#));
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn comment_on_view(dialect: &dyn Dialect, view: &View) -> Result<Option<String>> {
    let name = view.qualified_name();
    comment_on(dialect, (kind(view), &name, None), view.comment.as_deref())
}

fn comment_on(
    dialect: &dyn Dialect,
    (kind, name, column): (&str, &QualifiedName, Option<&str>),
    comment: Option<&str>,
) -> Result<Option<String>> {
    if dialect.capabilities().ddl.comments != CommentStyle::Statements {
        return Ok(None);
    }
    let comment = match comment {
        Some(comment) => dialect.literal(&Value::Text(comment.to_owned()))?,
        None => "NULL".to_owned(),
    };
    let mut w = SqlWriter::new(dialect);
    w.push("COMMENT ON ").push(kind).push(" ").qualified(name);
    if let Some(column) = column {
        w.push(".").ident(column);
    }
    w.push(" IS ").push(&comment);
    Ok(Some(w.finish().0))
}

/// The statements of all comments of a table.
pub(super) fn comments_of(dialect: &dyn Dialect, table: &Table) -> Result<Vec<String>> {
    let name = table.qualified_name();
    let mut statements = Vec::new();
    if let Some(comment) = &table.comment {
        statements.extend(comment_on_table(dialect, &name, Some(comment))?);
    }
    for column in &table.columns {
        if let Some(comment) = &column.comment {
            let comment = comment_on_column(dialect, &name, &column.name, Some(comment))?;
            statements.extend(comment);
        }
    }
    Ok(statements)
}
