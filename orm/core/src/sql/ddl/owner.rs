//! [`Owner`]: the object whose clauses are rendered, for the errors about what a database lacks.

use crate::error::{Error, ErrorKind, Result};
use crate::schema::{Column, SqlText, Table};
use crate::sql::Dialect;

/// The object whose clauses are rendered.
#[derive(Clone, Copy)]
pub(super) struct Owner<'a> {
    dialect: &'a dyn Dialect,
    /// The table of a column, a constraint or an index.
    table: Option<&'a str>,
    kind: &'static str,
    name: &'a str,
}

impl<'a> Owner<'a> {
    /// A table, a view or a sequence.
    pub(super) fn new(dialect: &'a dyn Dialect, kind: &'static str, name: &'a str) -> Self {
        Self {
            dialect,
            table: None,
            kind,
            name,
        }
    }

    pub(super) fn column(dialect: &'a dyn Dialect, table: &'a Table, column: &'a Column) -> Self {
        Self::new(dialect, COLUMN, &column.name).of(table)
    }

    pub(super) fn constraint(dialect: &'a dyn Dialect, table: &'a Table, name: &'a str) -> Self {
        Self::new(dialect, CONSTRAINT, name).of(table)
    }

    pub(super) fn of(mut self, table: &'a Table) -> Self {
        self.table = Some(&table.name);
        self
    }

    pub(super) fn dialect(self) -> &'a dyn Dialect {
        self.dialect
    }

    /// # Errors
    /// `Unsupported` unless the dialect has a feature that the object uses.
    pub(super) fn require(self, has: bool, feature: &str, hint: &str) -> Result<()> {
        if has {
            return Ok(());
        }
        let dialect = self.dialect.name();
        let message = format!("{self} has {feature}, which {dialect} does not support");
        Err(self.unsupported(message).with_hint(hint.to_owned()))
    }

    /// The text of `what` in the dialect.
    ///
    /// # Errors
    /// `Unsupported` if it has none.
    pub(super) fn sql<'s>(self, sql: &'s SqlText, what: &str) -> Result<&'s str> {
        let dialect = self.dialect.name();
        sql.of_dialect(dialect).ok_or_else(|| {
            let message = format!("the {what} of {self} has no SQL for {dialect}");
            let hint =
                format!("write the SQL for {dialect} as well, or one text for every dialect");
            self.unsupported(message).with_hint(hint)
        })
    }

    #[cold]
    pub(super) fn unsupported(self, message: String) -> Error {
        let error = Error::with_message(ErrorKind::Unsupported, message);
        let error = match (self.table, self.kind) {
            (Some(table), _) => error.with_table(table),
            (None, TABLE) => error.with_table(self.name),
            (None, _) => error,
        };
        match self.kind {
            COLUMN => error.with_column(self.name),
            CONSTRAINT => error.with_constraint(self.name),
            _ => error,
        }
    }
}

const COLUMN: &str = "column";
const CONSTRAINT: &str = "constraint";
pub(super) const TABLE: &str = "table";

impl std::fmt::Display for Owner<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.kind, self.name)?;
        match self.table {
            Some(table) => write!(f, " of table {table}"),
            None => Ok(()),
        }
    }
}

// A database that truncates the name of a table or column silently would know it by another name than the model.
pub(super) fn check_name(dialect: &dyn Dialect, table: &str, name: &str) -> Result<()> {
    let limit = dialect.capabilities().identifier_limit;
    if name.len() <= limit {
        return Ok(());
    }
    Err(Error::with_message(
        ErrorKind::Unsupported,
        format!(
            "identifier {name} is longer than the {limit} bytes that {} allows",
            dialect.name()
        ),
    )
    .with_table(table)
    .with_hint("choose a shorter name with #[orm(table = \"…\")] or #[orm(column = \"…\")]"))
}
