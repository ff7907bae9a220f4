//! Looks closer at a batch that failed: names the rows that keep others from being deleted, after a foreign key has refused
//! a DELETE or the COMMIT. Rows that did not match are looked for in `stale.rs`.
//!
//! Asked on the same connection after what failed has been undone, so that a delete that succeeds costs nothing.

use std::collections::HashSet;

use orm_core::error::{Error, Result};
use orm_core::schema::Action;
use orm_core::value::Value;

use super::batch::Plan;
use super::reworded::reworded;
use super::stale::find_stale;
use crate::engine::Connection;
use crate::mapping::{key_text, linked_models};
use crate::query::{ForeignKey, count_referring, first_referring};
use crate::state::{AnyArena, State};

/// How many rows are named.
const NAMED: usize = 10;

/// The entities of a model whose rows go with what they reference.
type Going = fn(&dyn AnyArena) -> Vec<u32>;

/// The rows that reference one that was to be deleted.
struct Blockers {
    /// The first ones: model and key.
    named: Vec<String>,
    count: u64,
    /// The foreign key of the first one.
    key: ForeignKey,
}

/// Looks at the rows of a batch that failed, after its rollback, and returns the error with what it was about.
#[cold]
pub(crate) fn look_closer(
    connection: &mut Connection,
    state: &State,
    suspect: (&Plan, usize),
    error: Error,
) -> Error {
    if error.is_foreign_key_violation() {
        blocked_delete(connection, state, suspect, error)
    } else {
        find_stale(connection, state, suspect, error)
    }
}

/// The error of a DELETE that a foreign key has refused, with the rows that reference one of the batch.
#[cold]
fn blocked_delete(
    connection: &mut Connection,
    state: &State,
    (plan, batch): (&Plan, usize),
    error: Error,
) -> Error {
    let batch = &plan.batches()[batch];
    let Some(arena) = state.by_model(batch.model) else {
        return error;
    };
    let going: Going = AnyArena::deleting;
    match find(connection, (state, going), (arena, &batch.slots)) {
        Some((slot, blockers)) => refusal(arena, slot, &blockers, error),
        // The database's own error has to do.
        None => error,
    }
}

/// The error of a COMMIT that a foreign key has refused, with the rows that reference one that the transaction had
/// deleted.
#[cold]
pub(crate) fn blocked_commit(connection: &mut Connection, state: &State, error: Error) -> Error {
    if !error.is_foreign_key_violation() {
        return error;
    }
    for arena in state.arenas() {
        let deleted = arena.deleted();
        let going: Going = AnyArena::deleted;
        if let Some((slot, blockers)) = find(connection, (state, going), (arena, &deleted)) {
            return refusal(arena, slot, &blockers, error);
        }
    }
    error
}

/// The first of these rows that others reference, and those.
fn find(
    connection: &mut Connection,
    state: (&State, Going),
    (arena, slots): (&dyn AnyArena, &[u32]),
) -> Option<(u32, Blockers)> {
    if slots.is_empty() {
        return None;
    }
    let keys = foreign_keys(arena.def().table);
    for key in &keys {
        let columns = key.1.target_columns;
        let values: Vec<Vec<Value>> = slots
            .iter()
            .map(|slot| arena.old_values(*slot, columns))
            .collect();
        let gone = going(state, *key, &values);
        let most = u8::try_from(1 + gone.len()).unwrap_or(u8::MAX);
        let rows = ask(connection, |connection| {
            first_referring(connection, *key, &values, most)
        });
        let mut rows = rows
            .into_iter()
            .flatten()
            .filter(|[own, _]| !gone.contains(&text(own)));
        if let Some([_, foreign]) = rows.next() {
            let owner = values
                .iter()
                .position(|value| text(value) == text(&foreign));
            let slot = slots[owner.unwrap_or_default()];
            return Some((slot, blockers(connection, state, (arena, slot), &keys)));
        }
    }
    None
}

