//! How the columns of a table change, as far as other objects depend on it.

use super::renames::Renames;
use super::same::same_type;
use super::uses;
use crate::schema::{Column, Name, Table};

/// Columns of a table by their new names, unless they are dropped.
#[derive(Debug, Default)]
pub(super) struct ColumnChanges {
    /// Those that are dropped after everything else of the table has changed.
    pub(super) dropped: Vec<Name>,
    /// Those that are dropped before the others change. They may be added again: generated columns.
    pub(super) early: Vec<Name>,
    /// Those whose values are converted.
    pub(super) retyped: Vec<Name>,
    /// Those of `retyped` whose type is or was a native enumeration: PostgreSQL does not compare its values with those of
    /// another type, so expressions have to be dropped.
    pub(super) recast: Vec<Name>,
    pub(super) renamed: Vec<Name>,
    /// Generated columns that keep their values as plain ones, before what they use changes.
    pub(super) ended: Vec<Name>,
    /// The old names of `renamed`.
    pub(super) renamed_from: Vec<Name>,
}

impl ColumnChanges {
    pub(super) fn of(old: &Table, new: &Table, renames: &Renames) -> Self {
        let mut changes = Self::default();
        for column in &old.columns {
            let name = &column.name;
            let Some(other) = new.find(name) else {
                changes.dropped.push(name.clone());
                continue;
            };
            if !same_type(column, other) {
                changes.retyped.push(name.clone());
                let mut types = [column, other].into_iter();
                if types.any(|column| column.ty.native_enum().is_some()) {
                    changes.recast.push(name.clone());
                }
            }
        }
        let table = new.qualified_name();
        let own = renames.columns.iter().filter(|(owner, _)| *owner == table);
        (changes.renamed_from, changes.renamed) = own.map(|(_, pair)| pair.clone()).unzip();
        changes.find_early(old, new);
        changes
    }

    /// Whether anything has changed that a view may use.
    pub(super) fn concern_views(&self) -> bool {
        let all = [&self.dropped, &self.early, &self.retyped, &self.renamed];
        all.into_iter().any(|columns| !columns.is_empty())
    }

    /// PostgreSQL does not change the type of a column that a generated one uses, MySQL does not rename it, and neither
    /// turns a column into a generated one. A table has one auto-increment column at a time.
    fn find_early(&mut self, old: &Table, new: &Table) {
        let numbered = |column: &&Column| column.auto_increment;
        let (from, to) = (
            old.columns.iter().find(numbered),
            new.columns.iter().find(numbered),
        );
        if let (Some(from), Some(_)) = (from, to)
            && self.dropped.contains(&from.name)
        {
            self.early.push(from.name.clone());
        }
        let becomes_generated = |column: &&Column| {
            let other = new.find(&column.name);
            let other = other.and_then(|other| other.generated.as_ref());
            other.is_some() && other != column.generated.as_ref()
        };
        let changed = old.columns.iter().filter(becomes_generated);
        self.early.extend(changed.map(|column| column.name.clone()));
        let is_due = |own: &Self, column: &Column| {
            own.is_touched(column) && !own.early.contains(&column.name)
        };
        let is_plain = |column: &&Column| {
            let other = new.find(&column.name);
            other.is_some_and(|other| other.generated.is_none())
        };
        let (plain, rest): (Vec<_>, Vec<_>) = old.columns.iter().partition(is_plain);
        while let Some(next) = rest.iter().find(|column| is_due(self, column)) {
            self.early.push(next.name.clone());
        }
        let ended = plain.into_iter().filter(|column| self.is_touched(column));
        self.ended = ended.map(|column| column.name.clone()).collect();
        self.dropped.retain(|name| !self.early.contains(name));
    }

    /// Whether a column is generated of what is changed.
    fn is_touched(&self, column: &Column) -> bool {
        let used = [&self.retyped, &self.renamed, &self.early];
        let mut used = used.into_iter();
        column
            .generated
            .as_ref()
            .is_some_and(|generated| used.any(|columns| uses::text(&generated.expression, columns)))
    }
}
