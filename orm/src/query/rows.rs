//! [`Values`]: what `insert(User).values(…)` takes, kept as it was given: owned rows are moved, borrowed
//! ones are read where they are.

use std::ops::Range;

use orm_core::value::ValueRef;

use super::bulk::BulkInsert;
use crate::mapping::{ColumnSet, Model, ModelDef, NewEntity, NewRow};

/// What can be inserted into the table of `M`: a model or its builder, or any number of them in an
/// array, slice, vector or another iterator.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no row of `{M}`, and no collection of such rows",
    label = "not a row of `{M}`",
    note = "take a `{M}`, its builder with every required field given, or a collection of one of these"
)]
pub trait Values<'a, M, Kind> {
    /// The rows.
    #[doc(hidden)]
    fn into_rows(self) -> Rows<'a, M>;
}

/// An element of a collection of rows.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no row of `{M}`",
    label = "not a row of `{M}`",
    note = "take a `{M}`, or its builder with every required field given"
)]
pub trait Item<'a, M, Kind>: Sized {
    /// The rows of a collection.
    #[doc(hidden)]
    fn collect(items: impl Iterator<Item = Self>) -> Rows<'a, M>;
}

// The kinds keep the implementations of the traits above apart; each is inferred.

/// A row that is given away.
#[derive(Debug)]
pub struct ByValue;
/// A row that is lent.
#[derive(Debug)]
pub struct ByRef;
/// A collection of such rows.
#[derive(Debug)]
pub struct Each<Kind>(Kind);

impl<M: Model, R: NewRow<Model = M>> Values<'_, M, ByValue> for R {
    fn into_rows(self) -> Rows<'static, M> {
        Rows::Owned(vec![self.into_row()])
    }
}

impl<'a, M: Model> Values<'a, M, ByRef> for &'a M {
    fn into_rows(self) -> Rows<'a, M> {
        Rows::Borrowed(vec![self])
    }
}

impl<'a, M, I, Kind> Values<'a, M, Each<Kind>> for I
where
    I: IntoIterator<Item: Item<'a, M, Kind>>,
{
    fn into_rows(self) -> Rows<'a, M> {
        Item::collect(self.into_iter())
    }
}

impl<M: Model, R: NewRow<Model = M>> Item<'_, M, ByValue> for R {
    fn collect(items: impl Iterator<Item = Self>) -> Rows<'static, M> {
        Rows::Owned(items.map(NewRow::into_row).collect())
    }
}

impl<'a, M: Model> Item<'a, M, ByRef> for &'a M {
    fn collect(items: impl Iterator<Item = Self>) -> Rows<'a, M> {
        Rows::Borrowed(items.collect())
    }
}

/// Rows of one kind.
#[derive(Debug)]
pub enum Rows<'a, M> {
    /// Those that were given away.
    Owned(Vec<NewEntity<M>>),
    /// Those that were lent.
    Borrowed(Vec<&'a M>),
}

/// Rows in a sequence that get values for the same columns.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) rows: Range<usize>,
    pub(super) columns: Vec<usize>,
}

impl Run {
    /// The run as the bulk insert takes it.
    pub(super) fn insert<M: Model>(&self) -> BulkInsert<'_> {
        let model = M::slot().index();
        BulkInsert {
            def: M::def(),
            model,
            columns: &self.columns,
            rows: self.rows.len(),
        }
    }
}

impl<M: Model> Rows<'_, M> {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Owned(rows) => rows.len(),
            Self::Borrowed(rows) => rows.len(),
        }
    }

    /// The value of a row for the column at `position`.
    #[inline]
    pub(super) fn value(&self, row: usize, position: usize) -> ValueRef<'_> {
        match self {
            Self::Owned(rows) => rows[row].value.value(position),
            Self::Borrowed(rows) => rows[row].value(position),
        }
    }

    /// The rows as runs. Runs keep the order of the rows, in which keys are generated.
    pub(super) fn runs(&self) -> Vec<Run> {
        let def = M::def();
        let mut runs: Vec<Run> = Vec::new();
        let mut last = ColumnSet::new();
        for row in 0..self.len() {
            let left_out = self.left_out(def, row);
            match runs.last_mut() {
                Some(run) if left_out == last => run.rows.end += 1,
                _ => {
                    let all = 0..def.columns.len();
                    let columns = all
                        .filter(|position| !left_out.contains(*position))
                        .collect();
                    runs.push(Run {
                        rows: row..row + 1,
                        columns,
                    });
                    last = left_out;
                }
            }
        }
        runs
    }

    /// The columns of a row that the database is to fill in: a generated key of 0, and what has a
    /// default there but no value here.
    fn left_out(&self, def: &'static ModelDef, row: usize) -> ColumnSet {
        let mut left_out = match self {
            Self::Owned(rows) => rows[row].unset.clone(),
            Self::Borrowed(rows) => {
                let columns = def.columns.iter().enumerate();
                columns
                    .filter(|(_, column)| column.server_default.is_some())
                    .map(|(position, _)| position)
                    .filter(|position| rows[row].value(*position).is_null())
                    .collect()
            }
        };
        if let Some(generated) = def.generated
            && self.value(row, generated) == ValueRef::Int(0)
        {
            left_out.insert(generated);
        }
        left_out
    }
}
