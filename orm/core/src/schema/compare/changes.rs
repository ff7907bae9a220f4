//! What of each table is dropped before the table changes, because it is changed itself or uses what changes.

use super::columns::ColumnChanges;
use super::renames::Renames;
use super::same::{same_index, same_key};
use super::uses;
use crate::schema::{Index, Name, QualifiedName, Schema, Table};

#[derive(Debug, Default)]
pub(super) struct Changes {
    pub(super) tables: Vec<TableChange>,
    /// Whether a name moves from a table to another one, so that it must be free in all tables first.
    pub(super) names_move: bool,
}

/// The parts of a table that are dropped, by name.
#[derive(Debug)]
pub(super) struct TableChange {
    /// The table's new name.
    pub(super) name: QualifiedName,
    /// The table's old name.
    pub(super) before: QualifiedName,
    pub(super) is_dropped: bool,
    pub(super) columns: ColumnChanges,
    pub(super) primary_key: bool,
    pub(super) uniques: Vec<Name>,
    pub(super) checks: Vec<Name>,
    pub(super) exclusions: Vec<Name>,
    pub(super) indexes: Vec<Name>,
    pub(super) renamed_indexes: Vec<(Name, Name)>,
    pub(super) attached: Vec<Name>,
    /// Foreign keys that are dropped with the other parts.
    pub(super) foreign_keys: Vec<Name>,
    /// Foreign keys that are dropped before any table changes, since what they reference does.
    pub(super) early_keys: Vec<Name>,
}

impl Changes {
    /// The changes from `old`, whose tables and columns have the new names already. Those of foreign keys, which
    /// depend on them, are not among them.
    pub(super) fn of(old: &Schema, new: &Schema, renames: &Renames) -> Self {
        let tables = old.tables().iter().map(|table| {
            let name = table.qualified_name();
            let mut change = TableChange::new(name.clone(), renames.before(&name));
            match new.find(&name) {
                Some(other) => change.compare(table, other, old, renames),
                None => change.is_dropped = true,
            }
            change
        });
        Self {
            tables: tables.collect(),
            names_move: false,
        }
    }

    pub(super) fn find(&self, name: &QualifiedName) -> Option<&TableChange> {
        self.tables.iter().find(|change| change.name == *name)
    }

    /// Names of indexes and constraints are unique in a schema on some databases. Those of dropped tables are dropped
    /// first if another table takes their name. The foreign keys that are dropped are known.
    pub(super) fn free_names(&mut self, old: &Schema, new: &Schema) {
        let mut added: Vec<(QualifiedName, Name)> = Vec::new();
        for table in new.tables() {
            let name = table.qualified_name();
            let own = old.find(&name).map(part_names).unwrap_or_default();
            let freed = self.find(&name).map(TableChange::freed).unwrap_or_default();
            let names = part_names(table).into_iter();
            let names = names.filter(|part| !own.contains(part) || freed.contains(part));
            added.extend(names.map(|part| (name.clone(), part.clone())));
        }
        for change in self.tables.iter_mut().filter(|change| change.is_dropped) {
            let Some(table) = old.find(&change.name) else {
                continue;
            };
            let is_taken = |name: &Name| added.iter().any(|(_, taken)| taken == name);
            change.indexes = taken(table.indexes.iter().map(|own| &own.name), is_taken);
            change.uniques = taken(table.uniques.iter().map(|own| &own.name), is_taken);
            change.checks = taken(table.checks.iter().map(|own| &own.name), is_taken);
            change.exclusions = taken(table.exclusions.iter().map(|own| &own.name), is_taken);
            let keys = table.foreign_keys.iter().map(|own| &own.name);
            let keys = keys.filter(|name| !change.early_keys.contains(*name));
            change.foreign_keys = taken(keys, is_taken);
        }
        self.names_move = self.tables.iter().any(|change| {
            let freed = change.freed();
            let moves = |(table, name): &(QualifiedName, Name)| {
                *table != change.name && freed.contains(&name)
            };
            added.iter().any(moves)
        });
    }
}

fn taken<'n>(names: impl Iterator<Item = &'n Name>, is_taken: impl Fn(&Name) -> bool) -> Vec<Name> {
    names.filter(|name| is_taken(name)).cloned().collect()
}

