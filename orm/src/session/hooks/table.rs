//! [`HookTable`]: the hooks of a model for code that knows no types, reached from the model's data.

use std::any::Any;

use orm_core::error::{InvalidFields, Result};

use super::Hooks;
use super::invalid::Invalid;
use crate::mapping::ModelDef;
use crate::query::inferred::DmlKind;
use crate::state::AnyArena;

/// Holds the functions of a model with hooks that a flush calls.
#[derive(Debug)]
pub struct HookTable {
    /// Calls what comes before a statement about an entity.
    pub(super) before: fn(&mut dyn AnyArena, u32, DmlKind) -> Result<()>,
    /// Adds the fields of an entity that are not valid.
    pub(super) validate: fn(&mut dyn AnyArena, u32, &mut InvalidFields),
}

impl HookTable {
    /// Returns the functions of `M`, for a static of the derive.
    #[doc(hidden)]
    pub const fn of<M: Hooks>() -> Self {
        Self {
            before: before::<M>,
            validate: validate::<M>,
        }
    }

    /// The functions of the model that `def` describes, if it has hooks.
    #[inline]
    pub(super) fn of_model(def: &ModelDef) -> Option<&'static Self> {
        let table: &dyn Any = def.hooks?;
        table.downcast_ref()
    }
}

fn before<M: Hooks>(arena: &mut dyn AnyArena, slot: u32, verb: DmlKind) -> Result<()> {
    let Some((entity, stored)) = arena.typed_mut::<M>().hooked(slot) else {
        return Ok(());
    };
    match (verb, stored) {
        (DmlKind::Insert, _) => entity.before_insert(),
        (DmlKind::Update, Some(stored)) => entity.before_update(stored),
        (DmlKind::Delete, _) => entity.before_delete(),
        (DmlKind::Update, None) | (DmlKind::Truncate, _) => Ok(()),
    }
}

fn validate<M: Hooks>(arena: &mut dyn AnyArena, slot: u32, invalid: &mut InvalidFields) {
    if let Some((entity, _)) = arena.typed_mut::<M>().hooked(slot) {
        entity.validate(&mut Invalid::of(entity, invalid));
    }
}
