//! The rules of a field's attributes, alone and together. Errors point at the user's tokens and have a hint.

use quote::ToTokens as _;
use syn::spanned::Spanned as _;
use syn::{Ident, Type};

use super::data::{ColumnAttributes, Field, ServerDefault};
use super::tokens::{option, rc};
use crate::errors::Errors;

/// Checks one column. `None`: its code would be wrong in ways that the compiler reports at length.
pub(super) fn column(field: &Field, errors: &mut Errors) -> Option<()> {
    let (ident, attributes) = (&field.ident, &field.attributes);
    actions(ident, attributes, errors);
    generated(ident, attributes, errors);
    computed(ident, attributes, errors);
    version(attributes, errors);
    update_default(attributes, errors);
    default_length(attributes, errors);
    digits(attributes, errors);
    nullability(attributes, errors);
    let known = key(field, errors).and(deferred(field, errors));
    sendable(&field.ty, errors).and(known)
}

/// Checks that a field's type can be sent to another thread, as far as its tokens show.
pub(super) fn sendable(ty: &Type, errors: &mut Errors) -> Option<()> {
    let Some(span) = rc(ty) else { return Some(()) };
    errors.at(span, "a model must be `Send`, which `Rc` is not; use `Arc`");
    None
}

fn key(field: &Field, errors: &mut Errors) -> Option<()> {
    let (Some(span), Some(inner)) = (field.attributes.primary_key, option(&field.ty)) else {
        return Some(());
    };
    let (ident, inner) = (&field.ident, inner.to_token_stream().to_string());
    let inner = inner.replace(' ', "");
    let message = format!("a primary key can't be nullable; give `{ident}` the type `{inner}`");
    errors.at(span, message);
    None
}

/// The columns of a primary key are NOT NULL.
fn nullability(attributes: &ColumnAttributes, errors: &mut Errors) {
    if let (Some((span, "nullable")), Some(_)) = (attributes.nullability, attributes.primary_key) {
        errors.at(span, "a primary key can't be nullable; remove `nullable`");
    }
}

fn actions(ident: &Ident, attributes: &ColumnAttributes, errors: &mut Errors) {
    if attributes.references.is_some() {
        return;
    }
    let actions = [
        ("on_delete", &attributes.on_delete),
        ("on_update", &attributes.on_update),
    ];
    let actions = actions.iter();
    let actions = actions.filter_map(|(key, action)| Some((*key, action.as_ref()?.span())));
    let options = attributes.key_options.iter();
    let options = options.map(|(span, key, _)| (*key, *span));
    for (key, span) in actions.chain(options) {
        let message =
            format!("`{key}` needs a foreign key; add `references = Model.field` to `{ident}`");
        errors.at(span, message);
    }
}

fn generated(ident: &Ident, attributes: &ColumnAttributes, errors: &mut Errors) {
    let Some((true, span)) = attributes.auto_increment else {
        return;
    };
    let message = if attributes.primary_key.is_none() {
        format!("`auto_increment` needs a primary key; add `primary_key` to `{ident}`")
    } else if attributes.references.is_some() {
        format!("`{ident}` can't be both auto-increment and a foreign key")
    } else if attributes.default.is_some() || attributes.server_default.is_some() {
        format!("`{ident}` can't have both `auto_increment` and a default")
    } else {
        return;
    };
    errors.at(span, message);
}

/// A generated column has no other value than that of its expression.
fn computed(ident: &Ident, attributes: &ColumnAttributes, errors: &mut Errors) {
    let Some((_, span)) = attributes.generated else {
        return;
    };
    let others = [
        ("primary_key", attributes.primary_key.is_some()),
        ("version", attributes.version.is_some()),
        ("default", attributes.default.is_some()),
        ("server_default", attributes.server_default.is_some()),
        ("update_default", attributes.update_default.is_some()),
        ("references", attributes.references.is_some()),
        ("identity", attributes.identity.is_some()),
    ];
    let key = others.iter().find(|(_, is_there)| *is_there);
    if let Some((mut key, _)) = key.copied() {
        if matches!(attributes.server_default, Some(ServerDefault::Sequence(_))) {
            key = "sequence";
        }
        let message = format!(
            "`{ident}` can't have both `generated` and `{key}`: the expression makes all of its values"
        );
        errors.at(span, message);
    }
}

fn default_length(attributes: &ColumnAttributes, errors: &mut Errors) {
    let (Some(ServerDefault::Text(text)), Some(length)) =
        (&attributes.server_default, &attributes.length)
    else {
        return;
    };
    let characters = text.value().chars().count();
    if length
        .base10_parse()
        .is_ok_and(|length: usize| characters > length)
    {
        let message = format!(
            "the default has {characters} characters, but the length of the column is {length}"
        );
        errors.at(text.span(), message);
    }
}

/// `precision` and `scale` are given together, and no more digits are after the point than there are.
fn digits(attributes: &ColumnAttributes, errors: &mut Errors) {
    let number = |literal: &syn::LitInt| literal.base10_parse::<u8>().unwrap_or_default();
    match (&attributes.precision, &attributes.scale) {
        (Some((precision, _)), Some((scale, _))) => {
            let (all, fraction) = (number(precision), number(scale));
            if all == 0 || fraction > all {
                let message =
                    "`precision` is the number of all digits, at least 1 and at least `scale`";
                errors.at(precision.span(), message);
            }
        }
        (Some((_, span)), None) => {
            errors.at(
                *span,
                "`precision` needs `scale`; write `precision = 12, scale = 2`",
            );
        }
        (None, Some((_, span))) => {
            errors.at(
                *span,
                "`scale` needs `precision`; write `precision = 12, scale = 2`",
            );
        }
        (None, None) => {}
    }
}

fn update_default(attributes: &ColumnAttributes, errors: &mut Errors) {
    let Some((_, span)) = attributes.update_default else {
        return;
    };
    if attributes.primary_key.is_some() {
        errors.at(
            span,
            "a primary key has no `update_default`: an UPDATE finds its row by it",
        );
    } else if attributes.version.is_some() {
        errors.at(
            span,
            "a version column has no `update_default`: every UPDATE counts it up",
        );
    }
}

/// What a session reads in memory can't be left out.
fn deferred(field: &Field, errors: &mut Errors) -> Option<()> {
    let (ident, attributes) = (&field.ident, &field.attributes);
    let Some(ty) = &field.deferred else {
        if let Some((_, span)) = attributes.deferred {
            let message = format!(
                "`deferred` needs a `Deferred` field: make the type of `{ident}` a `Deferred<…>`"
            );
            errors.at(span, message);
        }
        return Some(());
    };
    let what = if attributes.primary_key.is_some() {
        "a primary key"
    } else if attributes.version.is_some() {
        "a version column"
    } else {
        return Some(());
    };
    let message = format!("{what} can't be deferred, since a session has to know its value");
    errors.at(ty.span(), message);
    None
}

fn version(attributes: &ColumnAttributes, errors: &mut Errors) {
    let Some(span) = attributes.version else {
        return;
    };
    if attributes.primary_key.is_some() {
        errors.at(
            span,
            "a version column can't be part of the primary key, since every UPDATE changes it",
        );
    } else if attributes.default.is_some() || attributes.server_default.is_some() {
        errors.at(span, "a version column has no default: it starts at 1");
    }
}
