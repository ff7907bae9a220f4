//! [`Owners`]: the entities whose relation is loaded.

use crate::mapping::{LoadStep, ModelDef, RelationDef, RelationKind, Scope};
use crate::state::State;

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
        }
    }

    pub(super) fn relation(&self) -> &'static RelationDef {
        &self.def.relations[self.index]
    }

    /// The number of columns by which the other side is found.
    pub(super) fn key_width(&self) -> usize {
        let relation = self.relation();
        let reference = match relation.kind {
            RelationKind::BelongsTo { reference, .. } => self.def.references.get(reference),
            RelationKind::HasMany { inverse } | RelationKind::HasOne { inverse } => {
                (relation.target)().reference_of(inverse())
            }
            RelationKind::ManyToMany { link, inverse, .. } => link().reference_of(inverse()),
        };
        reference.map_or(1, |reference| reference.columns.len())
    }
}
