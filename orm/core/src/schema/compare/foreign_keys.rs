//! Which foreign keys are dropped, and when: those that reference what changes before everything else.

use super::changes::{Changes, TableChange};
use crate::schema::sort::{Edge, Sorted, sort};
use crate::schema::{ForeignKey, Name, Schema, Table};

/// Finds the foreign keys that are dropped. The changes of tables, columns and other constraints are known.
pub(super) fn find(changes: &mut Changes, old: &Schema, new: &Schema) {
    let dropped: Vec<&Table> = {
        let tables = changes.tables.iter().filter(|change| change.is_dropped);
        tables.filter_map(|change| old.find(&change.name)).collect()
    };
    let (sorted, edges) = order(&dropped);
    let circular: Vec<_> = sorted.cyclic.iter().map(|edge| edges[*edge]).collect();
    for place in 0..changes.tables.len() {
        let change = &changes.tables[place];
        let Some(table) = old.find(&change.name) else {
            continue;
        };
        let mut early = Vec::new();
        let mut late = Vec::new();
        for key in &table.foreign_keys {
            let is_circular = circular.iter().any(|own| std::ptr::eq(own.1, key));
            if is_circular || references_change(changes, old, key) {
                early.push(key.name.clone());
            } else if is_changed(change, key, new) {
                late.push(key.name.clone());
            }
        }
        changes.tables[place].early_keys = early;
        changes.tables[place].foreign_keys = late;
    }
}

/// Whether the referenced columns, or the key over them, are changed while the table stays.
fn references_change(changes: &Changes, old: &Schema, key: &ForeignKey) -> bool {
    let name = key.referenced();
    let (Some(change), Some(parent)) = (changes.find(&name), old.find(&name)) else {
        return false;
    };
    if change.is_dropped {
        return false;
    }
    let columns = &change.columns;
    let lists = [&columns.dropped, &columns.early, &columns.retyped];
    let mut references = key.references.iter();
    references.any(|name| lists.iter().any(|list| list.contains(name)))
        || is_key_dropped(change, parent, &key.references)
}

fn is_changed(change: &TableChange, key: &ForeignKey, new: &Schema) -> bool {
    let Some(table) = new.find(&change.name) else {
        return false;
    };
    let changed = [&change.columns.early, &change.columns.retyped];
    let mut columns = key.columns.iter();
    !table.foreign_keys.contains(key)
        || columns.any(|name| changed.iter().any(|list| list.contains(name)))
}

fn is_key_dropped(change: &TableChange, parent: &Table, columns: &[Name]) -> bool {
    let mut uniques = parent.uniques.iter();
    let mut indexes = parent.indexes.iter().filter(|index| index.is_key());
    (change.primary_key && is_over(parent.key_columns(), columns))
        || uniques.any(|own| change.uniques.contains(&own.name) && is_over(&own.columns, columns))
        || indexes.any(|own| {
            let keys: Vec<Name> = own.columns().cloned().collect();
            change.indexes.contains(&own.name) && is_over(&keys, columns)
        })
}

/// Whether two lists have the same columns.
fn is_over(key: &[Name], columns: &[Name]) -> bool {
    key.len() == columns.len() && columns.iter().all(|name| key.contains(name))
}

/// Whether a table has a key over the columns.
pub(super) fn has_key(table: &Table, columns: &[Name]) -> bool {
    let mut indexes = table.indexes.iter().filter(|index| index.is_key());
    is_over(table.key_columns(), columns)
        || table
            .uniques
            .iter()
            .any(|own| is_over(&own.columns, columns))
        || indexes.any(|own| is_over(&own.columns().cloned().collect::<Vec<_>>(), columns))
}

/// Whether a foreign key can be added although changes of the referenced table may be to come: what it references is there
/// and stays.
pub(super) fn is_ready(key: &ForeignKey, now: &Schema, new: &Schema, changes: &Changes) -> bool {
    let name = key.referenced();
    let (Some(parent), Some(target)) = (now.find(&name), new.find(&name)) else {
        return false;
    };
    let is_kept = |column: &Name| match (parent.find(column), target.find(column)) {
        (Some(own), Some(other)) => super::same::same_type(own, other),
        _ => false,
    };
    // A column that takes the name of another one is not the one that is there now.
    let is_stable = changes.find(&name).is_none_or(|change| {
        let columns = &change.columns;
        let mut moving = [&columns.early, &columns.renamed, &columns.renamed_from].into_iter();
        !is_key_dropped(change, parent, &key.references)
            && !moving.any(|list| key.references.iter().any(|own| list.contains(own)))
    });
    let is_keyed = has_key(parent, &key.references) || !has_key(target, &key.references);
    key.references.iter().all(is_kept) && is_stable && is_keyed
}

/// The order of tables by their foreign keys, and for each edge the table's place and the key.
pub(super) fn order<'t>(tables: &[&'t Table]) -> (Sorted, Vec<(usize, &'t ForeignKey)>) {
    let mut edges = Vec::new();
    let mut keys = Vec::new();
    for (child, table) in tables.iter().enumerate() {
        for key in &table.foreign_keys {
            let name = key.referenced();
            let mut parents = tables.iter();
            if let Some(parent) = parents.position(|parent| parent.qualified_name() == name) {
                edges.push(Edge { child, parent });
                keys.push((child, key));
            }
        }
    }
    (sort(tables.len(), &edges), keys)
}
