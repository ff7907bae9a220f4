//! Rows by their foreign keys, as far as a message needs them: how many there are, and the keys of the first; and the last
//! position of those of each key.
//!
//! Used by the flush, after a delete that these rows have stopped, and before rows are added to lists that are not loaded.

use orm_core::error::Result;
use orm_core::sql::SqlWriter;
use orm_core::stmt::Limit;
use orm_core::value::{Value, ValueRef};

use crate::engine::Connection;
use crate::mapping::{ModelDef, ReferenceDef};

/// How many keys a statement has at most.
const KEYS: usize = 64;

/// The foreign key of a model that the rows have.
pub(crate) type ForeignKey = (&'static ModelDef, &'static ReferenceDef);

/// Returns how many rows have one of these foreign keys.
///
/// # Errors
/// The database's refusal.
pub(crate) fn count_referring(
    connection: &mut Connection,
    key: ForeignKey,
    keys: &[Vec<Value>],
) -> Result<u64> {
    let mut count = 0;
    for keys in keys.chunks(KEYS) {
        let (sql, binds) = select(connection, key, keys, None);
        connection.read(&sql, &binds, &mut |row| {
            if let ValueRef::Int(rows) = row.get(0)? {
                count += u64::try_from(rows).unwrap_or_default();
            }
            Ok(())
        })?;
    }
    Ok(count)
}

/// Returns the primary key and the foreign key of the first `most` rows that have one of these foreign keys.
///
/// # Errors
/// As [`count_referring`].
pub(crate) fn first_referring(
    connection: &mut Connection,
    key: ForeignKey,
    keys: &[Vec<Value>],
    most: u8,
) -> Result<Vec<[Vec<Value>; 2]>> {
    let width = key.0.primary_key.len();
    let mut found = Vec::new();
    for keys in keys.chunks(KEYS) {
        let (sql, binds) = select(connection, key, keys, Some(most));
        connection.read(&sql, &binds, &mut |row| {
            let all = (0..row.len()).map(|index| Ok(row.get(index)?.to_value()));
            let mut all = all.collect::<Result<Vec<Value>>>()?;
            let foreign = all.split_off(width);
            found.push([all, foreign]);
            Ok(())
        })?;
        if found.len() >= usize::from(most) {
            break;
        }
    }
    found.truncate(most.into());
    Ok(found)
}

/// Returns the greatest value of an integer column among the rows with each foreign key; `None` if there are none.
///
/// # Errors
/// As [`count_referring`].
pub(crate) fn last_positions(
    connection: &mut Connection,
    (def, reference): ForeignKey,
    column: usize,
    keys: &[Vec<Value>],
) -> Result<Vec<Option<i64>>> {
    let mut last = vec![None; keys.len()];
    for (keys, last) in keys.chunks(KEYS).zip(last.chunks_mut(KEYS)) {
        // Powers of two, so that there are few texts: the last key repeats.
        let padding = keys.len().next_power_of_two() - keys.len();
        let all: Vec<&Vec<Value>> = keys
            .iter()
            .chain(std::iter::repeat_n(&keys[keys.len() - 1], padding))
            .collect();
        let mut w = SqlWriter::new(connection.dialect());
        for number in 0..all.len() {
            w.push(if number == 0 {
                "SELECT "
            } else {
                " UNION ALL SELECT "
            });
            // In which order the rows come is up to the database.
            w.display(number).push(", MAX(").ident(def.names[column]);
            w.push(") FROM ").ident(def.table).push(" WHERE ");
            for (index, column) in reference.columns.iter().enumerate() {
                w.push(if index == 0 { "" } else { " AND " });
                w.ident(def.names[*column]).push(" = ").placeholder();
            }
        }
        let (sql, _) = w.finish();
        let binds: Vec<ValueRef<'_>> = all.iter().copied().flatten().map(Value::as_ref).collect();
        connection.read(&sql, &binds, &mut |row| {
            if let (ValueRef::Int(number), ValueRef::Int(position)) = (row.get(0)?, row.get(1)?) {
                let place = usize::try_from(number).ok();
                if let Some(last) = place.and_then(|place| last.get_mut(place)) {
                    *last = Some(position);
                }
            }
            Ok(())
        })?;
    }
    Ok(last)
}

/// The SELECT of the first rows by primary key, or of their number.
fn select<'k>(
    connection: &Connection,
    (def, reference): ForeignKey,
    keys: &'k [Vec<Value>],
    first: Option<u8>,
) -> (String, Vec<ValueRef<'k>>) {
    let dialect = connection.dialect();
    let mut w = SqlWriter::new(dialect);
    let name = |position: &usize| def.names[*position];
    let own: Vec<&str> = def.primary_key.iter().map(name).collect();
    let foreign: Vec<&str> = reference.columns.iter().map(name).collect();
    w.push("SELECT ");
    if first.is_some() {
        w.idents(&own).push(", ").idents(&foreign);
    } else {
        w.push("COUNT(*)");
    }
    w.push(" FROM ").ident(def.table).push(" WHERE ");
    for (number, _) in keys.iter().enumerate() {
        w.push(if number == 0 { "" } else { " OR " });
        for (index, column) in foreign.iter().enumerate() {
            w.push(if index == 0 { "" } else { " AND " });
            w.ident(column).push(" = ").placeholder();
        }
    }
    if let Some(first) = first {
        w.push(" ORDER BY ").idents(&own);
        dialect.write_limit(&mut w, Some(Limit::Fixed(first)), None);
    }
    let binds = keys.iter().flatten().map(Value::as_ref).collect();
    (w.finish().0, binds)
}
