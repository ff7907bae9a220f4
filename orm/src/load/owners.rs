//! [`Owners`]: the entities whose relation is loaded.

use crate::mapping::{ModelDef, RelationDef};

/// Entities of one model, and the relation of theirs that is loaded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Owners<'o> {
    pub(crate) def: &'static ModelDef,
    /// The model's number.
    pub(crate) model: usize,
    pub(crate) slots: &'o [u32],
    /// The relation's index.
    pub(crate) index: usize,
}

impl Owners<'_> {
    pub(super) fn relation(&self) -> &'static RelationDef {
        &self.def.relations[self.index]
    }
}
