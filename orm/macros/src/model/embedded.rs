//! Parses a struct that models flatten. It is resolved to a [`Model`] without a key, whose columns and constraints are
//! those of its fields. An enum is parsed in `embedded_enum.rs`; the fields that flatten either are in `flatten.rs`.

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

/// What is flattened, in messages.
const WHAT: &str = "a flattened struct";

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
        Err(meta.error(constraint(key, WHAT)))
    });
    for field in fields.named {
        field::parse(field, &mut parsed, errors);
    }
    refuse(&mut parsed, WHAT, errors);
    for field in &mut parsed.fields {
        refuse_attributes(field, WHAT, errors);
    }
    for field in &parsed.fields {
        rules::column(field, errors)?;
    }
    Some(check::resolve_columns(parsed, errors))
}

/// The message for a constraint, which is the model's.
pub(super) fn constraint(key: &str, what: &str) -> String {
    format!("`{key}` is not valid on {what}; write it on the model: `{key}(home.city, home.zip)`")
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

/// Refuses the fields that only a model has. `what` is what is flattened.
pub(super) fn refuse(parsed: &mut Parsed, what: &str, errors: &mut Errors) {
    let name = &parsed.head.ident;
    let mut refused: Vec<(Ident, Type)> = Vec::new();
    for relation in parsed.relations.drain(..) {
        let message = format!(
            "{what} has no relations; write `{}` in the models that flatten `{name}`",
            relation.ident
        );
        errors.at(relation.ident.span(), message);
        refused.push((relation.ident, relation.ty));
    }
    for part in parsed.parts.drain(..) {
        let message = format!(
            "{what} can't flatten another one; flatten `{}` in the models, beside `{name}`",
            part.ident
        );
        errors.at(part.ident.span(), message);
        refused.push((part.ident, part.ty));
    }
    for (ident, _) in &parsed.skipped {
        let message = format!(
            "each field of {what} is a column; write `{ident}` in the models that flatten `{name}`"
        );
        errors.at(ident.span(), message);
    }
    parsed.skipped.extend(refused);
}

/// Refuses the attributes that only a model's own columns have.
pub(super) fn refuse_attributes(field: &mut Field, what: &str, errors: &mut Errors) {
    if let Some(ty) = field.deferred.take() {
        let message = format!(
            "a column of {what} can't be deferred; write `{}` in the model itself",
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
        (
            "generated",
            attributes.generated.take().map(|(_, span)| span),
        ),
        ("identity", attributes.identity.take().map(|(_, span)| span)),
        (
            "renamed_from",
            attributes.renamed_from.take().map(|(_, span)| span),
        ),
    ];
    for (key, span) in found {
        if let Some(span) = span {
            let message =
                format!("`{key}` is not valid in {what}; write `{ident}` in the model itself");
            errors.at(span, message);
        }
    }
}
