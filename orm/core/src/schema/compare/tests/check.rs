//! Checks a list of operations: they lead there and back, and each step leaves what a database would.

use super::describe::describe;
use crate::schema::apply::mentions;
use crate::schema::compare::foreign_keys::has_key;
use crate::schema::{
    ForeignKey, KeyOf, Operation, QualifiedName, Rule, Schema, SqlText, Table, apply,
};
use crate::types::EnumType;

/// Applies operations and their inverses.
pub(super) fn check_operations(before: &Schema, after: &Schema, operations: &[Operation]) {
    let texts: Vec<_> = operations.iter().map(describe).collect();
    let texts = texts.join("\n");
    let mut schema = before.clone();
    let mut types: Vec<EnumType> = before.enum_types().into_iter().cloned().collect();
    for operation in operations {
        let applied = apply(&mut schema, operation);
        let step = describe(operation);
        assert!(applied.is_ok(), "{step}: {applied:?}\n{texts}");
        create_types(&mut types, operation);
        let checked = check_step(&schema, &types);
        assert_eq!(checked, Ok(()), "{step}\n{texts}");
    }
    assert_eq!(plain(&schema), plain(after), "{texts}");
    let types: Vec<_> = types.iter().collect();
    assert_eq!(types.len(), after.enum_types().len(), "{texts}");
    for operation in operations.iter().rev() {
        let applied = apply(&mut schema, &operation.inverse());
        let step = describe(&operation.inverse());
        assert!(applied.is_ok(), "inverse {step}: {applied:?}\n{texts}");
    }
    assert_eq!(plain(&schema), plain(before), "inverses of\n{texts}");
}

/// The types that a database has.
fn create_types(types: &mut Vec<EnumType>, operation: &Operation) {
    match operation {
        Operation::CreateEnum(ty) => types.push(ty.clone()),
        Operation::DropEnum(ty) => types.retain(|own| own.name != ty.name),
        Operation::AlterEnum { to, .. } => {
            types.retain(|own| own.name != to.name);
            types.push(to.clone());
        }
        Operation::RenameEnum { from, to } => {
            for own in types.iter_mut().filter(|own| own.name == *from) {
                own.name.clone_from(to);
            }
        }
        _ => {}
    }
}

/// What a database refuses.
fn check_step(schema: &Schema, types: &[EnumType]) -> Result<(), String> {
    let mut indexes: Vec<_> = schema
        .tables()
        .iter()
        .flat_map(|table| table.indexes.iter().map(|index| &index.name))
        .collect();
    indexes.sort();
    let names = indexes.len();
    indexes.dedup();
    if indexes.len() < names {
        return Err("two indexes have one name".to_owned());
    }
    if let Some(ty) = schema.enum_types().iter().find(|ty| !types.contains(ty)) {
        return Err(format!("no type {ty:?}"));
    }
    for view in &schema.views {
        let is_view =
            |name: &QualifiedName| schema.views.iter().any(|own| own.qualified_name() == *name);
        let mut names = view.depends_on.iter();
        if let Some(name) = names.find(|name| schema.find(name).is_none() && !is_view(name)) {
            return Err(format!("the view {} reads {name}", view.name));
        }
    }
    schema
        .tables()
        .iter()
        .try_for_each(|table| check_table(schema, table))
}

fn check_table(schema: &Schema, table: &Table) -> Result<(), String> {
    let numbered = table.columns.iter().filter(|column| column.auto_increment);
    if numbered.count() > 1 {
        return Err(format!("two auto-increment columns in {}", table.name));
    }
    for check in &table.checks {
        if let Rule::Range { column, .. } | Rule::OneOf { column, .. } = &check.rule
            && table.find(column).is_none()
        {
            return Err(format!("{} without {column}", check.name));
        }
    }
    let columns = table.columns.iter();
    let generated = columns.filter_map(|column| column.generated.as_ref());
    let mut texts: Vec<_> = generated.map(|own| &own.expression).collect();
    texts.extend(table.checks.iter().filter_map(|check| match &check.rule {
        Rule::Raw(sql) => Some(sql),
        _ => None,
    }));
    for index in &table.indexes {
        texts.extend(&index.filter);
        texts.extend(index.keys.iter().filter_map(|key| match &key.of {
            KeyOf::Expression(sql) => Some(sql),
            KeyOf::Column(_) => None,
        }));
    }
    for name in ["a", "b", "c", "d", "E", "f g", "h", "id", "sum", "total"] {
        if table.find(name).is_none() && texts.iter().any(|sql| mentions(sql, name)) {
            return Err(format!("an expression of {} uses {name}", table.name));
        }
    }
    if let Some(name) = table.constrained().find(|name| table.find(name).is_none()) {
        return Err(format!("no column {name} in {}", table.name));
    }
    let mut keys = table.foreign_keys.iter();
    keys.try_for_each(|key| check_key(schema, table, key))
}

fn check_key(schema: &Schema, table: &Table, key: &ForeignKey) -> Result<(), String> {
    let fault = |what: &str| Err(format!("{} {what}", key.name));
    let Some(parent) = schema.find(&key.referenced()) else {
        return fault("has no table");
    };
    for (own, other) in key.columns.iter().zip(&key.references) {
        let types = (table.find(own), parent.find(other));
        let (Some(own), Some(other)) = types else {
            return fault("has no column");
        };
        if (&own.ty, own.length) != (&other.ty, other.length) {
            return fault("has another type");
        }
    }
    if has_key(parent, &key.references) {
        return Ok(());
    }
    fault("references no key")
}

/// A schema in one form, without what is not compared.
fn plain(schema: &Schema) -> Schema {
    let mut schema = schema.clone();
    for table in schema.tables_mut() {
        table.renamed_from = None;
        table.columns.sort_by(|a, b| a.name.cmp(&b.name));
        for column in &mut table.columns {
            column.renamed_from = None;
            // A column that was renamed and renamed back may have quotes.
            if let Some(generated) = &mut column.generated
                && let SqlText::Same(sql) = &mut generated.expression
            {
                *sql = sql.replace('"', "").into();
            }
        }
        if let Some(key) = &mut table.primary_key {
            key.name = "pk".into();
        }
        for index in &mut table.indexes {
            index.concurrently = false;
        }
        table.uniques.sort_by(|a, b| a.name.cmp(&b.name));
        table.foreign_keys.sort_by(|a, b| a.name.cmp(&b.name));
        table.checks.sort_by(|a, b| a.name.cmp(&b.name));
        table.exclusions.sort_by(|a, b| a.name.cmp(&b.name));
        table.indexes.sort_by(|a, b| a.name.cmp(&b.name));
        table.attached.sort_by(|a, b| a.name.cmp(&b.name));
    }
    for view in &mut schema.views {
        view.depends_on.clear();
        view.columns.clear();
    }
    schema.views.sort_by(|a, b| a.name.cmp(&b.name));
    schema.sequences.sort_by(|a, b| a.name.cmp(&b.name));
    schema
}
