//! Errors of columns of flattened structs and enums that can't be set alone: the whole value is assigned instead. Returned by
//! the verbs that set one column of an entity.

use orm_core::error::{Error, ErrorKind};
use orm_core::value::ValueRef;

use super::enum_columns;
use crate::mapping::def::ModelDef;
use crate::mapping::model::Model;

/// The discriminator, to which another variant's label is given: that variant has other columns.
#[cold]
pub(crate) fn discriminator_alone(def: &'static ModelDef, position: usize, is_null: bool) -> Error {
    let message = format!(
        "the discriminator {}.{} can't be set alone: another variant has other columns",
        def.table, def.names[position]
    );
    let value = if is_null { "None" } else { "…" };
    refusal((ErrorKind::Usage, message), (def, position), value)
}

/// A column that the entity's variant does not have.
#[cold]
pub(crate) fn column_of_other_variant<M: Model>(entity: &M, position: usize) -> Error {
    let def = M::def();
    let discriminator = enum_columns::<M>(position).and_then(|columns| columns.iter().next());
    let reason = match discriminator.map(|first| entity.value(first)) {
        Some(ValueRef::Text(label)) => format!("the variant \"{label}\" does not have it"),
        _ => format!("{} is None", part(def, position)),
    };
    let message = format!(
        "the column {} of {} can't be set: {reason}",
        def.names[position], def.name
    );
    refusal((ErrorKind::Usage, message), (def, position), "…")
}

/// NULL for a field that is no `Option`. `is_optional` is whether the whole value is one.
#[cold]
pub(crate) fn null_alone(def: &'static ModelDef, position: usize, is_optional: bool) -> Error {
    let message = format!(
        "the column {} of {} can't be set to NULL alone: the field {} is not an Option",
        def.names[position], def.name, def.fields[position]
    );
    let value = if is_optional { "None" } else { "…" };
    refusal((ErrorKind::Decode, message), (def, position), value)
}

fn refusal(
    (kind, message): (ErrorKind, String),
    (def, position): (&'static ModelDef, usize),
    value: &str,
) -> Error {
    let part = part(def, position);
    Error::with_message(kind, message)
        .with_table(def.table)
        .with_column(def.names[position])
        .with_hint(format!(
            "assign the whole value: `session[…].{part} = {value}`"
        ))
}

/// The field of the model whose value has the column.
fn part(def: &'static ModelDef, position: usize) -> &'static str {
    let field = def.fields[position];
    field.rsplit_once('.').map_or(field, |(part, _)| part)
}

/// Whether another column of the flattened value that has this one has a value.
pub(crate) fn has_other_values<M: Model>(entity: &M, position: usize) -> bool {
    let of_part = |field: &'static str| field.rsplit_once('.').map(|(part, _)| part);
    let fields = M::def().fields;
    let Some(part) = of_part(fields[position]) else {
        return false;
    };
    let mut others = fields.iter().enumerate();
    others.any(|(other, field)| {
        other != position && of_part(field) == Some(part) && !entity.value(other).is_null()
    })
}
