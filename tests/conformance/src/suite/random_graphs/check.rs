//! The database, the entities and their relations against the world, after each step.

use std::collections::{BTreeMap, BTreeSet};

use orm::prelude::*;
use orm::{EntityState, ErrorKind};

use super::kinds::{Columns, Kind, LINKS, RELATIONS, by_kind};
use super::related;
use super::run::{Outcome, Run, failed, must};
use super::world::{Entity, No, Row, World, many_to_many};

/// All rows by model and key, and the keys of link rows.
type Stored = (BTreeMap<(usize, i64), Columns>, [BTreeSet<(i64, i64)>; 2]);

pub(super) fn all(run: &mut Run<'_>, session: &mut Session) -> Outcome {
    let kinds = run.kinds;
    let found = session.no_autoflush(|session| read(kinds, session));
    compare_rows(run, found)?;
    for no in run.handles.keys().copied().collect::<Vec<_>>() {
        entity(run, session, no)?;
    }
    for handle in &run.left {
        let state = handle.state(session);
        if state.as_ref().err().map(orm::Error::kind) != Some(ErrorKind::StaleHandle) {
            return Err(failed(
                "a handle that has left",
                format!("{handle:?}: {state:?}"),
            ));
        }
    }
    for no in run.handles.keys().copied().collect::<Vec<_>>() {
        parents(run, session, no)?;
        lists(run, session, no)?;
    }
    Ok(())
}

/// Compares what is stored, after a commit or a rollback.
pub(super) fn stored(run: &mut Run<'_>) -> Outcome {
    let found = read(run.kinds, run.stored);
    compare_rows(run, found)
}

fn read<X: Executor>(kinds: usize, x: &mut X) -> orm::Result<Stored> {
    let (mut all, mut links) = Stored::default();
    for kind in 0..kinds {
        let rows: Vec<Columns> = by_kind!(kind, K => K::rows(x))?;
        all.extend(rows.into_iter().map(|row| ((kind, row.key), row)));
    }
    for (link, links) in links.iter_mut().enumerate() {
        links.extend(related::link_rows(x, link)?);
    }
    Ok((all, links))
}

fn compare_rows(run: &Run<'_>, found: orm::Result<Stored>) -> Outcome {
    let (rows, links) = must("reading rows", found)?;
    let world = &run.world;
    let expected: BTreeMap<(usize, i64), Columns> = world
        .rows
        .iter()
        .map(|(no, row)| ((world.kind(*no), row.key), columns(world, row)))
        .collect();
    if rows != expected {
        let differ = |(at, row): &(&(usize, i64), &Columns)| expected.get(at) != Some(row);
        let more: Vec<_> = rows.iter().filter(differ).collect();
        let differ = |(at, row): &(&(usize, i64), &Columns)| rows.get(at) != Some(row);
        let less: Vec<_> = expected.iter().filter(differ).collect();
        return Err(failed("rows", format!("found {more:?}, expected {less:?}")));
    }
    let key = |no: &No| world.rows.get(no).map_or(i64::MIN, |row| row.key);
    for (link, found) in links.iter().enumerate() {
        let pairs = world.links[link].iter();
        let expected = pairs.map(|(left, right)| (key(left), key(right)));
        let expected: BTreeSet<(i64, i64)> = expected.collect();
        if *found != expected {
            let text = format!("found {found:?} of {link}, expected {expected:?}");
            return Err(failed("link rows", text));
        }
    }
    Ok(())
}

fn columns(world: &World, row: &Row) -> Columns {
    let key = |parent: No| world.rows.get(&parent).map_or(i64::MIN, |row| row.key);
    Columns {
        key: row.key,
        n: row.n,
        code: row.code,
        version: row.version,
        parents: row.parents.map(|parent| parent.map(key)),
    }
}

fn entity(run: &mut Run<'_>, session: &Session, no: No) -> Outcome {
    let handle = run.handles[&no];
    let state = must("the state of an entity", handle.state(session))?;
    let Some(known) = run.world.entities.get(&no) else {
        return Ok(());
    };
    if state != known.state {
        if !(run.world.is_gone(no) && state == EntityState::Deleted) {
            let text = format!("{no} is {state:?}, expected {:?}", known.state);
            return Err(failed("the state of an entity", text));
        }
        // That its row is gone is found out by reading.
        if let Some(entity) = run.world.entities.get_mut(&no) {
            entity.state = EntityState::Deleted;
            entity.placed = [None; 2];
        }
        return Ok(());
    }
    if state == EntityState::Deleted {
        return Ok(());
    }
    let found = must("an entity", handle.columns(session))?;
    let expected = remembered(&run.world, no, known, &found);
    if found == expected {
        return Ok(());
    }
    let row = run.world.rows.get(&no).copied();
    let is_clean = known.state == EntityState::Persistent && !known.is_changed();
    if let Some(row) = row.filter(|row| is_clean && columns(&run.world, row) == found) {
        // A read has brought it up to date.
        if let Some(entity) = run.world.entities.get_mut(&no) {
            (entity.value, entity.old, entity.placed) = (row, row, row.parents);
        }
        return Ok(());
    }
    let text = format!("{no} has {found:?}, expected {expected:?}, the row is {row:?}");
    Err(failed("the values of an entity", text))
}

