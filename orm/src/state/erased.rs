//! What is derived of an arena without its type: values as a flush has written them, and the order of rows by their keys.

use std::any::Any;
use std::cmp::Ordering;

use orm_core::value::{Value, ValueRef};

use super::any_arena::AnyArena;
use super::apply_rows::Written;
use super::arena::Arena;
use super::key_order::key_order;
use crate::mapping::Model;

impl dyn AnyArena {
    /// The value that a row has in a column, as far as the flush that writes it knows by now.
    #[inline]
    pub(crate) fn written_value<'a>(
        &'a self,
        (slot, row): (u32, usize),
        written: &'a Written,
        position: usize,
    ) -> ValueRef<'a> {
        if written.is_as_given() {
            return self.value(slot, position);
        }
        let (def, row) = (self.def(), written.row(row));
        let numbers = [(def.version, row.version), (def.generated, row.generated)];
        for (column, number) in numbers {
            if let (Some(number), true) = (number, column == Some(position)) {
                return ValueRef::Int(number);
            }
        }
        let mut stored = row.stored.iter().rev();
        match stored.find(|(column, _)| *column == position) {
            Some((_, stored)) => stored.as_ref(),
            None => self.value(slot, position),
        }
    }

    /// The order of two rows by their keys in the database.
    pub(crate) fn key_order(&self, a: u32, b: u32) -> Ordering {
        let value = |slot, position| self.old_value(slot, position);
        key_order(self.def().primary_key, value, (a, b))
    }

    /// The values that the database has in some columns.
    pub(crate) fn old_values(&self, slot: u32, positions: &[usize]) -> Vec<Value> {
        let old = |position: &usize| self.old_value(slot, *position).to_value();
        positions.iter().map(old).collect()
    }

    /// The arena with its type, which the caller knows.
    #[inline]
    pub(crate) fn typed_mut<M: Model>(&mut self) -> &mut Arena<M> {
        let arena: &mut dyn Any = self;
        arena
            .downcast_mut()
            .expect("invariant: a model's number leads to its own arena")
    }
}
