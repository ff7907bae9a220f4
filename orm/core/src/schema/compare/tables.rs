//! Whole tables, the parts that are dropped before a table changes, and foreign keys.

use super::changes::TableChange;
use super::foreign_keys::{is_ready, order};
use super::plan::Plan;
use super::renames::Renames;
use crate::schema::{Column, Constraint, Name, Operation, Table};

impl Plan<'_> {
    /// Drops the foreign keys that reference what changes. The tables have their old names.
    pub(super) fn drop_early_keys(&mut self) {
        let changes = self.changes;
        for change in &changes.tables {
            let Some(table) = self.table(&change.before) else {
                continue;
            };
            for key in table.foreign_keys {
                if change.early_keys.contains(&key.name) {
                    self.drop_constraint(&change.before, Constraint::ForeignKey(key));
                }
            }
        }
    }

    /// Drops DDL that is attached. The tables have their old names.
    pub(super) fn detach(&mut self) {
        let changes = self.changes;
        for change in &changes.tables {
            let Some(table) = self.table(&change.before) else {
                continue;
            };
            for attached in table.attached {
                if change.attached.contains(&attached.name) {
                    let table = change.before.clone();
                    self.push(Operation::Detach { table, attached });
                }
            }
        }
    }

    pub(super) fn attach(&mut self) {
        for change in self.kept() {
            let (Some(table), Some(target)) =
                (self.table(&change.name), self.target.find(&change.name))
            else {
                continue;
            };
            let is_new = |name: &Name| table.attached.iter().all(|own| own.name != *name);
            for attached in target.attached.iter().filter(|own| is_new(&own.name)) {
                self.push(Operation::Attach {
                    table: change.name.clone(),
                    attached: attached.clone(),
                });
            }
        }
    }

    /// Drops constraints, indexes and columns that are in the way of a table's changes, then renames columns.
    pub(super) fn drop_parts(&mut self, change: &TableChange, renames: &Renames) {
        let Some(table) = self.table(&change.name) else {
            return;
        };
        self.drop_constraints(change, &table);
        for index in &table.indexes {
            if change.indexes.contains(&index.name) {
                self.push(Operation::DropIndex {
                    table: change.name.clone(),
                    index: index.clone(),
                });
            }
        }
        for (from, to) in &change.renamed_indexes {
            let found = table.indexes.iter().find(|index| index.name == *from);
            if let Some(index) = found {
                self.push(Operation::RenameIndex {
                    table: change.name.clone(),
                    from: index.clone(),
                    to: to.clone(),
                });
            }
        }
        self.end_generated(change, &table, renames);
        let early = change.columns.early.iter();
        let early: Vec<_> = early
            .map(|column| renames.column_before(&change.name, column))
            .collect();
        self.drop_columns_of(change, &early);
        if let Some(table) = self.table(&change.name) {
            self.extend(renames.of_columns(&change.name, &table));
        }
    }

    /// Makes generated columns plain ones that use what is going to change.
    fn end_generated(&mut self, change: &TableChange, table: &Table, renames: &Renames) {
        for name in &change.columns.ended {
            let name = renames.column_before(&change.name, name);
            if let Some(from) = table.find(&name) {
                let to = Column {
                    generated: None,
                    ..from.clone()
                };
                self.push(Operation::AlterColumn {
                    table: change.name.clone(),
                    from: from.clone(),
                    to,
                    fill: None,
                    using: None,
                });
            }
        }
    }

    fn drop_constraints(&mut self, change: &TableChange, table: &Table) {
        let name = &change.name;
        for key in &table.foreign_keys {
            if change.foreign_keys.contains(&key.name) {
                self.drop_constraint(name, Constraint::ForeignKey(key.clone()));
            }
        }
        for check in &table.checks {
            if change.checks.contains(&check.name) {
                self.drop_constraint(name, Constraint::Check(check.clone()));
            }
        }
        for exclusion in &table.exclusions {
            if change.exclusions.contains(&exclusion.name) {
                self.drop_constraint(name, Constraint::Exclusion(exclusion.clone()));
            }
        }
        for unique in &table.uniques {
            if change.uniques.contains(&unique.name) {
                self.drop_constraint(name, Constraint::Unique(unique.clone()));
            }
        }
        if let Some(key) = table.primary_key.as_ref().filter(|_| change.primary_key) {
            self.drop_constraint(name, Constraint::PrimaryKey(key.clone()));
        }
    }

    pub(super) fn drop_columns(&mut self) {
        for change in self.kept() {
            self.drop_columns_of(change, &change.columns.dropped);
        }
    }

    /// Drops columns, generated ones first: they use others. The last ones use those before them.
    fn drop_columns_of(&mut self, change: &TableChange, names: &[Name]) {
        let Some(table) = self.table(&change.name) else {
            return;
        };
        let dropped = table.columns.iter().rev();
        let mut dropped: Vec<&Column> = dropped
            .filter(|column| names.contains(&column.name))
            .collect();
        dropped.sort_by_key(|column| column.generated.is_none());
        for column in dropped {
            self.push(Operation::DropColumn {
                table: change.name.clone(),
                column: column.clone(),
            });
        }
    }

    /// Creates tables, parents first. Foreign keys of circles, and those to what is still to be changed, are added later.
    pub(super) fn create_tables(&mut self) {
        let tables = self.target.tables().iter();
        let new: Vec<&Table> = tables
            .filter(|table| self.now.find(&table.qualified_name()).is_none())
            .collect();
        let (sorted, edges) = order(&new);
        for place in sorted.order {
            let table = new[place];
            let is_circular = |name: &Name| {
                let mut cyclic = sorted.cyclic.iter().map(|edge| edges[*edge]);
                cyclic.any(|(owner, key)| owner == place && key.name == *name)
            };
            let name = table.qualified_name();
            let keys = table.foreign_keys.iter().filter(|key| {
                let waits = key.referenced() != name
                    && !is_ready(key, &self.now, self.target, self.changes);
                waits || is_circular(&key.name)
            });
            let deferred = keys.map(|key| key.name.clone()).collect();
            self.push(Operation::CreateTable {
                table: Box::new(table.clone()),
                deferred,
            });
        }
    }

    /// Drops tables, children first. The foreign keys that were dropped before are part of the definition.
    pub(super) fn drop_tables(&mut self) {
        let changes = self.changes.tables.iter();
        let dropped: Vec<Table> = changes
            .filter(|change| change.is_dropped)
            .filter_map(|change| self.table(&change.name))
            .collect();
        let (sorted, _) = order(&dropped.iter().collect::<Vec<_>>());
        for place in sorted.order.into_iter().rev() {
            let mut table = dropped[place].clone();
            let keys = self.dropped_keys(&table);
            let deferred = keys.iter().map(|key| key.name.clone()).collect();
            table.foreign_keys.extend(keys);
            self.push(Operation::DropTable {
                table: Box::new(table),
                deferred,
            });
        }
    }

    /// The foreign keys that operations so far have dropped of a table.
    fn dropped_keys(&self, table: &Table) -> Vec<crate::schema::ForeignKey> {
        let name = table.qualified_name();
        let dropped = self
            .operations
            .iter()
            .filter_map(|operation| match operation {
                Operation::DropConstraint {
                    table,
                    constraint: Constraint::ForeignKey(key),
                } if *table == name => Some(key.clone()),
                _ => None,
            });
        dropped.collect()
    }

    /// Adds the foreign keys that wait for changes of other tables.
    pub(super) fn add_foreign_keys(&mut self) {
        for target in self.target.tables() {
            let name = target.qualified_name();
            let Some(table) = self.table(&name) else {
                continue;
            };
            let is_new = |name: &Name| table.foreign_keys.iter().all(|own| own.name != *name);
            for key in target.foreign_keys.iter().filter(|key| is_new(&key.name)) {
                self.add_constraint(&name, Constraint::ForeignKey(key.clone()));
            }
        }
    }
}
