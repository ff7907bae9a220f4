//! Renders INSERT: its source, its conflict clause, and RETURNING.

use super::expr::write_expr;
use super::query::{write_query, write_with, write_without_with};
use super::returning::write_returning;
use super::select::write_conditions;
use super::update::{order_of, reads};
use crate::error::Result;
use crate::sql::{SqlWriter, UpsertStyle};
use crate::stmt::{
    BatchRows, Conflict, ConflictAction, ConflictTarget, Expr, Insert, InsertSource, Name, Query,
    With,
};

/// Renders an INSERT.
///
/// # Errors
/// - `Unsupported`: the dialect does not support a part of it.
///
/// # Examples
///
/// ```
/// # use orm_core::sql::*;
/// # use orm_core::stmt::*;
/// # use orm_core::testing::AnsiDialect;
/// # let dialect = AnsiDialect::new();
/// let insert = Insert::new("users", Vec::new(), InsertSource::Defaults);
/// let mut w = SqlWriter::new(&dialect);
/// write_insert(&mut w, &insert)?;
/// assert_eq!(w.finish().0, r#"INSERT INTO "users" DEFAULT VALUES"#);
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn write_insert<'a>(w: &mut SqlWriter<'a>, insert: &'a Insert) -> Result<()> {
    if insert.returning.is_empty() {
        return write_plain_insert(w, insert);
    }
    w.dialect().write_insert_returning(w, insert)
}

/// Renders an INSERT, and RETURNING if it has a list.
///
/// # Errors
/// As [`write_insert`].
pub fn write_plain_insert<'a>(w: &mut SqlWriter<'a>, insert: &'a Insert) -> Result<()> {
    // The WITH clause of a query of an INSERT is the query's, but for one that writes.
    if let Some(with) = writing_with(insert) {
        write_with(w, with)?;
    }
    w.write_to(Some(&insert.table));
    w.push("INSERT INTO ").ident(&insert.table);
    if matches!(insert.source, InsertSource::Defaults) {
        let defaults = w.dialect().capabilities().insert_defaults;
        w.push(defaults);
    } else {
        w.push(" (").idents(&insert.columns).push(") ");
        write_source(w, insert)?;
    }
    if let Some(conflict) = &insert.conflict {
        write_conflict(w, insert, conflict)?;
    }
    w.write_to(None);
    let supported = w.dialect().capabilities().insert_returning;
    write_returning(w, "INSERT … RETURNING", supported, &insert.returning)?;
    w.check_limits()
}

/// The WITH clause of the source, if a statement in it writes.
fn writing_with(insert: &Insert) -> Option<&With> {
    match &insert.source {
        InsertSource::Query(query) => query.with.as_deref().filter(|with| with.writes()),
        InsertSource::Defaults | InsertSource::Rows(_) | InsertSource::Batch { .. } => None,
    }
}

fn write_source<'a>(w: &mut SqlWriter<'a>, insert: &'a Insert) -> Result<()> {
    match &insert.source {
        InsertSource::Defaults => Ok(()),
        InsertSource::Rows(rows) => {
            for (index, row) in rows.iter().enumerate() {
                w.push(if index == 0 { "VALUES (" } else { ", (" });
                write_row(w, row)?;
                w.push(")");
            }
            Ok(())
        }
        InsertSource::Batch { rows, .. } => match rows {
            BatchRows::Rows(rows) => {
                write_placeholders(w, *rows, insert.columns.len());
                Ok(())
            }
            BatchRows::Arrays => w.dialect().write_array_source(w, insert),
        },
        InsertSource::Query(query) => write_source_query(w, insert, query),
    }
}

fn write_row<'a>(w: &mut SqlWriter<'a>, row: &'a [Expr]) -> Result<()> {
    for (index, value) in row.iter().enumerate() {
        w.push(if index > 0 { ", " } else { "" });
        write_assigned(w, value)?;
    }
    Ok(())
}

fn write_placeholders(w: &mut SqlWriter<'_>, rows: usize, width: usize) {
    w.push("VALUES ");
    w.list(0..rows, |w, _| {
        w.push("(");
        w.list(0..width, |w, _| {
            w.placeholder();
        });
        w.push(")");
    });
}

fn write_source_query<'a>(
    w: &mut SqlWriter<'a>,
    insert: &'a Insert,
    query: &'a Query,
) -> Result<()> {
    if writing_with(insert).is_some() {
        return write_without_with(w, query);
    }
    let apart = UpsertStyle::OnConflictApart;
    if insert.conflict.is_none() || w.dialect().capabilities().upsert != apart {
        return write_query(w, query);
    }
    w.push("SELECT * FROM (");
    write_query(w, query)?;
    w.push(") WHERE 1 = 1");
    Ok(())
}

/// A value that is stored takes its type from the column, so the bind is plain.
pub(super) fn write_assigned<'a>(w: &mut SqlWriter<'a>, value: &'a Expr) -> Result<()> {
    if let Expr::Value(value) = value {
        w.value(value);
        return Ok(());
    }
    write_expr(w, value)
}

fn write_conflict<'a>(
    w: &mut SqlWriter<'a>,
    insert: &'a Insert,
    conflict: &'a Conflict,
) -> Result<()> {
    // The row that is there and the new one have the same columns.
    let outer = w.qualify(true);
    match w.dialect().capabilities().upsert {
        UpsertStyle::OnConflict | UpsertStyle::OnConflictApart => write_on_conflict(w, conflict)?,
        UpsertStyle::OnDuplicateKey => write_on_duplicate_key(w, insert, conflict)?,
        UpsertStyle::Unsupported => return Err(w.unsupported("an INSERT that updates on conflict")),
    }
    w.qualify(outer);
    Ok(())
}

