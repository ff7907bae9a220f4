//! [`Slot`]: the place of one entity in an arena; [`StaleColumns`]: which of its columns are stale; [`SqlValue`]: which are set
//! to expressions.

use std::num::NonZeroU32;

use orm_core::stmt::Expr;
use orm_core::value::{Value, ValueRef};

use super::entity_state::EntityState;
use super::key_tuple::KeyTuple;
use crate::mapping::{ColumnSet, Model};

/// The session's clock when the session begins.
pub(super) const FIRST_CLOCK: u32 = 2;

/// A time of the clock before any session has read: what was read then is stale, and readable.
pub(super) const STALE: u32 = 1;

/// A place for one entity.
pub(super) struct Slot<M> {
    pub(super) stamp: NonZeroU32,
    /// The session's clock when the values were read; 0 if they are not known. An entity is stale if
    /// `fresh_from` of its arena is later. Of a pending entity: the number of its entry in `added`, from 1 on.
    pub(super) epoch: u32,
    /// The level of the newest undo entry about an update of this slot.
    pub(super) undo_level: u32,
    pub(super) state: EntityState,
    /// The values that the database has, where they may differ from `value`.
    pub(super) old: Option<Box<M>>,
    /// `None` in a free slot.
    pub(super) value: Option<M>,
}

impl<M: Model> Slot<M> {
    /// The columns in which the entity has other values than the database. What was assigned to a generated column does
    /// not count: the database computes its value.
    #[inline]
    pub(super) fn changes(&self) -> ColumnSet {
        match (&self.value, &self.old) {
            (Some(value), Some(old)) => {
                let mut changes = value.changes(old);
                changes.remove_all(M::def().computed);
                changes
            }
            _ => ColumnSet::new(),
        }
    }

    /// Whether there are any.
    #[inline]
    pub(super) fn is_changed(&self) -> bool {
        !self.changes().is_empty()
    }

    /// The entity with the values that the database has; `None` in a free slot.
    #[inline]
    pub(super) fn stored(&self) -> Option<&M> {
        self.old.as_deref().or(self.value.as_ref())
    }

    /// The values that the database has in these columns; `None` if one is NULL.
    pub(super) fn old_key(&self, columns: &[usize]) -> Option<KeyTuple<Value>> {
        let entity = self.stored()?;
        let values = columns.iter().map(|column| entity.value(*column));
        KeyTuple::new(values.map(ValueRef::to_value))
    }
}

/// Columns that the database is to fill in, each with the value that stands there until it has: if
/// another one stands there at the flush, that was given meanwhile.
pub(super) type Unset = Vec<(usize, Value)>;

/// A column of an entity that the next flush sets to an expression.
#[derive(Clone, Debug)]
pub(super) struct SqlValue {
    pub(super) position: usize,
    pub(super) expr: Expr,
    /// The value that the entity had then: another one was assigned since, and counts.
    pub(super) had: Value,
}

/// The columns of an entity that are stale, while the others are not.
#[derive(Debug)]
pub(super) struct StaleColumns {
    /// When the others were read.
    pub(super) epoch: u32,
    pub(super) columns: ColumnSet,
}
