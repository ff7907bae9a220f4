//! [`PendingRow`]: the pending changes of one entity, and the entities of an arena that have any.
//!
//! Visits touched, added and deleted entities only. `flush` plans the statements.

use std::cmp::Ordering;
use std::collections::HashSet;

use orm_core::stmt::Few;
use orm_core::value::ValueRef;

use super::arena::Arena;
use super::entity_state::EntityState;
use super::handle::{Link, Ref};
use super::key_order::key_order;
use crate::mapping::{ColumnSet, Model};

/// An entity to write.
#[derive(Debug)]
pub(crate) struct PendingRow {
    pub(crate) slot: u32,
    /// The columns that an UPDATE sets, or that an INSERT leaves to the database.
    pub(crate) columns: ColumnSet,
    /// Its key in the database, if that is a single integer.
    pub(crate) key: Option<i64>,
    /// Whether columns of an UPDATE are set to expressions.
    pub(crate) has_sql: bool,
    /// Whether the database's values of columns of an UPDATE are not known.
    pub(crate) has_unread: bool,
}

impl PendingRow {
    /// Whether its statement depends on more than its columns.
    pub(crate) fn is_own(&self) -> bool {
        self.has_sql || self.has_unread
    }

    /// Whether it is about one of these columns.
    pub(crate) fn touches(&self, columns: &[usize]) -> bool {
        columns.iter().any(|column| self.columns.contains(*column))
    }
}

/// The entities of an arena to write, those of a kind behind each other.
#[derive(Debug, Default)]
pub(crate) struct PendingRows {
    rows: Few<PendingRow>,
    /// Where those to insert begin, and those to delete.
    begins: [usize; 2],
}

impl PendingRows {
    /// Those that have changed, by key.
    #[inline]
    pub(crate) fn changed(&self) -> &[PendingRow] {
        &self.rows[..self.begins[0]]
    }

    /// Those to insert, in the order in which they were added.
    #[inline]
    pub(crate) fn added(&self) -> &[PendingRow] {
        &self.rows[self.begins[0]..self.begins[1]]
    }

    /// Those to delete, by key.
    #[inline]
    pub(crate) fn deleting(&self) -> &[PendingRow] {
        &self.rows[self.begins[1]..]
    }

    /// How many there are of all kinds.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }
}

impl<M: Model> Arena<M> {
    /// Adds the entities to write to `to`, which is empty. It is large: one that is returned would be copied.
    pub(crate) fn pending_rows(&self, to: &mut PendingRows) {
        let PendingRows { rows, begins } = to;
        let value = |slot, position| self.stored_value(slot, position);
        let order = |a, b| key_order(M::def().primary_key, value, (a, b));
        let most = self.added.len() + self.touched.len() + self.deleting.len();
        if most > 1 {
            rows.reserve_exact(most);
        }
        for index in &self.touched {
            if let Some(row) = self.changed(*index) {
                rows.push(row);
            }
        }
        if !self.sql_values.is_empty() {
            rows.extend(
                self.sql_values
                    .keys()
                    .filter_map(|index| self.changed(*index)),
            );
        }
        if !self.switched.is_empty() {
            rows.extend(self.switched_rows());
        }
        sort_by_key(&order, rows, 0);
        *begins = [rows.len(); 2];
        if !self.added.is_empty() {
            let slots = self.added.iter().flatten();
            let slots = slots.filter(|index| !self.switched.contains_key(index));
            rows.extend(slots.map(|index| PendingRow {
                slot: *index,
                columns: self.omitted(*index),
                key: None,
                has_sql: false,
                has_unread: false,
            }));
            begins[1] = rows.len();
        }
        if !self.deleting.is_empty() {
            // Their rows go over to new entities.
            let old: HashSet<u32> = self.switched.values().map(|switch| switch.old).collect();
            let slots = self.deleting.iter();
            let slots = slots.filter(|index| self.is_deleting(**index) && !old.contains(index));
            rows.extend(slots.map(|index| PendingRow {
                slot: *index,
                columns: ColumnSet::new(),
                key: self.slots[*index as usize].stored().and_then(integer_key),
                has_sql: false,
                has_unread: false,
            }));
            sort_by_key(&order, rows, begins[1]);
        }
    }

