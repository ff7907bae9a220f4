//! Constraints, indexes and attached DDL of a table.

use super::errors::{exists, missing};
use crate::error::Result;
use crate::schema::{
    AttachedSql, Check, Constraint, Exclusion, ForeignKey, Index, Name, Operation, Schema, Table,
    Unique,
};

pub(super) fn apply(schema: &mut Schema, operation: &Operation) -> Result<()> {
    let Some(name) = operation.table() else {
        return Ok(());
    };
    let own = schema.change(name)?;
    let done = match operation {
        Operation::AddConstraint { constraint, .. } => add(own, constraint),
        Operation::DropConstraint { constraint, .. } => remove(own, constraint),
        Operation::CreateIndex { index, .. } => own.indexes.put(index),
        Operation::DropIndex { index, .. } => own.indexes.take(&index.name),
        Operation::RenameIndex { from, to, .. } => rename_index(own, &from.name, to),
        Operation::Attach { attached, .. } => own.attached.put(attached),
        Operation::Detach { attached, .. } => own.attached.take(&attached.name),
        _ => Ok(()),
    };
    done.map_err(|error| error.with_table(name.name.as_ref()))
}

fn add(table: &mut Table, constraint: &Constraint) -> Result<()> {
    match constraint {
        Constraint::PrimaryKey(key) if table.primary_key.is_some() => {
            Err(exists("primary key", &key.name))
        }
        Constraint::PrimaryKey(key) => {
            table.primary_key = Some(key.clone());
            Ok(())
        }
        Constraint::Unique(unique) => table.uniques.put(unique),
        Constraint::ForeignKey(key) => table.foreign_keys.put(key),
        Constraint::Check(check) => table.checks.put(check),
        Constraint::Exclusion(exclusion) => table.exclusions.put(exclusion),
    }
}

// The name of a primary key is not compared: MySQL and SQLite don't keep it.
fn remove(table: &mut Table, constraint: &Constraint) -> Result<()> {
    match constraint {
        Constraint::PrimaryKey(key) => {
            let dropped = table.primary_key.take();
            dropped
                .map(drop)
                .ok_or_else(|| missing("primary key", &key.name))
        }
        Constraint::Unique(unique) => table.uniques.take(&unique.name),
        Constraint::ForeignKey(key) => table.foreign_keys.take(&key.name),
        Constraint::Check(check) => table.checks.take(&check.name),
        Constraint::Exclusion(exclusion) => table.exclusions.take(&exclusion.name),
    }
}

fn rename_index(table: &mut Table, from: &Name, to: &Name) -> Result<()> {
    if table.indexes.iter().any(|index| index.name == *to) {
        return Err(exists("index", to));
    }
    let mut indexes = table.indexes.iter_mut();
    let found = indexes.find(|index| index.name == *from);
    found
        .ok_or_else(|| missing("index", from))?
        .name
        .clone_from(to);
    Ok(())
}

/// Is part of a table under a name.
trait Named: Clone {
    /// What the part is, in messages.
    const KIND: &'static str;
    fn name(&self) -> &Name;
}

macro_rules! named {
    ($($ty:ty: $kind:literal),*) => {$(
        impl Named for $ty {
            const KIND: &'static str = $kind;
            fn name(&self) -> &Name {
                &self.name
            }
        }
    )*};
}

named!(
    Unique: "constraint",
    ForeignKey: "foreign key",
    Check: "constraint",
    Exclusion: "constraint",
    Index: "index",
    AttachedSql: "attached SQL"
);

/// Adds and removes parts by name.
trait Parts<T> {
    fn put(&mut self, part: &T) -> Result<()>;
    fn take(&mut self, name: &Name) -> Result<()>;
}

impl<T: Named> Parts<T> for Vec<T> {
    fn put(&mut self, part: &T) -> Result<()> {
        if self.iter().any(|other| other.name() == part.name()) {
            return Err(exists(T::KIND, part.name()).with_constraint(part.name().as_ref()));
        }
        self.push(part.clone());
        Ok(())
    }

    fn take(&mut self, name: &Name) -> Result<()> {
        let place = self.iter().position(|part| part.name() == name);
        let Some(place) = place else {
            return Err(missing(T::KIND, name).with_constraint(name.as_ref()));
        };
        self.remove(place);
        Ok(())
    }
}
