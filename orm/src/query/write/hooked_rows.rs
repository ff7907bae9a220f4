//! The hooks of rows that are given to an INSERT, which are run when they are given. What they refuse is the error of the
//! statement when it is executed.

use orm_core::error::{Error, InvalidFields, Result};
use orm_core::value::Value;

use super::values::InsertRows;
use crate::mapping::{Model, NewEntity, column_not_loaded};

/// What hooks have refused.
#[derive(Debug, Default)]
pub(super) struct Refused {
    /// The first error of a `before_insert`.
    error: Option<Error>,
    invalid: InvalidFields,
}

impl Refused {
    /// # Errors
    /// What the hooks have refused.
    #[cold]
    pub(super) fn to_result(&self) -> Result<()> {
        match &self.error {
            Some(error) => Err(error.clone()),
            None => self.invalid.to_result(),
        }
    }
}

/// The rows as their hooks have left them. Rows that are borrowed are copied, without fields that have no column.
#[inline]
pub(super) fn hooked<'a, M: Model>(
    rows: InsertRows<'a, M>,
    refused: &mut Option<Box<Refused>>,
) -> InsertRows<'a, M> {
    if M::HAS_HOOKS || M::HAS_DEFERRED {
        run(rows, refused.get_or_insert_default())
    } else {
        rows
    }
}

fn run<'a, M: Model>(rows: InsertRows<'a, M>, refused: &mut Refused) -> InsertRows<'a, M> {
    let mut given = |mut row: NewEntity<M>| {
        run_given(&mut row, refused);
        row
    };
    match rows {
        InsertRows::One(row) => InsertRows::One(given(row)),
        InsertRows::Owned(rows) => InsertRows::Owned(rows.into_iter().map(given).collect()),
        InsertRows::OneBorrowed(row) => InsertRows::One(run_borrowed(row, refused)),
        InsertRows::Defaults => InsertRows::Defaults,
        InsertRows::Borrowed(rows) => {
            let rows = rows.into_iter();
            InsertRows::Owned(rows.map(|row| run_borrowed(row, refused)).collect())
        }
    }
}

/// A column that was left to the database is given if the hook has set it.
fn run_given<M: Model>(row: &mut NewEntity<M>, refused: &mut Refused) {
    let placeholder = |position| (position, row.value.value(position).to_value());
    let placeholders: Vec<(usize, Value)> = row.unset.iter().map(placeholder).collect();
    call(&mut row.value, refused);
    for (position, placeholder) in placeholders {
        if !row.value.value(position).is_same(placeholder.as_ref()) {
            row.unset.remove(position);
        }
    }
}

fn run_borrowed<M: Model>(row: &M, refused: &mut Refused) -> NewEntity<M> {
    let mut value = row.snapshot();
    call(&mut value, refused);
    let unset = InsertRows::OneBorrowed(&value).omitted(M::def(), 0);
    NewEntity { value, unset }
}

fn call<M: Model>(row: &mut M, refused: &mut Refused) {
    if let Some(column) = row.unread() {
        refused
            .error
            .get_or_insert_with(|| column_not_loaded(Some(column)));
    }
    if refused.error.is_none() {
        refused.error = row.prepare_insert(&mut refused.invalid).err();
    }
}
