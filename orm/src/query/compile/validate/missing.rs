//! Names the join that a statement lacks: the foreign keys between a table that it uses and those that it has. Used by `mod.rs` and
//! `products.rs`, for messages.

use orm_core::stmt::FromItem;

use crate::mapping::linked_models;
use crate::query::expressions::table_ref::TableRef;
use crate::query::select::join::{Connection, connections};

/// The names of the sources that have one.
pub(super) fn names<'a>(
    items: impl Iterator<Item = &'a FromItem>,
) -> impl Iterator<Item = &'a str> {
    items.filter_map(|item| item.name().map(AsRef::as_ref))
}

/// The call that joins `missing` to one of `present`, where a foreign key connects them.
#[cold]
pub(super) fn join_call(missing: &str, present: &[&str]) -> Option<String> {
    let table = model(missing)?;
    let found = connections_of(table, present);
    match &found[..] {
        [] => None,
        [_] => Some(format!(".join({})", table.value())),
        several => {
            let calls = several
                .iter()
                .map(|found| format!(".join_on({}, {})", table.value(), found.condition));
            Some(calls.collect::<Vec<_>>().join(", or "))
        }
    }
}

/// The condition that connects `missing` with one of `present`, where a foreign key does.
#[cold]
pub(super) fn join_condition(missing: &str, present: &[&str]) -> Option<String> {
    let found = connections_of(model(missing)?, present);
    found.into_iter().next().map(|found| found.condition)
}

fn connections_of(table: TableRef, present: &[&str]) -> Vec<Connection> {
    connections(present.iter().filter_map(|name| model(name)), table)
}

/// The only model of a table.
fn model(table: &str) -> Option<TableRef> {
    let mut models = linked_models().iter().filter(|def| def.table == table);
    match (models.next(), models.next()) {
        (Some(def), None) => Some(TableRef::of_def(def)),
        _ => None,
    }
}
