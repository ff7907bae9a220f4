//! INSERT: of rows, of values that are given at execution, or of a query; with what to do about a conflict.

use super::{BatchColumn, BatchRows, Expr, Name, Projection, Query};
use crate::schema::StoredColumn;
use crate::types::Type;

/// Describes an INSERT.
#[derive(Clone, Debug, PartialEq, Hash)]
#[non_exhaustive]
pub struct Insert {
    /// The table.
    pub table: Name,
    /// The columns that get a value; empty with [`InsertSource::Defaults`].
    pub columns: Vec<Name>,
    /// The source of the values.
    pub source: InsertSource,
    /// The conflict clause. Without it a conflict is an error.
    pub conflict: Option<Conflict>,
    /// The RETURNING list.
    pub returning: Vec<Projection>,
}

/// Describes the source of the rows of an INSERT.
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum InsertSource {
    /// One row of defaults.
    Defaults,
    /// Rows of expressions, each as long as the list of columns.
    Rows(Vec<Vec<Expr>>),
    /// Rows whose values are given at execution, so that the text is compiled once for many batches. The binds are
    /// the columns in order, for each row, or one array for each column. With arrays and RETURNING, generated keys
    /// must ascend in the order of the rows.
    Batch {
        /// How rows are bound.
        rows: BatchRows,
        /// The types of the columns, in order.
        types: Vec<BatchType>,
    },
    /// The rows of a query.
    Query(Box<Query>),
}

/// Describes a column whose values are given at execution.
#[derive(Clone, Debug, PartialEq, Hash)]
#[non_exhaustive]
pub struct BatchType {
    /// The type, to which array binds are cast.
    pub ty: Type,
    /// The maximum length that the model declares.
    pub length: Option<u32>,
    /// The column as the table declares it, if known.
    pub stored: Option<StoredColumn>,
}

impl From<BatchColumn<'_>> for BatchType {
    fn from(column: BatchColumn<'_>) -> Self {
        Self {
            ty: column.ty.clone(),
            length: column.length,
            stored: column.stored.cloned(),
        }
    }
}

impl Insert {
    /// Creates an INSERT without conflict clause and RETURNING.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::{SqlWriter, write_insert};
    /// # use orm_core::stmt::*;
    /// # use orm_core::testing::AnsiDialect;
    /// # use orm_core::types::Type;
    /// # use orm_core::value::Value;
    /// # let dialect = AnsiDialect::new();
    /// # let mut w = SqlWriter::new(&dialect);
    /// let row = vec![Expr::Value(Value::Int(7))];
    /// let insert = Insert::new("users", vec!["age".into()], InsertSource::Rows(vec![row]));
    /// write_insert(&mut w, &insert)?;
    /// assert_eq!(w.finish().0, r#"INSERT INTO "users" ("age") VALUES (?)"#);
    /// # Ok::<(), orm_core::Error>(())
    /// ```
    pub fn new(table: impl Into<Name>, columns: Vec<Name>, source: InsertSource) -> Self {
        Self {
            table: table.into(),
            columns,
            source,
            conflict: None,
            returning: Vec::new(),
        }
    }

    /// Returns the columns of a batch. Empty for other sources.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::{SqlWriter, write_insert};
    /// # use orm_core::stmt::*;
    /// # use orm_core::testing::AnsiDialect;
    /// # use orm_core::types::Type;
    /// # use orm_core::value::Value;
    /// # let dialect = AnsiDialect::new();
    /// # let mut w = SqlWriter::new(&dialect);
    /// let types = vec![BatchColumn::new("age", &Type::Int32).into()];
    /// let source = InsertSource::Batch { types, rows: BatchRows::Rows(2) };
    /// let insert = Insert::new("users", vec!["age".into()], source);
    /// assert_eq!(insert.batch_columns().count(), 1);
    /// write_insert(&mut w, &insert)?;
    /// assert_eq!(w.finish().0, r#"INSERT INTO "users" ("age") VALUES (?), (?)"#);
    /// # Ok::<(), orm_core::Error>(())
    /// ```
    pub fn batch_columns(&self) -> impl Iterator<Item = BatchColumn<'_>> {
        let types = match &self.source {
            InsertSource::Batch { types, .. } => types.as_slice(),
            InsertSource::Defaults | InsertSource::Rows(_) | InsertSource::Query(_) => &[],
        };
        let columns = self.columns.iter().zip(types);
        columns.map(|(name, column)| BatchColumn {
            name,
            ty: &column.ty,
            length: column.length,
            stored: column.stored.as_ref(),
        })
    }
}

/// Describes the conflict clause of an INSERT.
#[derive(Clone, Debug, PartialEq, Hash)]
#[non_exhaustive]
pub struct Conflict {
    /// The conflict target.
    pub target: ConflictTarget,
    /// The conflict action.
    pub action: ConflictAction,
    /// Whether the rows may conflict on another unique constraint than the target. A database that applies the clause
    /// to every unique constraint then gets a condition on the target, by which such a conflict is an error.
    pub other_keys: bool,
}

impl Conflict {
    /// Creates a conflict clause for rows that conflict on the target alone.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::{SqlWriter, write_insert};
    /// # use orm_core::stmt::*;
    /// # use orm_core::testing::AnsiDialect;
    /// # use orm_core::types::Type;
    /// # use orm_core::value::Value;
    /// # let dialect = AnsiDialect::new();
    /// # let mut w = SqlWriter::new(&dialect);
    /// // ON CONFLICT ("name") DO NOTHING
    /// let target = ConflictTarget::Columns(vec!["name".into()]);
    /// let conflict = Conflict::new(target, ConflictAction::Nothing);
    /// assert_eq!(conflict.action, ConflictAction::Nothing);
    /// ```
    pub fn new(target: ConflictTarget, action: ConflictAction) -> Self {
        Self {
            target,
            action,
            other_keys: false,
        }
    }
}

/// Selects the unique constraints that a conflict clause applies to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ConflictTarget {
    /// The unique constraint of these columns; without columns, every unique constraint. MySQL and MariaDB apply the
    /// clause to every unique constraint; see [`Conflict::other_keys`].
    Columns(Vec<Name>),
    /// A constraint by name.
    Constraint(Name),
}

/// Selects the action on a conflict.
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum ConflictAction {
    /// DO NOTHING: the existing row is kept.
    Nothing,
    /// DO UPDATE: the existing row is updated.
    Update {
        /// The columns to set. [`Expr::Excluded`] is a value of the row that could not be inserted.
        set: Vec<(Name, Expr)>,
        /// The conditions of the UPDATE, combined with AND.
        filter: Vec<Expr>,
    },
}
