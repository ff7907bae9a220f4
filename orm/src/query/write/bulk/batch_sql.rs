//! Determines how many rows one statement inserts, and renders it. Sends nothing.
//!
//! Used by `mod.rs` and `send.rs`. There are few texts for each column set, for any number of rows.

use std::ops::Range;

use orm_core::error::Result;
use orm_core::sql::{Capabilities, Dialect, SqlWriter, write_copy, write_insert};
use orm_core::stmt::{BatchRows, BatchType, Expr, Insert, InsertSource, Projection};
use orm_core::types::Type;
use orm_core::value::ValueRef;

use super::rows::BulkInsert;
use crate::engine::{StatementKey, StatementKind, StatementText, StoredTable};
use crate::mapping::ModelDef;
use crate::query::compile::validate::validate_insert;
use crate::query::write::reflection::batch_column;

/// The most rows of one multi-row statement: beyond, nothing gets faster.
const STATEMENT_ROWS: usize = 1000;
/// The next smaller sizes.
const LESS_ROWS: [usize; 2] = [500, 100];
/// As many rows as this go into one statement, whatever their number.
const FEW_ROWS: usize = 16;
/// The rows whose values are collected at once for a loop over one statement.
pub(super) const LOOP_ROWS: usize = 256;
/// The most rows of one array statement: few round trips. Long values make them fewer.
pub(super) const ARRAY_ROWS: usize = 1024;

/// Whether rows are inserted as one array a column. One row has nothing to gain from it, and without
/// columns there is nothing to make arrays of.
pub(super) fn goes_as_arrays(capabilities: &Capabilities, insert: &BulkInsert<'_>) -> bool {
    capabilities.arrays && insert.rows > 1 && !insert.columns.is_empty()
}

/// Whether one statement of at most `limit` bytes inserts all rows, with or without returning keys.
pub(in crate::query) fn goes_at_once<'v>(
    capabilities: &Capabilities,
    insert: &BulkInsert<'_>,
    value: &dyn Fn(usize, usize) -> ValueRef<'v>,
    limit: usize,
) -> bool {
    insert.rows == 1
        || goes_as_arrays(capabilities, insert)
            && insert.rows <= ARRAY_ROWS
            && is_within(insert, value, limit)
}

/// Whether one statement of at most `limit` bytes stores all rows, or none, without RETURNING.
pub(crate) fn stores_at_once<'v>(
    capabilities: &Capabilities,
    insert: &BulkInsert<'_>,
    value: &dyn Fn(usize, usize) -> ValueRef<'v>,
    limit: usize,
) -> bool {
    let is_one = if goes_as_arrays(capabilities, insert) {
        capabilities.checked_batches && insert.rows <= ARRAY_ROWS
    } else {
        capabilities.insert_stores_all
            && statement_rows(capabilities, insert, insert.rows) == insert.rows
    };
    is_one && is_within(insert, value, limit)
}

/// Whether one statement of at most `limit` bytes inserts all rows. With a conflict clause no count of rows is checked,
/// so that nothing has to be undone after it.
pub(in crate::query) fn is_one_statement<'v>(
    capabilities: &Capabilities,
    insert: &BulkInsert<'_>,
    value: &dyn Fn(usize, usize) -> ValueRef<'v>,
    limit: usize,
) -> bool {
    let most = if goes_as_arrays(capabilities, insert) {
        ARRAY_ROWS
    } else {
        statement_rows(capabilities, insert, insert.rows)
    };
    insert.rows <= most && is_within(insert, value, limit)
}

fn is_within<'v>(
    insert: &BulkInsert<'_>,
    value: &dyn Fn(usize, usize) -> ValueRef<'v>,
    limit: usize,
) -> bool {
    rows_within(insert, value, 0..insert.rows, limit) == insert.rows
}

/// How many of `rows` go together into `limit` bytes; one at least.
pub(super) fn rows_within<'v>(
    insert: &BulkInsert<'_>,
    value: &dyn Fn(usize, usize) -> ValueRef<'v>,
    rows: Range<usize>,
    limit: usize,
) -> usize {
    let columns = &insert.def.columns;
    let is_short = |position: &usize| is_short(&columns[*position].ty);
    let all = rows.len();
    if insert.columns.iter().all(is_short) {
        return all;
    }
    let mut bytes = 0;
    let fits = |row: &usize| {
        let values = insert.columns.iter().map(|position| value(*row, *position));
        bytes += values.map(ValueRef::size).sum::<usize>();
        bytes <= limit
    };
    rows.take_while(fits).count().clamp(1.min(all), all)
}

