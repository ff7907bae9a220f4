//! INSERT: of rows, of values that are given at execution, or of a query; with what to do about a conflict.

use super::{BatchColumn, BatchRows, Expr, Name, Projection, Query};
use crate::schema::StoredColumn;
use crate::types::Type;

/// An INSERT.
#[derive(Clone, Debug, PartialEq, Hash)]
#[non_exhaustive]
pub struct Insert {
    /// The table.
    pub table: Name,
    /// The columns that get a value; none if the source is [`InsertSource::Defaults`].
    pub columns: Vec<Name>,
    /// Where the values come from.
    pub source: InsertSource,
    /// What to do about a row that is there already; without it that is an error.
    pub conflict: Option<Conflict>,
    /// What is handed back of the new rows.
    pub returning: Vec<Projection>,
}

/// Where the rows of an INSERT come from.
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum InsertSource {
    /// One row of defaults.
    Defaults,
    /// Rows of expressions, each as long as the list of columns.
    Rows(Vec<Vec<Expr>>),
    /// Rows whose values are given at execution, so that the text is compiled once for many batches. The binds
    /// are the columns in order, for each row; or one array for each column. With arrays, generated keys must
    /// ascend in the order of the rows if something is returned.
    Batch {
        /// How rows are bound.
        rows: BatchRows,
        /// The types of the columns, in order.
        types: Vec<BatchType>,
    },
    /// The rows of a query.
    Query(Box<Query>),
}

/// What is known of a column whose values are given at execution.
#[derive(Clone, Debug, PartialEq, Hash)]
#[non_exhaustive]
pub struct BatchType {
    /// Its type, which array binds are cast to.
    pub ty: Type,
    /// The greatest length that the model declares.
    pub length: Option<u32>,
    /// What the table declares, if that is known.
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
    /// An INSERT that returns nothing and takes every conflict for an error.
    pub fn new(table: impl Into<Name>, columns: Vec<Name>, source: InsertSource) -> Self {
        Self {
            table: table.into(),
            columns,
            source,
            conflict: None,
            returning: Vec::new(),
        }
    }

    /// The columns of a batch; none if the source is another.
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

/// What an INSERT does about a row whose unique value is taken.
#[derive(Clone, Debug, PartialEq, Hash)]
#[non_exhaustive]
pub struct Conflict {
    /// Which unique values are meant.
    pub target: ConflictTarget,
    /// What is done.
    pub action: ConflictAction,
}

impl Conflict {
    /// What is done about a conflict of those values.
    pub fn new(target: ConflictTarget, action: ConflictAction) -> Self {
        Self { target, action }
    }
}

/// Which unique values a conflict is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ConflictTarget {
    /// Those of these columns. MySQL and MariaDB take any unique value of the table for one.
    Columns(Vec<Name>),
    /// Those of a constraint, by its name.
    Constraint(Name),
}

/// What an INSERT does about a conflict.
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum ConflictAction {
    /// Nothing: the row that is there stays.
    Nothing,
    /// Updates the row that is there.
    Update {
        /// The columns to set. [`Expr::Excluded`] is a value of the row that could not be inserted.
        set: Vec<(Name, Expr)>,
        /// Conditions that must all hold, or the row stays.
        filter: Vec<Expr>,
    },
}