/// All rows that reference one.
fn blockers(
    connection: &mut Connection,
    state: (&State, Going),
    (arena, slot): (&dyn AnyArena, u32),
    keys: &[ForeignKey],
) -> Blockers {
    let mut found = Blockers {
        named: Vec::new(),
        count: 0,
        key: keys[0],
    };
    for key in keys {
        let values = [arena.old_values(slot, key.1.target_columns)];
        let gone = going(state, *key, &values);
        let count = ask(connection, |connection| {
            count_referring(connection, *key, &values)
        });
        let count = count.unwrap_or_default().saturating_sub(gone.len() as u64);
        if count == 0 {
            continue;
        }
        if found.count == 0 {
            found.key = *key;
        }
        found.count += count;
        let most = u8::try_from(NAMED + gone.len()).unwrap_or(u8::MAX);
        let rows = ask(connection, |connection| {
            first_referring(connection, *key, &values, most)
        });
        let names = rows.iter().flatten().map(|[own, _]| text(own));
        let names = names.filter(|own| !gone.contains(own));
        let room = NAMED - found.named.len();
        let names = names.map(|own| format!("{} {own}", key.0.name));
        found.named.extend(names.take(room));
    }
    found
}

/// What a query returns; nothing if it fails, as where this database lacks the table of a model. In an open transaction,
/// a savepoint keeps that from ending it.
fn ask<T>(
    connection: &mut Connection,
    run: impl FnOnce(&mut Connection) -> Result<T>,
) -> Option<T> {
    if !connection.in_transaction() {
        return run(connection).ok();
    }
    let savepoint = connection.set_savepoint().ok()?;
    let Ok(found) = run(connection) else {
        let _ = connection.rollback_to(savepoint);
        return None;
    };
    connection.release(savepoint).ok()?;
    Some(found)
}

/// The foreign keys that keep rows of a table from being deleted.
fn foreign_keys(table: &str) -> Vec<ForeignKey> {
    let mut keys: Vec<ForeignKey> = Vec::new();
    for def in linked_models() {
        for reference in def.references {
            let blocks = matches!(reference.on_delete, Action::NoAction | Action::Restrict);
            let is_known = |(other, key): &ForeignKey| {
                other.table == def.table && key.columns == reference.columns
            };
            if blocks && (reference.target)().table == table && !keys.iter().any(is_known) {
                keys.push((def, reference));
            }
        }
    }
    keys
}

/// The keys of rows with these foreign keys that are deleted along with what they reference.
fn going(
    (state, going): (&State, Going),
    (def, reference): ForeignKey,
    keys: &[Vec<Value>],
) -> HashSet<String> {
    let Some(arena) = state.by_model(State::number(def)) else {
        return HashSet::new();
    };
    let keys: HashSet<String> = keys.iter().map(|key| text(key)).collect();
    let going = going(arena).into_iter().filter(|slot| {
        let foreign = arena.old_values(*slot, reference.columns);
        keys.contains(&text(&foreign))
    });
    going
        .map(|slot| text(&arena.old_values(slot, def.primary_key)))
        .collect()
}

/// A key, as messages show it.
fn text(key: &[Value]) -> String {
    key_text(key.iter().map(Value::as_ref))
}

fn refusal(arena: &dyn AnyArena, slot: u32, blockers: &Blockers, error: Error) -> Error {
    let (def, Blockers { named, count, key }) = (arena.def(), blockers);
    let (child, reference) = *key;
    let fields = reference.columns.iter().map(|column| child.fields[*column]);
    let fields = fields.collect::<Vec<&str>>().join(", ");
    let columns = reference.columns.iter().map(|column| child.names[*column]);
    let own = text(&arena.old_values(slot, def.primary_key));
    let (rows, them) = if *count == 1 {
        ("1 row references".to_owned(), "it")
    } else {
        (format!("{count} rows reference"), "them")
    };
    let mut names = named.join(", ");
    let more = count.saturating_sub(named.len() as u64);
    if more > 0 {
        names = format!("{names} and {more} more");
    }
    let message = format!(
        "the {} with the primary key {own} can't be deleted: {rows} it: {names}",
        def.name
    );
    let hint = format!(
        "delete or reassign {them} first; or declare `cascade = delete` on the HasMany<{child}> of {}, or `on_delete = cascade` or `set_null` on the foreign key `{child}.{fields}`",
        def.name,
        child = child.name
    );
    reworded(error, message)
        .with_table(child.table)
        .with_columns(columns)
        .with_hint(hint)
}
