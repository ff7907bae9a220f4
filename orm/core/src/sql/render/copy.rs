//! COPY of rows that the client sends.

use crate::error::Result;
use crate::sql::SqlWriter;

/// Renders a COPY of the columns of a table from the client.
///
/// # Errors
/// - `Unsupported`: the dialect has no COPY.
///
/// # Examples
///
/// ```
/// # use orm_core::sql::*;
/// # use orm_core::testing::{ANSI, AnsiDialect, with};
/// let dialect = AnsiDialect::with(with(ANSI, |own| own.copy_in = true));
/// let mut w = SqlWriter::new(&dialect);
/// write_copy(&mut w, "users", ["id", "name"])?;
/// assert_eq!(w.finish().0, r#"COPY "users" ("id", "name") FROM STDIN"#);
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn write_copy<N: AsRef<str>>(
    w: &mut SqlWriter<'_>,
    table: &str,
    columns: impl IntoIterator<Item = N>,
) -> Result<()> {
    if !w.dialect().capabilities().copy_in {
        return Err(w.unsupported("COPY FROM STDIN"));
    }
    w.push("COPY ").ident(table).push(" (").idents(columns);
    w.push(") FROM STDIN");
    Ok(())
}
