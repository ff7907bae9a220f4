//! What changes within a table that stays: columns, constraints, indexes, comment and options.

use super::changes::TableChange;
use super::foreign_keys::is_ready;
use super::plan::Plan;
use super::same::same_column;
use crate::schema::{Column, Constraint, Operation, QualifiedName, Table};

impl Plan<'_> {
    pub(super) fn alter_table(&mut self, change: &TableChange) {
        let target = self.target;
        let name = &change.name;
        let (Some(table), Some(target)) = (self.table(name), target.find(name)) else {
            return;
        };
        let new = target.columns.iter();
        let new = new.filter(|column| table.find(&column.name).is_none());
        let (generated, plain): (Vec<_>, Vec<_>) =
            new.partition(|column| column.generated.is_some());
        self.alter_columns(name, &table, target, true);
        self.add_columns(name, &plain);
        self.alter_columns(name, &table, target, false);
        self.add_columns(name, &generated);
        self.add_constraints(name, &table, target);
        self.create_indexes(name, &table, target);
        self.set_comment_and_options(name, &table, target);
        for key in &target.foreign_keys {
            let is_new = table.foreign_keys.iter().all(|own| own.name != key.name);
            if is_new && is_ready(key, &self.now, self.target, self.changes) {
                self.add_constraint(name, Constraint::ForeignKey(key.clone()));
            }
        }
    }

    fn add_columns(&mut self, table: &QualifiedName, columns: &[&Column]) {
        for column in columns {
            let has_value = column.nullable
                || column.auto_increment
                || column.server_default.is_some()
                || column.generated.is_some();
            let fill = if has_value {
                None
            } else {
                self.fill(table, &column.name)
            };
            self.push(Operation::AddColumn {
                table: table.clone(),
                column: (*column).clone(),
                fill,
            });
        }
    }

    /// Changes the columns that are no longer generated or auto-increment, or the others: another column may become so.
    fn alter_columns(&mut self, name: &QualifiedName, table: &Table, target: &Table, ends: bool) {
        let is_special = |column: &Column| column.generated.is_some() || column.auto_increment;
        let pairs = table.columns.iter().filter_map(|from| {
            let to = target.find(&from.name)?;
            let is_due = ends == (is_special(from) && !is_special(to));
            (is_due && !same_column(from, to)).then_some((from, to))
        });
        for (from, to) in pairs {
            let becomes_not_null = from.nullable && !to.nullable && !is_special(to);
            let fill = if becomes_not_null {
                self.fill(name, &to.name)
            } else {
                None
            };
            self.push(Operation::AlterColumn {
                table: name.clone(),
                from: from.clone(),
                to: to.clone(),
                fill,
                using: None,
            });
        }
    }

    fn add_constraints(&mut self, name: &QualifiedName, table: &Table, target: &Table) {
        if let (None, Some(key)) = (&table.primary_key, &target.primary_key) {
            self.add_constraint(name, Constraint::PrimaryKey(key.clone()));
        }
        for unique in &target.uniques {
            if table.uniques.iter().all(|own| own.name != unique.name) {
                self.add_constraint(name, Constraint::Unique(unique.clone()));
            }
        }
        for check in &target.checks {
            if table.checks.iter().all(|own| own.name != check.name) {
                self.add_constraint(name, Constraint::Check(check.clone()));
            }
        }
        for exclusion in &target.exclusions {
            let mut exclusions = table.exclusions.iter();
            if exclusions.all(|own| own.name != exclusion.name) {
                self.add_constraint(name, Constraint::Exclusion(exclusion.clone()));
            }
        }
    }

    fn create_indexes(&mut self, name: &QualifiedName, table: &Table, target: &Table) {
        for index in &target.indexes {
            if table.indexes.iter().all(|own| own.name != index.name) {
                self.push(Operation::CreateIndex {
                    table: name.clone(),
                    index: index.clone(),
                });
            }
        }
    }

    fn set_comment_and_options(&mut self, name: &QualifiedName, table: &Table, target: &Table) {
        if table.comment != target.comment {
            self.push(Operation::SetTableComment {
                table: name.clone(),
                from: table.comment.clone(),
                to: target.comment.clone(),
            });
        }
        if table.options != target.options {
            self.push(Operation::SetTableOptions {
                table: name.clone(),
                from: table.options.clone(),
                to: target.options.clone(),
            });
        }
    }
}