/// `ON CONFLICT (id) DO UPDATE SET a = excluded.a`.
fn write_on_conflict<'a>(w: &mut SqlWriter<'a>, conflict: &'a Conflict) -> Result<()> {
    w.push(" ON CONFLICT");
    match &conflict.target {
        ConflictTarget::Columns(columns) if columns.is_empty() => {}
        ConflictTarget::Columns(columns) => {
            w.push(" (").idents(columns).push(")");
        }
        ConflictTarget::Constraint(name) if w.dialect().capabilities().named_conflicts => {
            w.push(" ON CONSTRAINT ").ident(name);
        }
        ConflictTarget::Constraint(_) => return Err(unnamed(w)),
    }
    match &conflict.action {
        ConflictAction::Nothing => {
            w.push(" DO NOTHING");
            Ok(())
        }
        ConflictAction::Update { set, filter } => {
            write_assignments(w.push(" DO UPDATE SET "), set)?;
            write_conditions(w, " WHERE ", filter)
        }
    }
}

/// What stands for a conflict on another unique constraint than the target, where the database applies the clause to every
/// one: a subquery of two rows, which is an error as soon as it is evaluated. Its columns have the type of NULL, so that an
/// expression with it keeps its own.
pub const OTHER_KEY_CONFLICT: &str = "(SELECT NULL UNION ALL SELECT NULL)";

/// `ON DUPLICATE KEY UPDATE a = VALUES(a)`, which applies to every unique constraint. A condition makes `a = CASE WHEN …
/// THEN VALUES(a) ELSE a END` of each assignment; the first one has the condition that the target is equal.
fn write_on_duplicate_key<'a>(
    w: &mut SqlWriter<'a>,
    insert: &'a Insert,
    conflict: &'a Conflict,
) -> Result<()> {
    let ConflictTarget::Columns(target) = &conflict.target else {
        return Err(unnamed(w));
    };
    w.push(" ON DUPLICATE KEY UPDATE ");
    let table = &*insert.table;
    let guard: &[Name] = if conflict.other_keys { target } else { &[] };
    match &conflict.action {
        ConflictAction::Update { set, filter } => {
            let names: Vec<&str> = set.iter().map(|(name, _)| &**name).collect();
            let reads = |reader: usize, read: usize| {
                let mut read_by = filter.iter().chain([&set[reader].1]);
                read_by.any(|expr| reads(expr, table, names[read]))
            };
            let order = order_of(w, (table, &names), &reads, false)?;
            for (index, position) in order.into_iter().enumerate() {
                w.push(if index > 0 { ", " } else { "" });
                let guard = if index == 0 { guard } else { &[] };
                write_duplicate(w, (table, &set[position].0), guard, |w| {
                    write_chosen(w, (table, &set[position]), filter)
                })?;
            }
            Ok(())
        }
        ConflictAction::Nothing => {
            // IGNORE would let values pass that don't fit. A column that stays as it is changes nothing.
            let Some(column) = target.first().or(insert.columns.first()) else {
                return Err(w.unsupported("ON CONFLICT without a conflict target"));
            };
            write_duplicate(w, (table, column), guard, |w| {
                w.column(table, column);
                Ok(())
            })
        }
    }
}

/// `t.a = …`, which fails unless the columns of `guard` are those of the new row.
fn write_duplicate<'a>(
    w: &mut SqlWriter<'a>,
    (table, column): (&str, &str),
    guard: &[Name],
    value: impl FnOnce(&mut SqlWriter<'a>) -> Result<()>,
) -> Result<()> {
    w.column(table, column).push(" = ");
    if guard.is_empty() {
        return value(w);
    }
    w.push("CASE WHEN ");
    for (index, name) in guard.iter().enumerate() {
        w.push(if index > 0 { " AND " } else { "" });
        w.column(table, name).push(" = ");
        write_excluded(w, name);
    }
    w.push(" THEN ");
    value(w)?;
    w.push(" ELSE ").push(OTHER_KEY_CONFLICT).push(" END");
    Ok(())
}

/// The new value, or where the conditions don't hold the column itself.
fn write_chosen<'a>(
    w: &mut SqlWriter<'a>,
    (table, (name, value)): (&str, &'a (Name, Expr)),
    filter: &'a [Expr],
) -> Result<()> {
    if filter.is_empty() {
        return write_assigned(w, value);
    }
    write_conditions(w, "CASE WHEN ", filter)?;
    w.push(" THEN ");
    write_assigned(w, value)?;
    w.push(" ELSE ").column(table, name).push(" END");
    Ok(())
}

fn unnamed(w: &SqlWriter<'_>) -> crate::error::Error {
    w.unsupported("ON CONFLICT ON CONSTRAINT")
}

fn write_assignments<'a>(w: &mut SqlWriter<'a>, set: &'a [(Name, Expr)]) -> Result<()> {
    for (index, (name, value)) in set.iter().enumerate() {
        w.push(if index > 0 { ", " } else { "" });
        w.ident(name).push(" = ");
        write_assigned(w, value)?;
    }
    Ok(())
}

/// A value of the row that could not be inserted.
pub(super) fn write_excluded(w: &mut SqlWriter<'_>, name: &str) {
    match w.dialect().capabilities().upsert {
        UpsertStyle::OnConflict | UpsertStyle::OnConflictApart => w.push("excluded.").ident(name),
        UpsertStyle::OnDuplicateKey => w.push("VALUES(").ident(name).push(")"),
        // Refused before its assignments are written.
        UpsertStyle::Unsupported => w,
    };
}