    /// The value that the database has.
    #[inline]
    pub(super) fn stored_value(&self, slot: u32, position: usize) -> ValueRef<'_> {
        let stored = self.slots[slot as usize].stored();
        stored.map_or(ValueRef::Null, |stored| stored.value(position))
    }

    /// What there is to change of an entity.
    #[inline]
    fn changed(&self, index: u32) -> Option<PendingRow> {
        let slot = &self.slots[index as usize];
        if slot.state != EntityState::Persistent {
            return None;
        }
        let mut columns = slot.changes();
        let sql = self.sql_columns(index);
        columns.unite(&sql);
        let has_unread = slot.has_unread(&columns);
        (!columns.is_empty()).then(|| PendingRow {
            slot: index,
            columns,
            key: slot.stored().and_then(integer_key),
            has_sql: !sql.is_empty(),
            has_unread,
        })
    }

    /// The foreign keys of an entity that the flush takes from other entities.
    #[inline]
    pub(super) fn links_of(&self, slot: u32) -> &[Link] {
        if self.links.is_empty() {
            return &[];
        }
        self.links.get(&slot).map_or(&[], |links| links)
    }

    /// The columns of an entity that a flush would write.
    pub(crate) fn written(&self, handle: Ref<M>) -> ColumnSet {
        match self.slot(handle) {
            Some(slot) if slot.state == EntityState::Pending => {
                let omitted = self.omitted(handle.slot);
                let all = 0..M::def().columns.len();
                all.filter(|position| !omitted.contains(*position))
                    .collect()
            }
            Some(slot) if slot.state == EntityState::Persistent => {
                let mut columns = slot.changes();
                columns.unite(&self.sql_columns(handle.slot));
                columns
            }
            _ => ColumnSet::new(),
        }
    }

    /// The columns of an entity to insert that the database is to fill in.
    pub(super) fn omitted(&self, slot: u32) -> ColumnSet {
        let mut omitted = ColumnSet::new();
        let Some(value) = &self.slots[slot as usize].value else {
            return omitted;
        };
        for (position, placeholder) in self.unset.get(&slot).into_iter().flatten() {
            // Other columns wait for a relation.
            let is_default = M::def().columns[*position].server_default.is_some();
            if is_default && value.value(*position).is_same(placeholder.as_ref()) {
                omitted.insert(*position);
            }
        }
        if let Some(key) = M::def().generated
            && value.value(key) == ValueRef::Int(0)
        {
            omitted.insert(key);
        }
        for link in self.links_of(slot) {
            omitted.remove_all(link.reference.columns);
        }
        for position in M::def().computed {
            omitted.insert(*position);
        }
        omitted
    }

    /// Whether an entity is marked for deletion.
    pub(super) fn is_deleting(&self, slot: u32) -> bool {
        self.slots[slot as usize].state == EntityState::Deleting
    }
}

/// The primary key of an entity, if it is a single integer.
pub(super) fn integer_key<M: Model>(entity: &M) -> Option<i64> {
    let [position] = M::def().primary_key else {
        return None;
    };
    match entity.value(*position) {
        ValueRef::Int(key) => Some(key),
        _ => None,
    }
}

/// The order of two slots by the keys of their rows.
type Order<'a> = dyn Fn(u32, u32) -> Ordering + 'a;

/// Puts the rows from `first` on in the order of their keys, once each: an entity may be named twice. Most keys are
/// single integers, which sort by themselves.
#[inline]
fn sort_by_key(order: &Order<'_>, rows: &mut Few<PendingRow>, first: usize) {
    if rows.len() > first + 1 {
        sort(order, rows, first);
    }
}

fn sort(order: &Order<'_>, rows: &mut Few<PendingRow>, first: usize) {
    let sorted = &mut rows[first..];
    if sorted.iter().all(|row| row.key.is_some()) {
        sorted.sort_unstable_by_key(|row| (row.key, row.slot));
    } else {
        sorted.sort_by(|a, b| order(a.slot, b.slot));
    }
    if rows[first..]
        .windows(2)
        .any(|pair| pair[0].slot == pair[1].slot)
    {
        drop_repeated(rows, first);
    }
}

#[cold]
fn drop_repeated(rows: &mut Few<PendingRow>, first: usize) {
    let mut last = first;
    for row in first + 1..rows.len() {
        if rows[row].slot != rows[last].slot {
            last += 1;
            rows.swap(last, row);
        }
    }
    rows.truncate(last + 1);
}
