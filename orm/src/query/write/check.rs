//! Checks values before they are sent: declared lengths and digits, and foreign keys to parents that were not flushed.
//!
//! Used by `bulk/send.rs` and by the session's flush. The database checks the rest.

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::types::Type;
use orm_core::value::{Decimal, ValueRef};

use crate::mapping::{Model, ModelDef};

/// Refuses text and bytes that are longer than the length of the column: SQLite would store them, MySQL might truncate
/// them. Refuses decimals with more digits than the column, which some databases round and others store.
#[inline]
pub(crate) fn check_length(
    def: &'static ModelDef,
    position: usize,
    value: ValueRef<'_>,
) -> Result<()> {
    let Some(limit) = def.columns[position].length else {
        return match value {
            ValueRef::Decimal(number) => check_digits(def, position, number),
            _ => Ok(()),
        };
    };
    let fits = match value {
        // No text has more characters than bytes, so most need no counting.
        ValueRef::Text(text) => {
            text.len() <= limit as usize || text.chars().count() <= limit as usize
        }
        ValueRef::Bytes(bytes) => bytes.len() <= limit as usize,
        ValueRef::Extension(value) => {
            return check_length(def, position, value.encode("").as_ref());
        }
        _ => true,
    };
    if fits {
        Ok(())
    } else {
        Err(too_long(def, position, limit))
    }
}

#[cold]
fn too_long(def: &'static ModelDef, position: usize, limit: u32) -> Error {
    let column = &def.columns[position];
    let unit = if column.ty == Type::Bytes {
        "bytes"
    } else {
        "characters"
    };
    Error::with_message(
        ErrorKind::DataTooLong,
        format!("the value is too long for its column of {limit} {unit}"),
    )
    .with_table(def.table)
    .with_column(def.names[position])
}

#[inline(never)]
fn check_digits(def: &'static ModelDef, position: usize, number: Decimal) -> Result<()> {
    let Type::Decimal { precision, scale } = def.columns[position].ty else {
        return Ok(());
    };
    if number.fits(precision, scale) {
        return Ok(());
    }
    Err(Error::with_message(
        ErrorKind::OutOfRange,
        format!("the value has more digits than its column of {precision} digits, {scale} of them after the point"),
    )
    .with_table(def.table)
    .with_column(def.names[position])
    .with_hint("round it first: round_dp(…)"))
}

/// Refuses a foreign key of 0 to a generated key: it is the key of a parent that isn't stored yet.
#[inline]
pub(crate) fn check_references(
    def: &'static ModelDef,
    position: usize,
    value: ValueRef<'_>,
) -> Result<()> {
    if matches!(value, ValueRef::Int(0)) && !def.references.is_empty() {
        return check_zero(def, position);
    }
    Ok(())
}

fn check_zero(def: &'static ModelDef, position: usize) -> Result<()> {
    for reference in def.references {
        let Some(index) = reference
            .columns
            .iter()
            .position(|column| *column == position)
        else {
            continue;
        };
        let target = (reference.target)();
        let referred = reference.target_columns.get(index).copied();
        if referred.is_some() && referred == target.generated {
            return Err(unflushed(def, position));
        }
    }
    Ok(())
}

/// Refuses the columns whose values the database computes.
///
/// # Errors
/// `Usage` for a generated column.
#[inline]
pub(crate) fn check_not_generated(def: &'static ModelDef, position: usize) -> Result<()> {
    if def.computed.contains(&position) {
        return Err(generated(def, position));
    }
    Ok(())
}

#[cold]
fn generated(def: &'static ModelDef, position: usize) -> Error {
    let (table, column) = (def.table, def.names[position]);
    let message = format!("the generated column {table}.{column} can't be set");
    Error::with_message(ErrorKind::Usage, message)
        .with_table(table)
        .with_column(column)
        .with_hint("leave it out: the database computes its value from the other columns")
}

/// Refuses models of views.
///
/// # Errors
/// `Usage` for a model of a view.
#[inline]
pub(crate) fn check_writable(def: &'static ModelDef) -> Result<()> {
    if def.view.is_some() {
        return Err(read_only(def));
    }
    Ok(())
}

#[cold]
fn read_only(def: &'static ModelDef) -> Error {
    let message = format!(
        "{} is a model of the view {}, which is read-only",
        def.name, def.table
    );
    Error::with_message(ErrorKind::Usage, message)
        .with_table(def.table)
        .with_hint("write the tables that the view reads")
}

#[cold]
fn unflushed(def: &'static ModelDef, position: usize) -> Error {
    let (table, column) = (def.table, def.names[position]);
    Error::with_message(
        ErrorKind::ForeignKeyViolation,
        format!("{table}.{column} is 0: its parent has not been flushed"),
    )
    .with_hint("flush or commit the parent first, then take its key")
}

/// Not every database names the column whose number is out of range: it may be one that the program has not set.
#[cold]
pub(super) fn explain_range<M: Model>(error: Error) -> Error {
    match M::def().version {
        Some(position) if error.kind() == ErrorKind::OutOfRange && error.hint().is_none() => {
            let name = M::def().names[position];
            error.with_hint(format!(
                "make its field an i64, if it is the version column {name}, which every UPDATE increments"
            ))
        }
        _ => error,
    }
}
