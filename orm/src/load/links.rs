//! Loads relations by link rows: [`Far`] reads these together with what they reference, for `children.rs`; [`pair`] finds the
//! link rows of two entities.

use orm_core::driver::Row;
use orm_core::error::Result;
use orm_core::value::{Value, ValueRef};

use crate::engine::Connection;
use crate::mapping::{ModelDef, RawRef, ReferenceDef, Through, ToOne};
use crate::query::inferred::Access;
use crate::query::{rows_by, visible_linked_rows_by};
use crate::state::{CaseFolded, KeyTuple, Reading, RowId, State, Take};

/// The relation by which link rows reference the target.
#[derive(Clone, Copy)]
pub(super) struct Far {
    pub(super) index: usize,
    reference: &'static ReferenceDef,
    /// The target.
    def: &'static ModelDef,
}

impl Far {
    pub(super) fn of(through: Through) -> Self {
        let [_, reference] = through.references();
        Self {
            index: through.target,
            reference,
            def: (reference.target)(),
        }
    }

    /// The number of the target.
    pub(super) fn model(self) -> usize {
        State::number(self.def)
    }

    /// What a link row references, as far as that is in memory.
    pub(super) fn target(self, state: &State, link: RowId) -> Option<RawRef> {
        let arena = state.by_model(link.model)?;
        arena.to_one(link.slot, self.index).handle()
    }

    /// Reads the link rows with these keys and what they reference, and returns the slots of the link rows.
    pub(super) fn rows(
        self,
        state: &mut State,
        connection: &mut Connection,
        (link, (access, take)): ((&'static ModelDef, usize), (Access, Take)),
        (columns, order, keys): (&[usize], &[(usize, bool)], &[ValueRef<'_>]),
    ) -> Result<Vec<u32>> {
        state.ensure_erased(link.0);
        self.prepare(state);
        let reading = state.reading(take);
        let mut rows = Vec::new();
        let columns = (columns, order, self.index);
        visible_linked_rows_by(connection, (link, access), columns, keys, &mut |row| {
            rows.push(self.take_in(state, link, (row, 0), reading)?);
            Ok(())
        })?;
        Ok(rows)
    }

    /// Models that the session meets only now may change how rows are read.
    pub(super) fn prepare(self, state: &mut State) {
        state.ensure_erased(self.def);
    }

    /// Takes in a link row and what it references, and returns the slot of the link row.
    pub(super) fn take_in(
        self,
        state: &mut State,
        link: (&'static ModelDef, usize),
        (row, start): (&dyn Row, usize),
        reading: Reading,
    ) -> Result<u32> {
        let slot = state.ensure_erased(link.0).load(row, start, reading)?;
        let columns = start + link.0.columns.len();
        let target = state.ensure_erased(self.def).load(row, columns, reading)?;
        let row = RowId {
            model: link.1,
            slot,
        };
        note(
            state,
            row,
            (self.index, self.reference),
            (self.model(), target),
        );
        Ok(slot)
    }
}

/// Notes that a link row references an entity by a relation, if the session knows nothing else of it.
fn note(
    state: &mut State,
    RowId { model, slot }: RowId,
    (index, reference): (usize, &'static ReferenceDef),
    (target_model, target): (usize, u32),
) {
    let (Some(link), Some(arena)) = (state.by_model(model), state.by_model(target_model)) else {
        return;
    };
    let known = link.to_one(slot, index);
    let is_here = |handle: RawRef| arena.entity_state(handle.slot, handle.stamp).is_some();
    if known == ToOne::Null || known.handle().is_some_and(is_here) {
        return;
    }
    let columns = reference.columns.iter();
    let key = KeyTuple::new(columns.map(|column| link.value(slot, *column)));
    let columns = reference.target_columns.iter();
    let of_target = KeyTuple::new(columns.map(|column| arena.value(target, *column)));
    // Some collations compare letters without their case.
    let is_it = key.map(CaseFolded) == of_target.map(CaseFolded);
    let handle = arena.handle(target);
    if let Some(link) = state.by_model_mut(model).filter(|_| is_it) {
        link.note_to_one(&[slot], index, ToOne::Handle(handle));
    }
}

/// Reads the link rows of two entities that have rows, notes that they reference these, and returns their slots.
///
/// # Errors
/// The errors of the query.
pub(crate) fn pair(
    state: &mut State,
    connection: &mut Connection,
    through: Through,
    slots: [u32; 2],
) -> Result<Vec<u32>> {
    let references = through.references();
    let (mut columns, mut keys) = (Vec::new(), Vec::new());
    for (reference, slot) in references.iter().zip(slots) {
        let arena = state.ensure_erased((reference.target)());
        let key = arena.old_values(slot, reference.target_columns);
        columns.extend_from_slice(reference.columns);
        keys.extend(key);
    }
    let keys: Vec<ValueRef<'_>> = keys.iter().map(Value::as_ref).collect();
    let model = state.ensure_erased(through.link).model();
    let reading = state.reading(Take::Stale);
    let arena = state.ensure_erased(through.link);
    let mut rows = Vec::new();
    rows_by(
        connection,
        ((through.link, model), Access::Plain),
        (&columns, &[]),
        &keys,
        &mut |row| {
            rows.push(arena.load(row, 0, reading)?);
            Ok(())
        },
    )?;
    let indexes = [through.inverse, through.target];
    for slot in &rows {
        let row = RowId { model, slot: *slot };
        for ((reference, index), target) in references.iter().zip(indexes).zip(slots) {
            let target = (State::number((reference.target)()), target);
            note(state, row, (index, reference), target);
        }
    }
    Ok(rows)
}
