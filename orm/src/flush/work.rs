//! [`Table`]: what a flush has to do in one table, gathered once for everything that plans it.

use orm_core::value::ValueRef;

use super::order::key_order;
use crate::state::{AnyArena, Changed, State};

/// What there is to do in one table.
pub(super) struct Table<'s> {
    pub(super) arena: &'s dyn AnyArena,
    /// Rows to insert, in the order in which they were added.
    pub(super) added: Vec<u32>,
    /// Rows to update, by key.
    pub(super) changed: Vec<Changed>,
    /// Rows to delete, by key.
    pub(super) deleting: Vec<u32>,
}

/// The work in each table that has any.
pub(super) fn gather(state: &State) -> Vec<Table<'_>> {
    let working = state.arenas().filter(|arena| arena.has_work());
    working
        .map(Table::new)
        .filter(|table| !table.is_empty())
        .collect()
}

impl<'s> Table<'s> {
    fn new(arena: &'s dyn AnyArena) -> Self {
        Self {
            arena,
            added: arena.added(),
            changed: changed(arena),
            deleting: by_key(arena, arena.deleting()),
        }
    }

    fn is_empty(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.deleting.is_empty()
    }
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

/// Values as something to look up by; `None` if one is NULL, which is equal to nothing.
pub(super) fn tuple<'a>(values: impl Iterator<Item = ValueRef<'a>>) -> Option<String> {
    let values: Vec<ValueRef<'a>> = values.collect();
    (!values.iter().any(|value| value.is_null())).then(|| ValueRef::Array(&values).to_json())
}
