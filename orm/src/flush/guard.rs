//! The old values that a unit's UPDATE or DELETE guards, as they are bound: whole, or as digests if one of
//! them is large. Which columns are guarded is decided in `plan.rs`, how they are compared by the dialect.

use orm_core::types::Type;
use orm_core::value::ValueRef;

use super::emit::Rows;
use super::unit::Unit;
use crate::state::AnyArena;

/// The bytes of an old value beyond which its digest is bound instead.
const LARGE: usize = 1024;

/// The guarded columns of a unit, with digests where there are any.
pub(super) struct Guards<'g> {
    pub(super) columns: &'g [usize],
    /// The digests, row by row, in the order of `columns`; `None` for what is bound whole. Empty if all is.
    digests: Vec<Option<String>>,
}

impl Rows<'_> {
    /// The guard of the columns at `positions`.
    ///
    /// A statement compares either all of its columns that can be large whole, or all of them by digest, so
    /// that there are at most two texts for a set of columns.
    pub(super) fn guards<'g>(&self, columns: &'g [usize]) -> Guards<'g> {
        let (arena, unit, dialect) = (self.arena, self.unit, self.connection.dialect());
        let large: Vec<usize> = columns
            .iter()
            .copied()
            .filter(|position| may_be_large(unit, *position))
            .filter(|position| dialect.digests(&unit.column(*position)))
            .collect();
        let is_large = |slot: &u32| {
            let mut large = large.iter();
            large.any(|position| size(arena.old_value(*slot, *position)) > LARGE)
        };
        let mut digests = Vec::new();
        if !large.is_empty() && unit.slots.iter().any(is_large) {
            digests.reserve(unit.slots.len() * columns.len());
            for slot in &unit.slots {
                for position in columns {
                    let value = arena.old_value(*slot, *position);
                    let by_digest = large.contains(position);
                    digests.push(by_digest.then(|| dialect.digest(value)).flatten());
                }
            }
        }
        Guards { columns, digests }
    }
}

impl Guards<'_> {
    /// Whether columns are compared by digest.
    pub(super) fn by_digest(&self) -> bool {
        !self.digests.is_empty()
    }

    /// Adds the key of a row and its guarded values.
    pub(super) fn fill<'v>(
        &'v self,
        arena: &'v dyn AnyArena,
        (row, slot): (usize, u32),
        binds: &mut Vec<ValueRef<'v>>,
    ) {
        for position in arena.def().primary_key {
            binds.push(arena.old_value(slot, *position));
        }
        for (index, position) in self.columns.iter().enumerate() {
            let digest = self.digests.get(row * self.columns.len() + index);
            binds.push(match digest {
                Some(Some(digest)) => ValueRef::Text(digest),
                _ => arena.old_value(slot, *position),
            });
        }
    }
}

/// Whether a column has room for a value that is worth a digest.
fn may_be_large(unit: &Unit, position: usize) -> bool {
    let column = &unit.def.columns[position];
    // A character is of four bytes at most.
    let fits = |length: u32| length as usize * 4 > LARGE;
    matches!(column.ty, Type::Text | Type::Bytes) && column.length.is_none_or(fits)
}

fn size(value: ValueRef<'_>) -> usize {
    match value {
        ValueRef::Text(text) => text.len(),
        ValueRef::Bytes(bytes) => bytes.len(),
        _ => 0,
    }
}
