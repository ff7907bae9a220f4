//! [`Owners`]: the entities whose relation is loaded.

use crate::mapping::{LoadStep, ModelDef, RawRef, ReferenceDef, RelationDef, Scope};
use crate::query::inferred::Access;
use crate::state::{EntityState, State, Take};

/// Entities of one model, and the relation of theirs that is loaded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Owners<'o> {
    pub(crate) def: &'static ModelDef,
    /// The model's number.
    pub(crate) model: usize,
    pub(crate) slots: &'o [u32],
    /// The relation's index.
    pub(crate) index: usize,
    /// What is selected of a list, if it isn't all.
    pub(crate) scope: Option<&'o Scope>,
    /// Whether the rows are locked: all of them are read then.
    pub(crate) locks: bool,
}

impl<'o> Owners<'o> {
    /// The entities from which a step follows its relation.
    pub(crate) fn of(step: &'o LoadStep, slots: &'o [u32]) -> Self {
        Self {
            def: step.owner,
            model: State::number(step.owner),
            slots,
            index: step.index,
            scope: step.scope.as_deref(),
            locks: step.locks,
        }
    }

    pub(crate) fn relation(&self) -> &'static RelationDef {
        &self.def.relations[self.index]
    }

    /// The foreign key, if the owners have it.
    pub(super) fn own_key(&self) -> Option<&'static ReferenceDef> {
        self.def.reference_of(self.index)
    }

    /// The number of columns by which the other side is found.
    pub(super) fn key_width(&self) -> usize {
        if let Some(view) = self.relation().view() {
            return (view.key)().own.len();
        }
        let reference = match self.relation().children() {
            Some((child, inverse)) => child.reference_of(inverse),
            None => self.own_key(),
        };
        reference.map_or(1, |reference| reference.columns.len())
    }

    /// How the rows are read.
    pub(super) fn access(&self) -> Access {
        if self.locks {
            Access::Lock
        } else {
            Access::Plain
        }
    }

    /// Which entities in memory take the values of the rows: all, if these are locked.
    pub(super) fn take(&self) -> Take {
        if self.locks { Take::All } else { Take::Stale }
    }

    /// The owners that have a row: nothing else is referenced by rows.
    pub(crate) fn with_rows(&self, state: &State) -> Vec<u32> {
        let Some(arena) = state.by_model(self.model) else {
            return Vec::new();
        };
        let has_row = |slot: &u32| {
            let RawRef { slot, stamp } = arena.handle(*slot);
            let state = arena.entity_state(slot, stamp);
            state.is_some_and(EntityState::has_row)
        };
        self.slots.iter().copied().filter(has_row).collect()
    }
}
