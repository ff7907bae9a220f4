//! Resolves constraints and indexes: positions for names.

use syn::Ident;

use super::data::{
    ColumnAttributes, Columns, FieldPath, ForeignKey, Group, Part, Position, Reference,
};
use super::reference::variant;
use crate::attribute::nearest;
use crate::errors::Errors;

/// Unique constraints, indexes or exclusion constraints of a struct.
pub(super) fn groups(
    groups: Vec<Group>,
    names: &[&Ident],
    parts: &[Part],
    errors: &mut Errors,
) -> Vec<Columns> {
    let resolve = |group: Group| {
        let positions = paths(&group.fields, names, parts, errors)?;
        let include = paths(&group.include, names, parts, errors)?;
        Some(Columns {
            positions,
            include,
            options: group.options,
            is_unique: group.unique.is_some(),
        })
    };
    groups.into_iter().filter_map(resolve).collect()
}

/// The order of a struct's queries.
pub(super) fn order(
    items: Vec<(FieldPath, bool)>,
    names: &[&Ident],
    parts: &[Part],
    errors: &mut Errors,
) -> Vec<(Position, bool)> {
    let (fields, directions): (Vec<_>, Vec<_>) = items.into_iter().unzip();
    let positions = paths(&fields, names, parts, errors).unwrap_or_default();
    positions.into_iter().zip(directions).collect()
}

/// The positions of the columns of `fields`, some of which may be columns of flattened structs.
fn paths(
    fields: &[FieldPath],
    names: &[&Ident],
    parts: &[Part],
    errors: &mut Errors,
) -> Option<Vec<Position>> {
    let mut found = Vec::new();
    for path in fields {
        let position = position(path, names, parts, errors)?;
        if found.contains(&position) {
            errors.at(
                path.field.span(),
                format!("duplicate field `{}`", path.field),
            );
            return None;
        }
        found.push(position);
    }
    Some(found)
}

fn position(
    path: &FieldPath,
    names: &[&Ident],
    parts: &[Part],
    errors: &mut Errors,
) -> Option<Position> {
    let field = &path.field;
    let is_part = parts.iter().any(|part| part.ident == *field);
    let message = match &path.inner {
        Some(inner) if is_part => return Some(Position::Part(field.clone(), inner.clone())),
        Some(inner) => {
            format!("`{field}` is no flattened field; write `{field}` without `.{inner}`")
        }
        None if is_part => {
            format!("`{field}` has several columns; name one of them: `{field}.column`")
        }
        None => {
            let own = positions(std::slice::from_ref(field), names, errors)?;
            return own.first().map(|position| Position::Own(*position));
        }
    };
    errors.at(field.span(), message);
    None
}

/// The references that a struct itself bears.
pub(super) fn foreign_keys(
    keys: Vec<ForeignKey>,
    names: &[&Ident],
    errors: &mut Errors,
) -> Vec<Reference> {
    let resolve = |key: ForeignKey| {
        let positions = positions(&key.fields, names, errors)?;
        Some(Reference {
            positions,
            targets: key.targets,
            options: key.options,
            on_delete: variant(key.on_delete.as_ref()),
            on_update: variant(key.on_update.as_ref()),
        })
    };
    keys.into_iter().filter_map(resolve).collect()
}

/// The reference of a single column.
pub(super) fn reference(position: usize, attributes: &mut ColumnAttributes) -> Option<Reference> {
    let options = std::mem::take(&mut attributes.key_options).into_iter();
    Some(Reference {
        positions: vec![position],
        targets: vec![attributes.references.take()?],
        options: options.map(|(.., option)| option).collect(),
        on_delete: variant(attributes.on_delete.as_ref()),
        on_update: variant(attributes.on_update.as_ref()),
    })
}

/// The positions of the columns of `fields`; `None` if one is no column or stands twice.
fn positions(fields: &[Ident], names: &[&Ident], errors: &mut Errors) -> Option<Vec<usize>> {
    let mut positions = Vec::new();
    for field in fields {
        let position = names.iter().position(|name| *name == field);
        match position {
            Some(position) if positions.contains(&position) => {
                errors.at(field.span(), format!("duplicate field `{field}`"));
            }
            Some(position) => positions.push(position),
            None => {
                let known: Vec<String> = names.iter().map(ToString::to_string).collect();
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                let hint = match nearest(&field.to_string(), &known) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "expected fields of this struct".to_owned(),
                };
                errors.at(field.span(), format!("no column `{field}`; {hint}"));
            }
        }
    }
    (positions.len() == fields.len()).then_some(positions)
}
