//! Columns that the next flush sets to SQL expressions, instead of values.
//!
//! `Session::set` gives them. An entity keeps the value that it has until the flush has read the new one. What is done with
//! expressions of a statement of its own is not here.

use orm_core::stmt::{Expr, Few};

use super::arena::Arena;
use super::slot::SqlValue;
use crate::mapping::{ColumnSet, Model};

impl<M: Model> Arena<M> {
    /// Sets a column of a persistent entity to an expression, in place of one that was given before.
    pub(crate) fn set_sql(&mut self, slot: u32, position: usize, expr: Expr) {
        let Some(entity) = &self.slots[slot as usize].value else {
            return;
        };
        let had = entity.value(position).to_value();
        let values = self.sql_values.entry(slot).or_default();
        values.retain(|value| value.position != position);
        values.push(SqlValue {
            position,
            expr,
            had,
        });
    }

    /// Forgets the expression of a column.
    pub(crate) fn unset_sql(&mut self, slot: u32, position: usize) {
        if let Some(values) = self.sql_values.get_mut(&slot) {
            values.retain(|value| value.position != position);
        }
    }

    /// Forgets the expressions of an entity.
    #[inline]
    pub(crate) fn forget_sql(&mut self, slot: u32) {
        if !self.sql_values.is_empty() {
            self.sql_values.remove(&slot);
        }
    }

    /// The columns that are set to expressions.
    pub(super) fn sql_columns(&self, slot: u32) -> ColumnSet {
        if self.sql_values.is_empty() {
            return ColumnSet::new();
        }
        self.counting(slot).map(|value| value.position).collect()
    }

    /// The columns that are set to expressions, with these.
    pub(super) fn sql_values_of(&self, slot: u32) -> Few<(usize, Expr)> {
        let values = self.counting(slot);
        values
            .map(|value| (value.position, value.expr.clone()))
            .collect()
    }

    /// Those that no assignment has replaced.
    fn counting(&self, slot: u32) -> impl Iterator<Item = &SqlValue> {
        let values = self.sql_values.get(&slot).into_iter().flatten();
        let entity = self.slots[slot as usize].value.as_ref();
        values.filter(move |value| {
            entity.is_some_and(|entity| {
                // A value of another variant may have replaced the whole one, with NULL before and after it.
                let is_same = entity.value(value.position).is_same(value.had.as_ref());
                is_same && entity.has_column(value.position)
            })
        })
    }
}