/// The names of indexes and constraints. That of a primary key has the table's name or is not stored.
fn part_names(table: &Table) -> Vec<&Name> {
    let uniques = table.uniques.iter().map(|own| &own.name);
    let checks = table.checks.iter().map(|own| &own.name);
    let keys = table.foreign_keys.iter().map(|own| &own.name);
    let exclusions = table.exclusions.iter().map(|own| &own.name);
    let indexes = table.indexes.iter().map(|own| &own.name);
    let constraints = uniques.chain(checks).chain(keys);
    constraints.chain(exclusions).chain(indexes).collect()
}

impl TableChange {
    fn new(name: QualifiedName, before: QualifiedName) -> Self {
        Self {
            name,
            before,
            is_dropped: false,
            columns: ColumnChanges::default(),
            primary_key: false,
            uniques: Vec::new(),
            checks: Vec::new(),
            exclusions: Vec::new(),
            indexes: Vec::new(),
            renamed_indexes: Vec::new(),
            attached: Vec::new(),
            foreign_keys: Vec::new(),
            early_keys: Vec::new(),
        }
    }

    /// The names that are free afterwards.
    fn freed(&self) -> Vec<&Name> {
        let renamed = self.renamed_indexes.iter().map(|(from, _)| from);
        let lists = [&self.uniques, &self.checks, &self.exclusions, &self.indexes];
        let keys = self.foreign_keys.iter().chain(&self.early_keys);
        let names = lists.into_iter().flatten().chain(keys);
        names.chain(renamed).collect()
    }

    fn compare(&mut self, old: &Table, new: &Table, all: &Schema, renames: &Renames) {
        self.columns = ColumnChanges::of(old, new, renames);
        let ColumnChanges {
            early,
            recast,
            renamed,
            ..
        } = &self.columns;
        let has_early = |columns: &[Name]| columns.iter().any(|name| early.contains(name));
        self.primary_key = old.primary_key.as_ref().is_some_and(|key| {
            let kept = new.primary_key.as_ref();
            has_early(&key.columns) || !kept.is_some_and(|other| same_key(key, other))
        });
        let uniques = old.uniques.iter();
        let dropped = uniques.filter(|own| !new.uniques.contains(own) || has_early(&own.columns));
        self.uniques = dropped.map(|own| own.name.clone()).collect();
        let in_text = [recast, renamed];
        let checks = old.checks.iter().filter(|own| {
            let in_text = in_text.into_iter().chain([early]);
            !new.checks.contains(own) || in_text.into_iter().any(|list| uses::check(own, list))
        });
        self.checks = checks.map(|own| own.name.clone()).collect();
        let exclusions = old.exclusions.iter().filter(|own| {
            let mut in_text = in_text.into_iter();
            !new.exclusions.contains(own)
                || uses::exclusion(own, early)
                || in_text.any(|list| uses::exclusion_text(own, list))
        });
        self.exclusions = exclusions.map(|own| own.name.clone()).collect();
        let attached = old.attached.iter();
        let detached = attached.filter(|own| !new.attached.contains(own));
        self.attached = detached.map(|own| own.name.clone()).collect();
        self.compare_indexes(old, new, all);
    }

    fn compare_indexes(&mut self, old: &Table, new: &Table, all: &Schema) {
        for index in &old.indexes {
            let in_text = [&self.columns.recast, &self.columns.renamed];
            let mut in_text = in_text.into_iter();
            let is_touched = uses::index(index, &self.columns.early)
                || in_text.any(|list| uses::index_text(index, list));
            let mut kept = new.indexes.iter();
            if !is_touched && kept.any(|other| same_index(index, other)) {
                continue;
            }
            match self.new_name(index, new, all).filter(|_| !is_touched) {
                Some(name) => self.renamed_indexes.push((index.name.clone(), name)),
                None => self.indexes.push(index.name.clone()),
            }
        }
    }

    /// The name of an index that is the same otherwise, if no index has the name yet.
    fn new_name(&self, index: &Index, new: &Table, all: &Schema) -> Option<Name> {
        if new.indexes.iter().any(|other| other.name == index.name) {
            return None;
        }
        let is_used = |name: &Name| {
            let mut tables = all.tables().iter();
            let mut renamed = self.renamed_indexes.iter();
            tables.any(|table| part_names(table).contains(&name))
                || renamed.any(|(_, to)| to == name)
        };
        let mut indexes = new.indexes.iter();
        let found = indexes.find(|other| {
            same_index(&index.clone().named(other.name.clone()), other) && !is_used(&other.name)
        });
        found.map(|other| other.name.clone())
    }
}
