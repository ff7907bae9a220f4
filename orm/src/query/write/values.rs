//! [`RowsOf`]: the argument of `insert(User).values(…)`. Owned rows are moved, borrowed rows are read in place.

use std::fmt;
use std::ops::Range;

use orm_core::error::{Error, ErrorKind};
use orm_core::value::ValueRef;

use super::bulk::BulkInsert;
use crate::mapping::{ColumnSet, Model, ModelDef, NewEntity, NewRow};

/// Is implemented for the rows that can be made of `V`: a model or its builder, or any number of them in an array,
/// slice, vector or another iterator. The trait is implemented by the rows instead of `V`, so that the compiler shows
/// only this trait's message.
#[diagnostic::on_unimplemented(
    message = "`{V}` can't be inserted into the table of `{M}`",
    label = "expected a `{M}`, its builder with every required field given, or a collection of these"
)]
pub trait RowsOf<V, M, Kind> {
    /// Returns the rows.
    #[doc(hidden)]
    fn rows_of(values: V) -> Self;
}

/// Is implemented by the elements of a collection of rows.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be inserted into the table of `{M}`",
    label = "expected a `{M}`, or its builder with every required field given"
)]
pub trait Item<'a, M, Kind>: Sized {
    /// Returns the rows of a collection.
    #[doc(hidden)]
    fn collect(items: impl Iterator<Item = Self>) -> InsertRows<'a, M>;
}

// The kinds keep the implementations of the traits above apart; each is inferred.

/// Marks rows that are passed by value.
#[derive(Debug)]
pub struct ByValue;
/// Marks rows that are passed by reference.
#[derive(Debug)]
pub struct ByRef;
/// Marks a collection of rows.
#[derive(Debug)]
pub struct Each<Kind>(Kind);

#[diagnostic::do_not_recommend]
impl<M: Model, R: NewRow<Model = M>> RowsOf<R, M, ByValue> for InsertRows<'_, M> {
    fn rows_of(row: R) -> Self {
        Self::One(row.into_row())
    }
}

#[diagnostic::do_not_recommend]
impl<'a, M: Model> RowsOf<&'a M, M, ByRef> for InsertRows<'a, M> {
    fn rows_of(row: &'a M) -> Self {
        Self::OneBorrowed(row)
    }
}

#[diagnostic::do_not_recommend]
impl<'a, M, I, Kind> RowsOf<I, M, Each<Kind>> for InsertRows<'a, M>
where
    I: IntoIterator<Item: Item<'a, M, Kind>>,
{
    fn rows_of(rows: I) -> Self {
        Item::collect(rows.into_iter())
    }
}

#[diagnostic::do_not_recommend]
impl<M: Model, R: NewRow<Model = M>> Item<'_, M, ByValue> for R {
    fn collect(items: impl Iterator<Item = Self>) -> InsertRows<'static, M> {
        InsertRows::Owned(items.map(NewRow::into_row).collect())
    }
}

#[diagnostic::do_not_recommend]
impl<'a, M: Model> Item<'a, M, ByRef> for &'a M {
    fn collect(items: impl Iterator<Item = Self>) -> InsertRows<'a, M> {
        InsertRows::Borrowed(items.collect())
    }
}

/// Holds the rows of an INSERT. A single row costs no allocation.
pub enum InsertRows<'a, M> {
    /// One row by value.
    One(NewEntity<M>),
    /// One row by reference.
    OneBorrowed(&'a M),
    /// Rows by value.
    Owned(Vec<NewEntity<M>>),
    /// Rows by reference.
    Borrowed(Vec<&'a M>),
    /// One row without values.
    Defaults,
}

// Their number only, since rows are values.
impl<M> fmt::Debug for InsertRows<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} rows", self.len())
    }
}

/// Rows in a sequence that get values for the same columns.
#[derive(Debug)]
pub(in crate::query) struct Run {
    pub(in crate::query) rows: Range<usize>,
    pub(in crate::query) columns: Vec<usize>,
}

impl Run {
    /// The run as the bulk insert takes it.
    pub(in crate::query) fn insert<M: Model>(&self) -> BulkInsert<'_> {
        let model = M::slot().index();
        BulkInsert {
            def: M::def(),
            model,
            columns: &self.columns,
            rows: self.rows.len(),
        }
    }
}

impl<M> InsertRows<'_, M> {
    pub(in crate::query) fn len(&self) -> usize {
        match self {
            Self::One(_) | Self::OneBorrowed(_) | Self::Defaults => 1,
            Self::Owned(rows) => rows.len(),
            Self::Borrowed(rows) => rows.len(),
        }
    }
}

impl<M: Model> InsertRows<'_, M> {
    /// The value of a row for the column at `position`.
    #[inline]
    pub(in crate::query) fn value(&self, row: usize, position: usize) -> ValueRef<'_> {
        match self {
            Self::One(one) => one.value.value(position),
            Self::OneBorrowed(one) => one.value(position),
            Self::Owned(rows) => rows[row].value.value(position),
            Self::Borrowed(rows) => rows[row].value(position),
            Self::Defaults => ValueRef::Null,
        }
    }

    /// The rows as runs. Runs keep the order of the rows, in which keys are generated.
    pub(in crate::query) fn runs(&self) -> impl Iterator<Item = Run> {
        let mut next = 0;
        std::iter::from_fn(move || {
            let run = (next < self.len()).then(|| self.run_from(next))?;
            next = run.rows.end;
            Some(run)
        })
    }

    fn run_from(&self, first: usize) -> Run {
        let def = M::def();
        let omitted = self.omitted(def, first);
        let others = first + 1..self.len();
        let same = others
            .take_while(|row| self.omitted(def, *row) == omitted)
            .count();
        let all = 0..def.columns.len();
        let columns = all
            .filter(|position| !omitted.contains(*position))
            .collect();
        Run {
            rows: first..first + 1 + same,
            columns,
        }
    }

    /// The columns of a row that the database is to fill in: a generated key of 0, generated columns, and what has a
    /// default there but no value here.
    pub(super) fn omitted(&self, def: &'static ModelDef, row: usize) -> ColumnSet {
        let mut omitted = match self {
            Self::One(one) => one.unset.clone(),
            Self::Owned(rows) => rows[row].unset.clone(),
            Self::Defaults => (0..def.columns.len()).collect(),
            Self::OneBorrowed(_) | Self::Borrowed(_) => {
                let columns = def.columns.iter().enumerate();
                columns
                    .filter(|(_, column)| column.server_default.is_some())
                    .map(|(position, _)| position)
                    .filter(|position| self.value(row, *position).is_null())
                    .collect()
            }
        };
        if let Some(generated) = def.generated
            && self.value(row, generated) == ValueRef::Int(0)
        {
            omitted.insert(generated);
        }
        for position in def.computed {
            omitted.insert(*position);
        }
        omitted
    }
}

#[cold]
pub(super) fn no_rows<M: Model>() -> Error {
    Error::with_message(ErrorKind::Usage, "the INSERT has no rows").with_table(M::def().table)
}
