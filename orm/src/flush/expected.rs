//! The expected values of a batch's UPDATE or DELETE as binds: whole, or as digests if one of them is large.
//! `batches.rs` determines the columns, the dialect compares them.

use orm_core::error::Result;
use orm_core::types::Type;
use orm_core::value::{Value, ValueRef};

use super::batch::Batch;
use super::emit::BatchWriter;
use crate::engine::Connection;
use crate::mapping::ModelDef;
use crate::query::current_rows_by_key;
use crate::state::{AnyArena, are_same};

/// The bytes of an old value beyond which its digest is bound instead.
const LARGE: usize = 1024;

/// The expected columns of a batch, with digests where there are any.
pub(super) struct Expected<'e> {
    pub(super) columns: &'e [usize],
    /// The digests, row by row, in the order of `columns`; `None` for what is bound whole. Empty if all is.
    digests: Vec<Option<String>>,
    /// Whether it is known what is bound whole.
    is_certain: bool,
}

impl BatchWriter<'_> {
    /// The old values of these columns.
    ///
    /// A statement compares either all of its columns that can be large whole, or all of them by digest, so
    /// that there are at most two texts for a set of columns.
    pub(super) fn expected<'e>(&self, columns: &'e [usize]) -> Expected<'e> {
        let (arena, batch) = (self.arena, self.batch);
        let is_large = batch.facts.may_be_large && arena.has_larger(&batch.slots, columns, LARGE);
        let digests = if is_large {
            self.digests(columns)
        } else {
            Vec::new()
        };
        Expected {
            columns,
            digests,
            is_certain: true,
        }
    }

    #[cold]
    fn digests(&self, columns: &[usize]) -> Vec<Option<String>> {
        let (arena, batch, dialect) = (self.arena, self.batch, self.connection.dialect());
        let large: Vec<usize> = columns
            .iter()
            .copied()
            .filter(|position| may_be_large(batch.def, &[*position]))
            .filter(|position| dialect.digests(&batch.column(*position)))
            .collect();
        let mut digests = Vec::new();
        if arena.has_larger(&batch.slots, &large, LARGE) {
            digests.reserve(batch.slots.len() * columns.len());
            for slot in &batch.slots {
                for position in columns {
                    let value = arena.old_value(*slot, *position);
                    let by_digest = large.contains(position);
                    digests.push(by_digest.then(|| dialect.digest(value)).flatten());
                }
            }
        }
        digests
    }
}

impl<'e> Expected<'e> {
    /// The old values of these columns whole, as long as none turns out to be large.
    pub(super) fn whole(columns: &'e [usize], batch: &Batch) -> Self {
        Self {
            columns,
            digests: Vec::new(),
            is_certain: !batch.facts.may_be_large,
        }
    }

    /// Whether these binds, of rows that have so many, have old values that are to be compared by digest.
    #[inline]
    pub(super) fn has_large(&self, binds: &[ValueRef<'_>], width: usize) -> bool {
        if self.is_certain {
            return false;
        }
        let is_large = |bind: &ValueRef<'_>| match bind {
            ValueRef::Text(text) => text.len() > LARGE,
            ValueRef::Bytes(bytes) => bytes.len() > LARGE,
            _ => false,
        };
        let first = width - self.columns.len();
        let mut rows = binds.chunks_exact(width);
        rows.any(|row| row[first..].iter().any(is_large))
    }

    /// Whether columns are compared by digest.
    pub(super) fn by_digest(&self) -> bool {
        !self.digests.is_empty()
    }

    /// Adds the key of a row and its expected values.
    pub(super) fn fill<'v>(
        &'v self,
        arena: &'v dyn AnyArena,
        (row, slot): (usize, u32),
        binds: &mut Vec<ValueRef<'v>>,
    ) {
        if self.digests.is_empty() {
            return arena.push_changes(&[slot], [&[], self.columns], binds);
        }
        arena.push_changes(&[slot], [&[], &[]], binds);
        for (index, position) in self.columns.iter().enumerate() {
            let digest = self.digests.get(row * self.columns.len() + index);
            binds.push(match digest {
                Some(Some(digest)) => ValueRef::Text(digest),
                _ => arena.old_value(slot, *position),
            });
        }
    }

    /// Whether a column may hold the same value in another spelling.
    pub(super) fn may_be_respelled(&self, batch: &Batch) -> bool {
        let mut columns = self.columns.iter();
        columns.any(|position| is_spelled(&batch.def.columns[*position].ty))
    }

    /// The values that the row of an entity has in the expected columns, as they are there; `None` if they don't
    /// read as the old values.
    #[cold]
    pub(super) fn spelled(
        &self,
        connection: &mut Connection,
        arena: &dyn AnyArena,
        slot: u32,
    ) -> Result<Option<Vec<(usize, Value)>>> {
        let key = arena.old_values(slot, arena.def().primary_key);
        let old = arena.old_values(slot, self.columns);
        let model = (arena.def(), arena.model());
        let mut spelled = None;
        current_rows_by_key(connection, model, &[key], &mut |row| {
            if are_same(&arena.read(row, self.columns)?, &old) {
                let columns = self.columns.iter();
                let values =
                    columns.map(|position| Ok((*position, row.get(*position)?.to_value())));
                spelled = Some(values.collect::<Result<_>>()?);
            }
            Ok(())
        })?;
        Ok(spelled)
    }
}

/// Whether values of a type have more than one spelling where a database has no such type: text for dates, decimals
/// and UUIDs and documents, numbers of twice the digits for single precision.
pub(super) fn is_spelled(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Time
            | Type::DateTime
            | Type::Timestamp
            | Type::Uuid
            | Type::Float32
            | Type::Json
            | Type::Decimal { .. }
    )
}

/// Whether one of these columns has room for a value that is worth a digest.
pub(super) fn may_be_large(def: &ModelDef, positions: &[usize]) -> bool {
    // A character is of four bytes at most.
    let fits = |length: u32| length as usize * 4 > LARGE;
    let mut columns = positions.iter().map(|position| &def.columns[*position]);
    columns.any(|column| {
        matches!(column.ty, Type::Text | Type::Bytes) && column.length.is_none_or(fits)
    })
}
