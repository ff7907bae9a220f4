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
    for (key, action) in actions {
        if let Some(action) = action {
            let message =
                format!("`{key}` needs a foreign key; add `references = Model.field` to `{ident}`");
            errors.at(action.span(), message);
        }
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
