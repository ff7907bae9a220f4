//! The hooks of models in a flush: `before_insert`, `before_update`, `before_delete` and `validate` of each entity.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use orm_core::error::{InvalidFields, Result};

use super::table::HookTable;
use crate::flush::{self, HookedRow, Plan};
use crate::query::inferred::DmlKind;
use crate::session::Session;
use crate::state::AnyArena;

impl Session {
    /// Calls the hooks of the entities that the flush is going to write. Cascades have marked theirs by now; if a hook
    /// panics, that is taken back first.
    #[cold]
    pub(in crate::session) fn hook_entities(
        &mut self,
        plan: &mut Plan,
        had_transaction: bool,
    ) -> Result<()> {
        match catch_unwind(AssertUnwindSafe(|| self.before_entities(plan))) {
            Ok(result) => result,
            Err(panic) => {
                self.take_back(plan, had_transaction);
                resume_unwind(panic)
            }
        }
    }

    /// Calls each hook once for each entity. One may change a relation, by which other rows are written, so that the
    /// hooks of these follow.
    fn before_entities(&mut self, plan: &mut Plan) -> Result<()> {
        let mut seen: HashSet<HookedRow> = HashSet::new();
        loop {
            let mut rows = self.rows_with_hooks();
            rows.retain(|row| seen.insert(*row));
            if rows.is_empty() {
                return self.validate_entities();
            }
            for row in &rows {
                self.with_hooks(*row, |table, arena, slot| {
                    (table.before)(arena, slot, row.verb)
                })?;
            }
            if rows.iter().any(|row| row.verb != DmlKind::Delete) {
                self.relate(plan)?;
            }
        }
    }

    /// One error lists the invalid fields of all entities.
    fn validate_entities(&mut self) -> Result<()> {
        let mut invalid = InvalidFields::default();
        let written = self.rows_with_hooks().into_iter();
        for row in written.filter(|row| row.verb != DmlKind::Delete) {
            self.with_hooks(row, |table, arena, slot| {
                (table.validate)(arena, slot, &mut invalid);
                Ok(())
            })?;
        }
        invalid.to_result()
    }

    fn rows_with_hooks(&self) -> Vec<HookedRow> {
        let has_hooks = |arena: &dyn AnyArena| HookTable::of_model(arena.def()).is_some();
        flush::hooked_rows(&self.state, has_hooks)
    }

    fn with_hooks(
        &mut self,
        row: HookedRow,
        call: impl FnOnce(&HookTable, &mut dyn AnyArena, u32) -> Result<()>,
    ) -> Result<()> {
        let Some(arena) = self.state.by_model_mut(row.row.model) else {
            return Ok(());
        };
        match HookTable::of_model(arena.def()) {
            Some(table) => call(table, &mut **arena, row.row.slot),
            None => Ok(()),
        }
    }
}