/// Whether the values of a type are so short that their number alone bounds a statement.
fn is_short(ty: &Type) -> bool {
    !matches!(ty, Type::Text | Type::Bytes)
}

/// Whether each row is a statement of its own.
pub(in crate::query) fn is_of_single_rows(
    capabilities: &Capabilities,
    insert: &BulkInsert<'_>,
) -> bool {
    statement_rows(capabilities, insert, usize::MAX) == 1
}

/// How many of `left` rows go into the next statement. Only a few sizes occur per column set, so that
/// there are few texts to prepare and to keep.
pub(super) fn statement_rows(
    capabilities: &Capabilities,
    insert: &BulkInsert<'_>,
    left: usize,
) -> usize {
    let width = insert.columns.len();
    if width == 0 {
        return 1;
    }
    let full = (capabilities.insert_binds / width).clamp(1, STATEMENT_ROWS);
    if left >= full || left <= FEW_ROWS {
        return left.min(full);
    }
    let less = LESS_ROWS.into_iter().find(|&rows| rows <= left);
    less.unwrap_or_else(|| 1 << left.ilog2())
}

/// The ranges of at most `size` rows that `rows` rows are cut into.
pub(super) fn chunks(rows: usize, size: usize) -> impl Iterator<Item = Range<usize>> {
    (0..rows)
        .step_by(size)
        .map(move |start| start..(start + size).min(rows))
}

/// By what the engine knows a text.
pub(super) fn statement_key<'k>(
    insert: &BulkInsert<'k>,
    rows: BatchRows,
    returning: &'k [usize],
) -> StatementKey<'k> {
    StatementKey {
        model: insert.model,
        kind: match returning {
            [_, ..] => StatementKind::InsertReturning,
            [] => StatementKind::Insert,
        },
        columns: insert.columns,
        // An INSERT expects nothing: this is its RETURNING list.
        expected: returning,
        rows: match rows {
            BatchRows::Rows(rows) => rows,
            BatchRows::Arrays => 0,
        },
        digest: false,
        checked: false,
    }
}

/// By what the engine knows the text of a COPY.
pub(super) fn copy_key<'k>(insert: &BulkInsert<'k>) -> StatementKey<'k> {
    StatementKey {
        kind: StatementKind::Copy,
        ..statement_key(insert, BatchRows::Arrays, &[])
    }
}

/// The text of a COPY of the rows.
pub(super) fn render_copy(dialect: &dyn Dialect, insert: &BulkInsert<'_>) -> Result<String> {
    let def = insert.def;
    let columns = insert.columns.iter().map(|position| def.names[*position]);
    let mut w = SqlWriter::new(dialect);
    write_copy(&mut w, def.table, columns)?;
    Ok(w.finish().0)
}

pub(super) fn render(
    dialect: &dyn Dialect,
    insert: &BulkInsert<'_>,
    rows: BatchRows,
    (returning, checked): (Option<usize>, bool),
    stored: &StoredTable,
) -> Result<String> {
    let def = insert.def;
    let returned = |position| Projection::Expr(Expr::column(def.table, def.names[position]));
    let mut insert = batch(insert, rows, stored);
    insert.returning.extend(returning.map(returned));
    let mut w = SqlWriter::new(dialect);
    if checked {
        dialect.write_checked(&mut w, &mut |w| write_insert(w, &insert))?;
    } else {
        write_insert(&mut w, &insert)?;
    }
    Ok(w.finish().0)
}

/// The text of an INSERT with a conflict clause or a RETURNING list, whose values are bound after the rows.
pub(super) fn render_with(
    dialect: &dyn Dialect,
    insert: &BulkInsert<'_>,
    rows: BatchRows,
    clauses: &Insert,
    stored: &StoredTable,
) -> Result<StatementText> {
    let mut insert = batch(insert, rows, stored);
    insert.conflict.clone_from(&clauses.conflict);
    insert.returning.clone_from(&clauses.returning);
    validate_insert(&insert).map_err(|error| error.to_error())?;
    StatementText::of(&insert, dialect)
}

fn batch(insert: &BulkInsert<'_>, rows: BatchRows, stored: &StoredTable) -> Insert {
    let def = insert.def;
    let column = |position: &usize| def.names[*position].into();
    let names = insert.columns.iter().map(column).collect();
    let source = if insert.columns.is_empty() {
        InsertSource::Defaults
    } else {
        let types = insert.columns.iter();
        let types = types.map(|position| batch_type(def, stored, *position));
        InsertSource::Batch {
            rows,
            types: types.collect(),
        }
    };
    Insert::new(def.table, names, source)
}

fn batch_type(def: &'static ModelDef, stored: &StoredTable, position: usize) -> BatchType {
    batch_column(def, stored, position).into()
}
