//! Parses a struct that models flatten. It is resolved to a [`Model`] without a key, whose columns and constraints are
//! those of its fields. The fields that flatten it are in `flatten.rs`.

use syn::spanned::Spanned as _;
use syn::{Data, DeriveInput, Error, Fields, FieldsNamed, Ident, Path, Result, Type};

use super::check;
use super::data::{Field, Model, Parsed};
use super::field;
use super::rules;
use super::structure;
use crate::attribute::{no_generics, read_all};
use crate::errors::Errors;

/// The keys of the struct's attribute. Those but the first are refused with a hint.
const KEYS: &[&str] = &["crate", "unique", "index", "check", "foreign_key"];

/// Reads a struct with named fields and without generics; anything else is an error.
pub(super) fn parse(input: DeriveInput, errors: &mut Errors) -> Option<Model> {
    let fields = errors.take(named_fields(&input))?;
    let attributes = input.attrs.clone();
    let mut parsed = structure::blank(input);
    read_all(&attributes, KEYS, KEYS, errors, |key, meta| {
        if key == "crate" {
            parsed.head.orm = meta.value()?.call(Path::parse_mod_style)?;
            return Ok(());
        }
        Err(meta.error(format!(
            "`{key}` is not valid on a flattened struct; write it on the model: `{key}(home.city, home.zip)`"
        )))
    });
    for field in fields.named {
        field::parse(field, &mut parsed, errors);
    }
    refuse(&mut parsed, errors);
    for field in &parsed.fields {
        rules::column(field, errors)?;
    }
    Some(check::resolve_columns(parsed, errors))
}

fn named_fields(input: &DeriveInput) -> Result<FieldsNamed> {
    let name = &input.ident;
    no_generics(input, "`Embedded` does not support generics")?;
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) if !fields.named.is_empty() => Ok(fields.clone()),
            _ => Err(not_named(name)),
        },
        Data::Enum(_) | Data::Union(_) => Err(not_named(name)),
    }
}

fn not_named(name: &Ident) -> Error {
    let message = format!(
        "`Embedded` is for a struct with named fields, which are columns: `struct {name} {{ city: String }}`"
    );
    Error::new(name.span(), message)
}

/// Refuses what only a model has.
fn refuse(parsed: &mut Parsed, errors: &mut Errors) {
    let name = &parsed.head.ident;
    let mut refused: Vec<(Ident, Type)> = Vec::new();
    for relation in parsed.relations.drain(..) {
        let message = format!(
            "a flattened struct has no relations; write `{}` in the models that flatten `{name}`",
            relation.ident
        );
        errors.at(relation.ident.span(), message);
        refused.push((relation.ident, relation.ty));
    }
    for part in parsed.parts.drain(..) {
        let message = format!(
            "a flattened struct can't flatten another one; flatten `{}` in the models, beside `{name}`",
            part.ident
        );
        errors.at(part.ident.span(), message);
        refused.push((part.ident, part.ty));
    }
    for (ident, _) in &parsed.skipped {
        let message = format!(
            "each field of a flattened struct is a column; write `{ident}` in the models that flatten `{name}`"
        );
        errors.at(ident.span(), message);
    }
    parsed.skipped.extend(refused);
    for field in &mut parsed.fields {
        refuse_attributes(field, errors);
    }
}

fn refuse_attributes(field: &mut Field, errors: &mut Errors) {
    if let Some(ty) = field.deferred.take() {
        let message = format!(
            "a column of a flattened struct can't be deferred; write `{}` in the model itself",
            field.ident
        );
        errors.at(ty.span(), message);
        field.attributes.deferred = None;
    }
    let (ident, attributes) = (&field.ident, &mut field.attributes);
    let found = [
        ("primary_key", attributes.primary_key.take()),
        (
            "auto_increment",
            attributes.auto_increment.take().map(|(_, span)| span),
        ),
        (
            "sqlite_autoincrement",
            attributes.sqlite_autoincrement.take(),
        ),
        ("version", attributes.version.take()),
    ];
    for (key, span) in found {
        if let Some(span) = span {
            let message = format!(
                "`{key}` is not valid in a flattened struct; write `{ident}` in the model itself"
            );
            errors.at(span, message);
        }
    }
}
