//! Schemas of the database, enumerated types and sequences.

use std::collections::BTreeSet;

use super::plan::Plan;
use crate::schema::{Column, Name, Operation, QualifiedName, Schema, Sequence, Table};
use crate::types::{EnumType, Type};

/// The schemas of the database that objects are in.
pub(super) fn schemas(schema: &Schema) -> BTreeSet<Name> {
    let tables = schema.tables().iter().map(|table| &table.schema);
    let views = schema.views.iter().map(|view| &view.schema);
    let sequences = schema.sequences.iter().map(|sequence| &sequence.schema);
    let names = tables.chain(views).chain(sequences);
    names.flatten().cloned().collect()
}

pub(super) fn sequence<'s>(schema: &'s Schema, name: &QualifiedName) -> Option<&'s Sequence> {
    let mut sequences = schema.sequences.iter();
    sequences.find(|sequence| sequence.qualified_name() == *name)
}

fn find_type<'s>(schema: &'s Schema, name: &str) -> Option<&'s EnumType> {
    let types = schema.enum_types();
    types.into_iter().find(|ty| ty.name == name)
}

/// The types that are renamed: a column has another type after than before, with the same labels, and each of the types
/// exists on one side only.
pub(super) fn renamed_types(old: &Schema, new: &Schema) -> Vec<Operation> {
    let mut renames: Vec<(Name, Name)> = Vec::new();
    for table in old.tables() {
        let Some(target) = new.find(&table.qualified_name()) else {
            continue;
        };
        for column in &table.columns {
            let to = target.find(&column.name);
            let to = to.and_then(|column| column.ty.native_enum());
            let (Some(from), Some(to)) = (column.ty.native_enum(), to) else {
                continue;
            };
            let is_free = |(a, b): &(Name, Name)| *a != from.name && *b != to.name;
            let is_renamed = from.labels == to.labels
                && find_type(new, &from.name).is_none()
                && find_type(old, &to.name).is_none();
            if is_renamed && renames.iter().all(is_free) {
                renames.push((from.name.clone(), to.name.clone()));
            }
        }
    }
    let renames = renames.into_iter();
    renames
        .map(|(from, to)| Operation::RenameEnum { from, to })
        .collect()
}

/// Gives the columns of a table that is kept the labels that their types have in `schema`.
pub(super) fn with_types_of(table: &mut Table, schema: &Schema) {
    for column in &mut table.columns {
        if let Some(own) = column.ty.native_enum()
            && let Some(ty) = find_type(schema, &own.name)
        {
            column.ty = Type::Enum(ty.clone());
        }
    }
}

impl Plan<'_> {
    pub(super) fn create_schemas(&mut self, before: &BTreeSet<Name>) {
        let new = schemas(self.target);
        let new = new.into_iter().filter(|name| !before.contains(name));
        self.extend(new.map(Operation::CreateSchema));
    }

    pub(super) fn drop_schemas(&mut self, before: &BTreeSet<Name>) {
        if self.options.drop_unknown {
            let kept = schemas(self.target);
            let dropped = before.iter().filter(|name| !kept.contains(*name));
            self.extend(dropped.cloned().map(Operation::DropSchema));
        }
    }

    pub(super) fn create_types(&mut self) {
        for ty in self.target.enum_types() {
            if self.types.iter().all(|own| own.name != ty.name) {
                self.push(Operation::CreateEnum(ty.clone()));
            }
        }
    }

    pub(super) fn drop_types(&mut self) {
        for ty in self.types.clone() {
            if find_type(self.target, &ty.name).is_none() {
                self.push(Operation::DropEnum(ty));
            }
        }
    }

    fn changed_types(&self) -> Vec<(EnumType, EnumType)> {
        let changed = self.types.iter().filter_map(|from| {
            let to = find_type(self.target, &from.name)?;
            (from != to).then(|| (from.clone(), to.clone()))
        });
        changed.collect()
    }

    pub(super) fn has_changed_types(&self) -> bool {
        !self.changed_types().is_empty()
    }

    /// Changes the labels of types. A default that changes, too, may be a label that is dropped: it is dropped before.
    pub(super) fn alter_types(&mut self) {
        for (from, to) in self.changed_types() {
            for (table, column) in self.columns_of(&from) {
                let target = self.target.find(&table);
                let target = target.and_then(|table| table.find(&column.name));
                let is_kept = target.is_none_or(|to| to.server_default == column.server_default);
                if column.server_default.is_some() && !is_kept {
                    let to = Column {
                        server_default: None,
                        ..column.clone()
                    };
                    self.push(Operation::AlterColumn {
                        table,
                        from: column,
                        to,
                        fill: None,
                        using: None,
                    });
                }
            }
            let mut columns = self.columns_of(&from);
            for (_, column) in &mut columns {
                column.ty = Type::Enum(to.clone());
            }
            self.push(Operation::AlterEnum { from, to, columns });
        }
    }

    /// The columns of a type, as they are now.
    fn columns_of(&self, ty: &EnumType) -> Vec<(QualifiedName, Column)> {
        let tables = self.now.tables().iter();
        let columns = tables.flat_map(|table| {
            let columns = table.columns.iter();
            let own = columns.filter(|column| column.ty.native_enum() == Some(ty));
            own.map(|column| (table.qualified_name(), column.clone()))
        });
        columns.collect()
    }

    pub(super) fn create_sequences(&mut self) {
        for to in &self.target.sequences {
            match sequence(&self.now, &to.qualified_name()).cloned() {
                None => self.push(Operation::CreateSequence(to.clone())),
                Some(from) if from != *to => self.push(Operation::AlterSequence {
                    from,
                    to: to.clone(),
                }),
                Some(_) => {}
            }
        }
    }

    pub(super) fn drop_sequences(&mut self) {
        let target = self.target;
        for own in self.now.sequences.clone() {
            if sequence(target, &own.qualified_name()).is_none() {
                self.push(Operation::DropSequence(own));
            }
        }
    }
}
