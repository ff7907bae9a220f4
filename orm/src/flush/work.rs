//! [`Table`]: what a flush has to do in one table, gathered once for everything that plans it.

use orm_core::value::ValueRef;

use super::order::key_order;
use crate::mapping::ColumnSet;
use crate::state::{AnyArena, State};

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

/// A row to update.
pub(super) struct Changed {
    pub(super) slot: u32,
    pub(super) columns: ColumnSet,
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
        let changed = by_key(arena, arena.touched()).into_iter();
        let changed = changed.map(|slot| Changed {
            slot,
            columns: arena.changes(slot),
        });
        Self {
            arena,
            added: arena.added(),
            changed: changed
                .filter(|changed| !changed.columns.is_empty())
                .collect(),
            deleting: by_key(arena, arena.deleting()),
        }
    }

    fn is_empty(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.deleting.is_empty()
    }
}

/// Once each, by key.
fn by_key(arena: &dyn AnyArena, mut slots: Vec<u32>) -> Vec<u32> {
    if let Some(mut keyed) = integer_keys(arena, &slots) {
        keyed.sort_unstable();
        keyed.dedup();
        return keyed.into_iter().map(|(_, slot)| slot).collect();
    }
    slots.sort_by(|a, b| key_order(arena, *a, *b));
    slots.dedup();
    slots
}

/// The slots beside their keys, if those are single integers: most are, and they sort by themselves.
fn integer_keys(arena: &dyn AnyArena, slots: &[u32]) -> Option<Vec<(i64, u32)>> {
    let [position] = arena.def().primary_key else {
        return None;
    };
    let key = |slot: &u32| match arena.old_value(*slot, *position) {
        ValueRef::Int(key) => Some((key, *slot)),
        _ => None,
    };
    slots.iter().map(key).collect()
}

/// Values as something to look up by; `None` if one is NULL, which is equal to nothing.
pub(super) fn tuple<'a>(values: impl Iterator<Item = ValueRef<'a>>) -> Option<String> {
    let values: Vec<ValueRef<'a>> = values.collect();
    (!values.iter().any(|value| value.is_null())).then(|| ValueRef::Array(&values).to_json())
}
