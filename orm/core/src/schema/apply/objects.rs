//! Schemas, enumerated types, sequences and views.
//!
//! A schema of the database exists while tables, views or sequences are in it, and an enumerated type while columns have
//! it: creating and dropping them only checks that. A type that no column has may be renamed and changed.

use super::errors::{exists, fault, missing};
use crate::error::Result;
use crate::schema::{Column, Name, Operation, QualifiedName, Schema, Sequence, View};
use crate::types::{EnumType, Type};

pub(super) fn apply(schema: &mut Schema, operation: &Operation) -> Result<()> {
    match operation {
        Operation::CreateSchema(name) if is_schema(schema, name) => Err(exists("schema", name)),
        Operation::DropSchema(name) if is_schema(schema, name) => {
            Err(fault(format!("the schema {name} is not empty")))
        }
        Operation::CreateEnum(ty) if has_enum(schema, &ty.name) => Err(exists("type", &ty.name)),
        Operation::DropEnum(ty) if has_enum(schema, &ty.name) => {
            Err(fault(format!("a column has the type {}", ty.name)))
        }
        Operation::RenameEnum { from, to } => rename_enum(schema, from, to),
        Operation::AlterEnum { from, to, columns } => alter_enum(schema, from, to, columns),
        Operation::CreateSequence(sequence) => create_sequence(schema, sequence),
        Operation::DropSequence(sequence) => drop_sequence(schema, sequence).map(drop),
        Operation::AlterSequence { from, to } => {
            drop_sequence(schema, from)?;
            create_sequence(schema, to)
        }
        Operation::CreateView(view) => create_view(schema, view),
        Operation::DropView(view) => drop_view(schema, &view.qualified_name()),
        _ => Ok(()),
    }
}

fn is_schema(schema: &Schema, name: &Name) -> bool {
    let tables = schema.tables().iter().map(|table| &table.schema);
    let views = schema.views.iter().map(|view| &view.schema);
    let sequences = schema.sequences.iter().map(|sequence| &sequence.schema);
    let mut names = tables.chain(views).chain(sequences).flatten();
    names.any(|other| other == name)
}

fn has_enum(schema: &Schema, name: &Name) -> bool {
    schema.enum_types().iter().any(|ty| ty.name == *name)
}

/// The native enumerated types of all columns.
fn enums_mut(schema: &mut Schema) -> impl Iterator<Item = &mut EnumType> {
    let tables = schema.tables_mut().iter_mut();
    let columns = tables.flat_map(|table| &mut table.columns);
    columns.filter_map(|column| {
        if let Type::Enum(ty) = &mut column.ty
            && ty.native
        {
            return Some(ty);
        }
        None
    })
}

fn rename_enum(schema: &mut Schema, from: &Name, to: &Name) -> Result<()> {
    if has_enum(schema, to) {
        return Err(exists("type", to));
    }
    for ty in enums_mut(schema).filter(|ty| ty.name == *from) {
        ty.name.clone_from(to);
    }
    Ok(())
}

fn alter_enum(
    schema: &mut Schema,
    from: &EnumType,
    to: &EnumType,
    columns: &[(QualifiedName, Column)],
) -> Result<()> {
    for (name, column) in columns {
        *schema.change(name)?.column_mut(&column.name)? = column.clone();
    }
    for ty in enums_mut(schema).filter(|ty| ty.name == from.name) {
        *ty = to.clone();
    }
    Ok(())
}

fn create_sequence(schema: &mut Schema, sequence: &Sequence) -> Result<()> {
    let key = |sequence: &Sequence| (sequence.name.clone(), sequence.schema.clone());
    let place = schema.sequences.binary_search_by_key(&key(sequence), key);
    match place {
        Ok(_) => Err(exists("sequence", sequence.qualified_name())),
        Err(place) => {
            schema.sequences.insert(place, sequence.clone());
            Ok(())
        }
    }
}

fn drop_sequence(schema: &mut Schema, sequence: &Sequence) -> Result<Sequence> {
    let name = sequence.qualified_name();
    let mut sequences = schema.sequences.iter();
    let place = sequences.position(|sequence| sequence.qualified_name() == name);
    let place = place.ok_or_else(|| missing("sequence", name))?;
    Ok(schema.sequences.remove(place))
}

fn create_view(schema: &mut Schema, view: &View) -> Result<()> {
    let name = view.qualified_name();
    let is_taken = schema.find(&name).is_some();
    if is_taken
        || schema
            .views
            .iter()
            .any(|view| view.qualified_name() == name)
    {
        return Err(exists("table or view", name));
    }
    let key = (&view.name, &view.schema);
    let place = schema
        .views
        .partition_point(|other| (&other.name, &other.schema) < key);
    schema.views.insert(place, view.clone());
    Ok(())
}

fn drop_view(schema: &mut Schema, name: &QualifiedName) -> Result<()> {
    let mut views = schema.views.iter();
    let place = views.position(|view| view.qualified_name() == *name);
    schema
        .views
        .remove(place.ok_or_else(|| missing("view", name))?);
    Ok(())
}
