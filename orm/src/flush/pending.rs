//! [`Pending`]: what a flush has to do in one table, gathered once for everything that plans it.

use std::cmp::Ordering;

use orm_core::value::ValueRef;

use super::row::{Kind, Row};
use crate::state::{AnyArena, Changed, KeyTuple, State};

/// What there is to do in one table.
pub(super) struct Pending<'s> {
    pub(super) arena: &'s dyn AnyArena,
    /// Rows to insert, in the order in which they were added.
    pub(super) added: Vec<u32>,
    /// Rows to update, by key.
    pub(super) changed: Vec<Changed>,
    /// Rows to delete, by key.
    pub(super) deleting: Vec<u32>,
}

/// The work in each table that has any, by name.
pub(super) fn gather(state: &State) -> Vec<Pending<'_>> {
    let working = state.arenas().filter(|arena| arena.has_work());
    let tables = working.map(Pending::new);
    let mut tables: Vec<_> = tables.filter(|table| table.rows() > 0).collect();
    tables.sort_by_key(|table| table.arena.def().table);
    tables
}

impl<'s> Pending<'s> {
    fn new(arena: &'s dyn AnyArena) -> Self {
        Self {
            arena,
            added: arena.added(),
            changed: changed(arena),
            deleting: by_key(arena, arena.deleting()),
        }
    }

    /// How many rows there are of all kinds.
    pub(super) fn rows(&self) -> usize {
        self.added.len() + self.changed.len() + self.deleting.len()
    }

    /// How many rows there are of a kind.
    pub(super) fn len(&self, kind: Kind) -> usize {
        match kind {
            Kind::Update => self.changed.len(),
            Kind::Insert => self.added.len(),
            Kind::Delete => self.deleting.len(),
            Kind::Junction => 0,
        }
    }

    /// The slot of a row of this table.
    pub(super) fn slot(&self, row: Row) -> u32 {
        match row.kind {
            Kind::Update => self.changed[row.place].slot,
            Kind::Insert => self.added[row.place],
            Kind::Delete | Kind::Junction => self.deleting[row.place],
        }
    }

    /// The values that a row will have in these columns; `None` if one is NULL.
    pub(super) fn new_key(&self, row: Row, columns: &[usize]) -> Option<KeyTuple<ValueRef<'s>>> {
        let (arena, slot) = (self.arena, self.slot(row));
        KeyTuple::new(columns.iter().map(|column| arena.value(slot, *column)))
    }

    /// The values that the database has in these columns of a row; `None` if one is NULL.
    pub(super) fn old_key(&self, row: Row, columns: &[usize]) -> Option<KeyTuple<ValueRef<'s>>> {
        old_key(self.arena, self.slot(row), columns)
    }
}

/// The values that the database has in these columns of a row; `None` if one is NULL.
pub(super) fn old_key<'s>(
    arena: &'s dyn AnyArena,
    slot: u32,
    columns: &[usize],
) -> Option<KeyTuple<ValueRef<'s>>> {
    KeyTuple::new(columns.iter().map(|column| arena.old_value(slot, *column)))
}

/// The changed rows, once each, by key. Most keys are single integers, which sort by themselves.
fn changed(arena: &dyn AnyArena) -> Vec<Changed> {
    let mut rows = arena.changed();
    if rows.iter().all(|row| row.key.is_some()) {
        rows.sort_unstable_by_key(|row| (row.key, row.slot));
    } else {
        rows.sort_by(|a, b| key_order(arena, a.slot, b.slot));
    }
    rows.dedup_by_key(|row| row.slot);
    rows
}

/// Once each, by key.
fn by_key(arena: &dyn AnyArena, mut slots: Vec<u32>) -> Vec<u32> {
    slots.sort_by(|a, b| key_order(arena, *a, *b));
    slots.dedup();
    slots
}

/// The order of two rows by their keys as the database has them: also the order of locks.
fn key_order(arena: &dyn AnyArena, a: u32, b: u32) -> Ordering {
    let key = arena.def().primary_key;
    key.iter()
        .map(|position| compare(arena.old_value(a, *position), arena.old_value(b, *position)))
        .find(|ordering| ordering.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// A total order of values of one column.
fn compare(a: ValueRef<'_>, b: ValueRef<'_>) -> Ordering {
    match (a, b) {
        (ValueRef::Int(a), ValueRef::Int(b))
        | (ValueRef::Time(a), ValueRef::Time(b))
        | (ValueRef::DateTime(a), ValueRef::DateTime(b))
        | (ValueRef::Timestamp(a), ValueRef::Timestamp(b)) => a.cmp(&b),
        (ValueRef::Text(a), ValueRef::Text(b)) => a.cmp(b),
        (ValueRef::Bytes(a), ValueRef::Bytes(b)) => a.cmp(b),
        (ValueRef::Bool(a), ValueRef::Bool(b)) => a.cmp(&b),
        (ValueRef::Date(a), ValueRef::Date(b)) => a.cmp(&b),
        (ValueRef::Uuid(a), ValueRef::Uuid(b)) => a.cmp(&b),
        (ValueRef::Float(a), ValueRef::Float(b)) => a.total_cmp(&b),
        (a, b) => a.is_null().cmp(&b.is_null()).reverse(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_sorts_first() {
        assert_eq!(
            compare(ValueRef::Null, ValueRef::Int(i64::MIN)),
            Ordering::Less
        );
        assert_eq!(
            compare(ValueRef::Text("b"), ValueRef::Text("a")),
            Ordering::Greater
        );
    }
}
