//! The unique keys of a model: what a row is found by, and what an upsert conflicts on.
//!
//! Used by `upsert.rs` and by the session's `get_or_create`.

use orm_core::error::{Error, ErrorKind, Result};

use crate::mapping::{AttributeSet, ColumnSet, Columns, Model, ModelDef};

/// The unique constraint or primary key of exactly these columns, in its own order.
///
/// # Errors
/// `Usage` if there is none.
pub(crate) fn unique_columns<M: Model>(by: impl Columns<M>) -> Result<&'static [usize]> {
    let def = M::def();
    let AttributeSet { columns, .. } = AttributeSet::of(by, def);
    let is_it =
        |unique: &&'static [usize]| unique.iter().copied().collect::<ColumnSet>() == columns;
    let found = def.unique_keys().find(is_it);
    found.ok_or_else(|| not_unique(def, &columns))
}

/// The columns of the unique constraint, the unique index or the primary key of that name.
///
/// # Errors
/// `Usage` if there is none.
pub(super) fn named_columns(def: &'static ModelDef, name: &str) -> Result<&'static [usize]> {
    let keys = def.schema.primary_key.iter().map(|key| &key.name);
    let uniques = def.schema.uniques.iter().map(|unique| &unique.name);
    let indexes = def.schema.indexes.iter().filter(|index| index.is_key());
    let names = keys.chain(uniques).chain(indexes.map(|index| &index.name));
    let found = names.zip(def.unique_keys()).find(|(own, _)| *own == name);
    found
        .map(|(_, columns)| columns)
        .ok_or_else(|| not_named(def, name))
}

#[cold]
fn not_named(def: &'static ModelDef, name: &str) -> Error {
    let message = format!("{} has no unique constraint named {name}", def.name);
    Error::with_message(ErrorKind::Usage, message)
        .with_table(def.table)
        .with_hint("give the columns instead: on_conflict(…)")
}

pub(super) fn names(def: &'static ModelDef, columns: impl Iterator<Item = usize>) -> String {
    let names: Vec<&str> = columns.map(|position| def.fields[position]).collect();
    names.join(", ")
}

#[cold]
fn not_unique(def: &'static ModelDef, columns: &ColumnSet) -> Error {
    let by = names(def, columns.iter());
    let message = format!(
        "{} has no unique constraint on ({by}), so that several rows may have these values",
        def.name
    );
    let keys = def
        .unique_keys()
        .map(|key| format!("({})", names(def, key.iter().copied())));
    let keys = keys.collect::<Vec<_>>().join(", ");
    Error::with_message(ErrorKind::Usage, message)
        .with_table(def.table)
        .with_hint(format!(
            "add #[orm(unique({by}))] to the model, or give the columns of one of {keys}"
        ))
}
