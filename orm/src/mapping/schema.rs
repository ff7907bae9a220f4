//! From a model's data to a table of the schema: names by convention, checks of enumerations.

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::schema::{
    Action, Check, Column, Default, ForeignKey, Index, Name, Rule, Table, Unique, naming,
};
use orm_core::types::Type;
use orm_core::value::Value;

use super::def::{ColumnDef, ModelDef, ReferenceDef, ServerDefault};

/// The table of a model.
///
/// # Errors
/// `Schema` if the model's own data contradict each other.
pub(crate) fn table(def: &'static ModelDef) -> Result<Table> {
    let mut table = Table::new(def.table).primary_key(names(def, def.primary_key));
    for (position, column) in def.columns.iter().enumerate() {
        table
            .columns
            .push(self::column(column, def.generated == Some(position)));
        if let Type::Enum(labels) = &column.ty {
            let labels = labels.labels.to_vec();
            table = table.check(
                column.name,
                Rule::OneOf {
                    column: column.name.into(),
                    labels,
                },
            );
        }
    }
    for unique in def.uniques {
        let columns = names(def, unique.columns);
        let name = unique
            .name
            .map_or_else(|| naming::unique(def.table, &columns), Name::Borrowed);
        table.uniques.push(Unique { name, columns });
    }
    for index in def.indexes {
        let columns = names(def, index.columns);
        let name = index
            .name
            .map_or_else(|| naming::index(def.table, &columns), Name::Borrowed);
        table.indexes.push(Index {
            name,
            columns,
            unique: index.unique,
        });
    }
    for check in def.checks {
        let name = naming::check(def.table, check.name);
        table.checks.push(Check {
            name,
            rule: Rule::Raw(check.raw.into()),
        });
    }
    for reference in def.references {
        table.foreign_keys.push(foreign_key(def, reference)?);
    }
    Ok(table)
}

fn column(def: &ColumnDef, auto_increment: bool) -> Column {
    Column {
        name: def.name.into(),
        ty: def.ty.clone(),
        length: def.length,
        nullable: def.nullable,
        auto_increment,
        default: def.server_default.map(default),
        collation: def.collation.map(Name::Borrowed),
    }
}

fn default(default: ServerDefault) -> Default {
    match default {
        ServerDefault::Bool(v) => Default::Value(Value::Bool(v)),
        ServerDefault::Int(v) => Default::Value(Value::Int(v)),
        ServerDefault::Float(v) => Default::Value(Value::Float(v)),
        ServerDefault::Text(v) => Default::Value(Value::Text(v.to_owned())),
        ServerDefault::Raw(sql) => Default::Raw(sql.into()),
    }
}

fn foreign_key(def: &'static ModelDef, reference: &ReferenceDef) -> Result<ForeignKey> {
    let target = (reference.target)();
    let columns = names(def, reference.columns);
    let references = names(target, &(reference.target_columns)());
    let nullable = reference
        .columns
        .iter()
        .all(|position| def.columns[*position].nullable);
    let mut key = ForeignKey::new(def.table, columns, target.table.into(), references);
    if let Some(name) = reference.name {
        key.name = name.into();
    }
    key.on_delete = reference.on_delete;
    key.on_update = reference.on_update;
    if !nullable && (key.on_delete == Action::SetNull || key.on_update == Action::SetNull) {
        return Err(Error::with_message(
            ErrorKind::Schema,
            format!("{} sets a column to null that takes no null", key.name),
        )
        .with_table(def.table)
        .with_hint("make the field an Option, or choose another action"));
    }
    Ok(key)
}

fn names(def: &'static ModelDef, positions: &[usize]) -> Vec<Name> {
    positions
        .iter()
        .map(|position| Name::Borrowed(def.names[*position]))
        .collect()
}