/// What an entity must have. Foreign keys that are not known are as they were found.
fn remembered(world: &World, no: No, known: &Entity, found: &Columns) -> Columns {
    let mut expected = columns(world, &known.value);
    let row = world.rows.get(&no);
    for slot in 0..2 {
        let parent = if known.by_key[slot] {
            known.value
        } else {
            known.old
        }
        .parents[slot];
        let is_known = row.is_some_and(|row| row.parents[slot] == known.old.parents[slot]);
        expected.parents[slot] = match parent {
            _ if !known.has_row() || !is_known => found.parents[slot],
            Some(parent) => Some(world.rows.get(&parent).map_or(i64::MIN, |row| row.key)),
            None => None,
        };
    }
    if !known.has_row() {
        expected.version = found.version;
    }
    expected
}

/// Compares the relations of an entity to others, if they are loaded.
fn parents(run: &mut Run<'_>, session: &Session, no: No) -> Outcome {
    let Some(known) = run.world.entities.get(&no).cloned() else {
        return Ok(());
    };
    if !known.stays() || run.world.is_gone(no) {
        return Ok(());
    }
    for (slot, relation) in World::relations_of(run.world.kind(no)) {
        let row = run.world.rows.get(&no);
        let is_known = row.is_none_or(|row| row.parents[slot] == known.old.parents[slot]);
        if known.by_key[slot] || !is_known {
            continue;
        }
        let Some(found) = related::parent(session, relation, run.handles[&no]) else {
            continue;
        };
        let found = found
            .map(|found| run.identify(session, found))
            .transpose()?;
        let expected = known.value.parents[slot];
        if found != expected {
            let text = format!("{no} references {found:?} by {relation}, expected {expected:?}");
            return Err(failed("a relation", text));
        }
    }
    Ok(())
}

/// Compares the lists of an entity, if they are loaded.
fn lists(run: &mut Run<'_>, session: &Session, owner: No) -> Outcome {
    use EntityState::{Deleted, Transient};
    let state = run.world.state(owner);
    if state.is_none_or(|state| matches!(state, Deleted | Transient)) || run.world.is_gone(owner) {
        return Ok(());
    }
    let (kind, handle) = (run.world.kind(owner), run.handles[&owner]);
    let kinds = run.kinds;
    for relation in World::relations_to(kind).filter(|it| RELATIONS[*it].child < kinds) {
        if let Some(list) = related::children(session, relation, handle) {
            let found = run.identify_all(session, list)?;
            let (child, slot) = (RELATIONS[relation].child, RELATIONS[relation].slot);
            let members = |world: &World, no: No| {
                world.is(no, child) && world.entities[&no].placed[slot] == Some(owner)
            };
            compare_list(run, (relation, owner), &found, members)?;
        }
    }
    for (link, sides) in LINKS.iter().enumerate() {
        for (side, is_right) in [false, true].into_iter().enumerate() {
            if sides[side] != kind {
                continue;
            }
            if let Some(list) = related::linked(session, link, handle, is_right) {
                let found = run.identify_all(session, list)?;
                let pairs = run.world.linked(link);
                let members = |_: &World, no: No| {
                    pairs.contains(&if is_right { (no, owner) } else { (owner, no) })
                };
                compare_list(run, (many_to_many(link, is_right), owner), &found, members)?;
            }
        }
    }
    Ok(())
}

fn compare_list(
    run: &Run<'_>,
    place: (usize, No),
    found: &[No],
    is_member: impl Fn(&World, No) -> bool,
) -> Outcome {
    use EntityState::{Deleted, Transient};
    let world = &run.world;
    if world.doubtful.contains_key(&place) {
        return Ok(());
    }
    let members = world.entities.iter().filter(|(no, entity)| {
        !matches!(entity.state, Deleted | Transient) && is_member(world, **no)
    });
    let expected: BTreeSet<No> = members.map(|(no, _)| *no).collect();
    // What another row has taken along, or another writer has deleted, leaves a list when that is found out.
    let is_certain = |no: &&No| !world.is_gone(**no);
    let set: BTreeSet<No> = found.iter().copied().collect();
    let difference: Vec<No> = set.symmetric_difference(&expected).copied().collect();
    if set.len() != found.len() || difference.iter().any(|no| is_certain(&no)) {
        let text = format!("{place:?} has {found:?}, expected {expected:?}");
        return Err(failed("a list", text));
    }
    Ok(())
}
