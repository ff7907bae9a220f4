//! [`Witness`]: a row that shows whether a transaction was committed.
//!
//! Used after a transaction has ended outside the session, since the server does not report how.

use orm_core::value::Value;

use super::arena::Arena;
use super::entity_state::EntityState;
use super::undo_log::Change;
use crate::mapping::Model;

/// A row that a flush of the transaction has written.
#[derive(Debug)]
pub(crate) struct Witness {
    /// Its primary key.
    pub(crate) key: Vec<Value>,
    pub(crate) evidence: Evidence,
}

/// What is so if the transaction was stored, and is not if it was rolled back. The better evidence come last.
#[derive(Debug)]
pub(crate) enum Evidence {
    /// The row has these values.
    Values(Vec<(usize, Value)>),
    /// The row is gone.
    RowMissing,
    /// The row is there.
    RowExists,
}

impl Evidence {
    /// How much it proves: a value may have been changed by another transaction since, or a row been deleted.
    pub(crate) fn rank(&self) -> u8 {
        match self {
            Self::Values(_) => 0,
            Self::RowMissing => 1,
            Self::RowExists => 2,
        }
    }
}

impl<M: Model> Arena<M> {
    /// The best witness among the rows of this model.
    pub(super) fn best_witness(&self) -> Option<Witness> {
        let evidence = self.undo.iter().filter_map(|entry| {
            let slot = &self.slots[entry.slot as usize];
            if slot.stamp != entry.stamp {
                return None;
            }
            // A touched entity's old copy is what was flushed.
            let flushed = slot.stored()?;
            let lives = slot.state.has_row() && slot.state != EntityState::Deleted;
            let evidence = match &entry.change {
                Change::Inserted { .. } if lives => Evidence::RowExists,
                Change::Deleted if !self.was_inserted(entry.slot) => Evidence::RowMissing,
                Change::Updated(old) | Change::Switched { before: old, .. } if lives => {
                    let changed = flushed.changes(old);
                    let value = |position| (position, flushed.value(position).to_value());
                    Evidence::Values(changed.iter().map(value).collect())
                }
                _ => return None,
            };
            let empty = matches!(&evidence, Evidence::Values(values) if values.is_empty());
            (!empty).then_some((flushed, evidence))
        });
        let (row, evidence) = evidence.max_by_key(|(_, evidence)| evidence.rank())?;
        let key = M::def().primary_key.iter();
        let key = key
            .map(|position| row.value(*position).to_value())
            .collect();
        Some(Witness { key, evidence })
    }

    /// Whether the transaction has inserted the row of this slot itself.
    fn was_inserted(&self, slot: u32) -> bool {
        self.undo
            .iter()
            .any(|entry| entry.slot == slot && matches!(entry.change, Change::Inserted { .. }))
    }
}
