//! Which index of a table serves a foreign key or an AUTO_INCREMENT column, as far as the model knows.
//!
//! Used by `mod.rs`. InnoDB makes an index for a foreign key that has none, with the name of the key.

use orm_core::schema::{Column, ForeignKey, Index, KeyOf, Name, Table, Unique};

/// The indexes of the model with the columns of their keys, as far as these are whole columns. The primary key has no name.
pub(crate) fn indexes_of(table: &Table) -> impl Iterator<Item = (Option<&Name>, Vec<&Name>)> {
    let columns = |key: &Unique| key.columns.len();
    let keys = table.primary_key.iter().filter(move |key| columns(key) > 0);
    let keys = keys.map(|key| (None, key.columns.iter().collect()));
    let uniques = table.uniques.iter();
    let uniques = uniques.map(|key| (Some(&key.name), key.columns.iter().collect()));
    let indexes = table.indexes.iter().filter(|index| index.method.is_none());
    let indexes = indexes.map(|index| (Some(&index.name), whole_columns(index)));
    keys.chain(uniques).chain(indexes)
}

fn whole_columns(index: &Index) -> Vec<&Name> {
    let columns = index.keys.iter().map_while(|key| match &key.of {
        KeyOf::Column(name) if key.length.is_none() => Some(name),
        KeyOf::Column(_) | KeyOf::Expression(_) => None,
    });
    columns.collect()
}

/// Whether an index serves a foreign key: its first columns are those of the key.
pub(crate) fn covers(columns: &[&Name], key: &ForeignKey) -> bool {
    columns.len() >= key.columns.len() && columns.iter().zip(&key.columns).all(|(a, b)| *a == b)
}

/// Whether InnoDB made an index for a foreign key, which stays when the key is dropped.
pub(crate) fn has_own_index(table: &Table, key: &ForeignKey) -> bool {
    let is_covered = indexes_of(table).any(|(_, columns)| covers(&columns, key));
    let mut others = table
        .foreign_keys
        .iter()
        .filter(|other| other.name != key.name);
    let is_shared = others.any(|other| {
        let columns: Vec<_> = other.columns.iter().collect();
        covers(&columns, key) || covers(&key.columns.iter().collect::<Vec<_>>(), other)
    });
    !is_covered && !is_shared
}

/// The AUTO_INCREMENT column of a table.
pub(crate) fn generated_key(table: &Table) -> Option<&Column> {
    table.columns.iter().find(|column| column.auto_increment)
}

/// Whether the AUTO_INCREMENT column is the first of an index, as it must be.
pub(crate) fn has_generated_key(table: &Table) -> bool {
    generated_key(table).is_some_and(|column| {
        indexes_of(table).any(|(_, columns)| columns.first() == Some(&&column.name))
    })
}
