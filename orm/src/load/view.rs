//! Loads relations that are only read: the rows that a condition selects for each owner, in the order of the relation.
//!
//! Used by `relation.rs`. The rows of an owner are those whose columns have the values of the owner's, as the database has
//! both. Several owners may have the same values, and the same rows.

use std::collections::HashSet;

use orm_core::error::Result;
use orm_core::value::Value;

use super::owners::Owners;
use super::parents::without_case;
use super::part;
use crate::engine::Connection;
use crate::mapping::{RawRef, Scope, ViewDef, ViewKey};
use crate::query::{PartOf, keys_a_query};
use crate::state::{KeyMap, KeyTuple, State};

/// The values of owners, each with a number; and which of these each owner has.
#[derive(Default)]
struct Keys {
    numbers: KeyMap<KeyTuple<Value>, usize>,
    by_number: Vec<Vec<Value>>,
    /// None for an owner without a row, or with a NULL.
    owners: Vec<(u32, Option<usize>)>,
}

/// Loads what the relation of all owners selects.
///
/// # Errors
/// `Usage` for a condition with columns of other tables; the errors of the queries.
pub(super) fn load(
    state: &mut State,
    connection: &mut Connection,
    owners: &Owners<'_>,
    view: ViewDef,
) -> Result<()> {
    let relation = owners.relation();
    let target = (relation.target)();
    let (key, order) = ((view.key)(), relation.list_order());
    let keys = Keys::of(state, owners, &key);
    let scope = Scope {
        filter: (view.filter)(),
        order: Vec::new(),
        limit: view.limit,
    };
    let part = PartOf {
        def: target,
        columns: &key.target,
        far: None,
        order: &order,
        scope: &scope,
    };
    // A model that the session meets only now may change how rows are read.
    state.ensure_erased(target);
    let mut rows = Vec::new();
    for keys in keys
        .by_number
        .chunks(keys_a_query(connection, key.target.len()))
    {
        part::read(state, connection, part, keys, &mut |state, row, reading| {
            rows.push(state.ensure_erased(target).load(row, 0, reading)?);
            Ok(())
        })?;
    }
    keys.distribute(state, owners, &key, &rows);
    Ok(())
}

impl Keys {
    fn of(state: &State, owners: &Owners<'_>, key: &ViewKey) -> Self {
        let mut keys = Self::default();
        let Some(arena) = state.by_model(owners.model) else {
            return keys;
        };
        let with_rows: HashSet<u32> = owners.with_rows(state).into_iter().collect();
        for slot in owners.slots {
            let values = || KeyTuple::new(arena.old_values(*slot, &key.own).into_iter());
            let values = with_rows.contains(slot).then(values).flatten();
            let number = values.map(|values| keys.number(values));
            keys.owners.push((*slot, number));
        }
        keys
    }

    fn number(&mut self, key: KeyTuple<Value>) -> usize {
        if let Some(number) = self.numbers.get(&key) {
            return *number;
        }
        let number = self.by_number.len();
        self.by_number.push(key.values().to_vec());
        self.numbers.insert(key, number);
        number
    }

    /// Hands each owner the rows that have its values.
    fn distribute(self, state: &mut State, owners: &Owners<'_>, key: &ViewKey, rows: &[u32]) {
        let mut found = vec![Vec::new(); self.by_number.len()];
        if let Some(arena) = state.by_model(State::number((owners.relation().target)())) {
            for slot in rows {
                let values = arena.old_values(*slot, &key.target).into_iter();
                let number = KeyTuple::new(values).and_then(|values| {
                    let number = self.numbers.get(&values).copied();
                    number.or_else(|| without_case(&self.numbers, &values))
                });
                if let Some(number) = number {
                    found[number].push(arena.handle(*slot));
                }
            }
        }
        let Some(arena) = state.by_model_mut(owners.model) else {
            return;
        };
        for (slot, number) in self.owners {
            let rows: Vec<RawRef> = number
                .map(|number| found[number].clone())
                .unwrap_or_default();
            arena.set_view(slot, owners.index, rows);
        }
    }
}
