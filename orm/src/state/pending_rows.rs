//! [`PendingRow`]: the pending changes of one entity, and the entities of an arena that have any.
//!
//! Visits touched, added and deleted entities only. `flush` plans the statements.

use std::collections::HashSet;

use orm_core::stmt::Few;
use orm_core::value::ValueRef;

use super::arena::Arena;
use super::entity_state::EntityState;
use super::handle::{Link, Ref};
use crate::mapping::{ColumnSet, Model};

/// An entity to write.
#[derive(Debug)]
pub(crate) struct PendingRow {
    pub(crate) slot: u32,
    /// The columns that an UPDATE sets, or that an INSERT leaves to the database.
    pub(crate) columns: ColumnSet,
    /// Its key in the database, if that is a single integer.
    pub(crate) key: Option<i64>,
}

impl PendingRow {
    /// Whether it is about one of these columns.
    pub(crate) fn touches(&self, columns: &[usize]) -> bool {
        columns.iter().any(|column| self.columns.contains(*column))
    }
}

/// The entities of an arena to write.
#[derive(Debug, Default)]
pub(crate) struct PendingRows {
    /// Those to insert, in the order in which they were added.
    pub(crate) added: Few<PendingRow>,
    /// Those that have changed. One may be named twice.
    pub(crate) changed: Few<PendingRow>,
    /// Those to delete. One may be named twice.
    pub(crate) deleting: Few<PendingRow>,
}

impl<M: Model> Arena<M> {
    /// The entities to write.
    #[inline]
    pub(super) fn pending_rows(&self) -> PendingRows {
        if !self.switched.is_empty() {
            return self.pending_rows_beside_switches();
        }
        self.all_pending_rows()
    }

    /// The entities to write, of which some take the rows of others.
    #[cold]
    fn pending_rows_beside_switches(&self) -> PendingRows {
        let mut rows = self.all_pending_rows();
        rows.added
            .retain(|row| !self.switched.contains_key(&row.slot));
        let old: HashSet<u32> = self.switched.values().map(|switch| switch.old).collect();
        rows.deleting.retain(|row| !old.contains(&row.slot));
        rows.changed.extend(self.switched_rows());
        rows
    }

    #[inline]
    fn all_pending_rows(&self) -> PendingRows {
        let mut rows = PendingRows::default();
        let (added, changed, deleting) =
            (self.added.len(), self.touched.len(), self.deleting.len());
        if added > 0 {
            make_room(&mut rows.added, added);
            rows.added
                .extend(self.added.iter().flatten().map(|index| PendingRow {
                    slot: *index,
                    columns: self.omitted(*index),
                    key: None,
                }));
        }
        make_room(&mut rows.changed, changed);
        for index in &self.touched {
            if let Some(row) = self.changed(*index) {
                rows.changed.push(row);
            }
        }
        if deleting > 0 {
            let slots = self.deleting.iter();
            let slots = slots.filter(|index| self.is_deleting(**index));
            rows.deleting.extend(slots.map(|index| PendingRow {
                slot: *index,
                columns: ColumnSet::new(),
                key: self.slots[*index as usize].stored().and_then(integer_key),
            }));
        }
        rows
    }

    /// What there is to change of an entity.
    #[inline]
    fn changed(&self, index: u32) -> Option<PendingRow> {
        let slot = &self.slots[index as usize];
        let old = slot.old.as_ref()?;
        if slot.state != EntityState::Persistent {
            return None;
        }
        let columns = slot.changes();
        (!columns.is_empty()).then(|| PendingRow {
            slot: index,
            columns,
            key: integer_key(&**old),
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
            Some(slot) if slot.state == EntityState::Persistent => slot.changes(),
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
            for position in link.reference.columns {
                omitted.remove(*position);
            }
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

/// Makes room for some rows: one needs none.
#[inline]
fn make_room(rows: &mut Few<PendingRow>, number: usize) {
    if number > 1 {
        rows.reserve_exact(number);
    }
}
