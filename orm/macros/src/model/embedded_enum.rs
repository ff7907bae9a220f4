//! Parses an enum that models flatten: single-table inheritance, whose subtypes are the variants. It is resolved to a
//! [`Model`] without a key, whose columns are the discriminator and the fields of all variants.
//!
//! A field that several variants have by one name and type is one column. What a struct has in common with it is in
//! `embedded.rs`.

use std::collections::HashSet;

use proc_macro2::Span;
use quote::{ToTokens as _, format_ident, quote};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{
    Attribute, Data, DeriveInput, Error, Fields, Ident, LitStr, Path, Result, Type, parse_quote,
};

use super::data::{ColumnAttributes, ColumnOption, Field, Fill, Head, Model, Parsed};
use super::embedded::{constraint, refuse, refuse_attributes};
use super::{check, field, rules, structure};
use crate::attribute::{no_generics, read_all, text};
use crate::case::snake;
use crate::db_enum::{Labelled, distinct, known_case, label};
use crate::errors::Errors;

/// The keys of the enum's attribute, and those among them that are refused with a hint.
const KEYS: &[&str] = &[
    "discriminator",
    "crate",
    "name",
    "rename_all",
    "unique",
    "index",
    "check",
    "foreign_key",
];
const CONSTRAINTS: &[&str] = &["unique", "index", "check", "foreign_key"];

/// What is flattened, in messages.
const WHAT: &str = "a flattened enum";

/// An enum whose variants are the subtypes.
pub(super) struct EmbeddedEnum {
    /// The discriminator, and behind it the columns of the variants.
    pub(super) model: Model,
    /// The enum of the labels, which is the discriminator's type.
    pub(super) discriminator: Labelled,
    pub(super) variants: Vec<Variant>,
}

/// A subtype.
pub(super) struct Variant {
    pub(super) ident: Ident,
    /// The condition that a row is of it: `is_cat`. `None` if its name is an error.
    pub(super) condition: Option<Ident>,
    /// Its fields, each with the position of its column.
    pub(super) fields: Vec<(Ident, usize)>,
    /// Fields that are errors.
    pub(super) refused: Vec<Ident>,
}

/// What a column was declared as, by its first variant.
struct Declared {
    variant: Ident,
    ty: String,
    attributes: String,
}

/// Reads an enum without generics whose variants have named fields or none; anything else is an error.
pub(super) fn parse(input: DeriveInput, errors: &mut Errors) -> Option<EmbeddedEnum> {
    let variants = errors.take(named_variants(&input))?;
    let attributes = input.attrs.clone();
    let mut parsed = structure::blank(input);
    let mut discriminator = Labelled {
        is_native: false,
        name: snake(&parsed.head.ident.unraw().to_string()),
        orm: parsed.head.orm.clone(),
        ident: discriminator_type(&parsed.head),
        variants: Vec::new(),
    };
    let mut column = (Ident::new("kind", parsed.head.ident.span()), None);
    let mut case = "snake_case";
    read_all(&attributes, KEYS, CONSTRAINTS, errors, |key, meta| {
        match key {
            "discriminator" => column = discriminator_column(text(key, meta)?)?,
            "crate" => parsed.head.orm = meta.value()?.call(Path::parse_mod_style)?,
            "name" => discriminator.name = text(key, meta)?.value(),
            "rename_all" => case = known_case(&text(key, meta)?)?,
            _ => return Err(meta.error(constraint(key, WHAT))),
        }
        Ok(())
    });
    discriminator.orm = parsed.head.orm.clone();
    let field = discriminator_field(&parsed.head, &discriminator.ident, column);
    parsed.fields.push(field);

    let (mut declared, mut subtypes) = (Vec::new(), Vec::new());
    for variant in variants {
        let label = label(&variant, case, errors);
        discriminator.variants.push((variant.ident.clone(), label));
        subtypes.push(subtype(variant, (&mut parsed, &mut declared), errors));
    }
    distinct(&discriminator.variants, errors);
    distinct_conditions(&mut subtypes, errors);
    Some(EmbeddedEnum {
        model: resolve(parsed, errors)?,
        discriminator,
        variants: subtypes,
    })
}

fn named_variants(input: &DeriveInput) -> Result<Vec<syn::Variant>> {
    let name = &input.ident;
    no_generics(input, "`Embedded` does not support generics")?;
    let Data::Enum(data) = &input.data else {
        return Err(Error::new(name.span(), "not an enum"));
    };
    if data.variants.is_empty() {
        let message = format!(
            "`{name}` has no variants, which are the kinds of rows: `enum {name} {{ Cat {{ lives: i32 }}, Fish }}`"
        );
        return Err(Error::new(name.span(), message));
    }
    let tuples = data.variants.iter();
    let tuples = tuples.filter(|variant| matches!(variant.fields, Fields::Unnamed(_)));
    let refused = tuples.map(|variant| {
        let ident = &variant.ident;
        let fields = variant.fields.iter();
        let example: Vec<String> = fields.map(|field| format!("…: {}", text_of(&field.ty))).collect();
        let message = format!(
            "the fields of a variant need names, which are those of the columns; write `{ident} {{ {} }}`",
            example.join(", ")
        );
        Error::new(variant.fields.span(), message)
    });
    let first = refused.reduce(|mut first, other| {
        first.combine(other);
        first
    });
    match first {
        Some(error) => Err(error),
        None => Ok(data.variants.iter().cloned().collect()),
    }
}

/// The name of the enum of the labels, which stands beside the enum. A type of the user's that has this name is meant where
/// it is written.
fn discriminator_type(head: &Head) -> Ident {
    let name = format!("{}Discriminator", head.ident.unraw());
    let prefix = if head.words.contains(&name) { "__" } else { "" };
    Ident::new(&format!("{prefix}{name}"), head.ident.span())
}

/// The typed column, which has the name of the column.
fn discriminator_column(name: LitStr) -> Result<(Ident, Option<LitStr>)> {
    let raw = || syn::parse_str(&format!("r#{}", name.value()));
    let ident: Result<Ident> = syn::parse_str(&name.value()).or_else(|_| raw());
    let Ok(mut ident) = ident else {
        let message = "the discriminator is a typed column, too; choose a name that Rust has for fields: `discriminator = \"kind\"`";
        return Err(Error::new(name.span(), message));
    };
    ident.set_span(name.span());
    Ok((ident, Some(name)))
}

fn discriminator_field(head: &Head, ty: &Ident, column: (Ident, Option<LitStr>)) -> Field {
    let (ident, column) = column;
    Field {
        ident,
        vis: head.vis.clone(),
        ty: parse_quote!(#ty),
        deferred: None,
        docs: vec![parse_quote!(#[doc = "The discriminator."])],
        attributes: ColumnAttributes {
            column,
            ..ColumnAttributes::default()
        },
    }
}

/// Reads the fields of a variant. Those that no variant before it has become columns.
fn subtype(
    variant: syn::Variant,
    (parsed, declared): (&mut Parsed, &mut Vec<Declared>),
    errors: &mut Errors,
) -> Variant {
    let snake = snake(&variant.ident.unraw().to_string());
    let mut subtype = Variant {
        condition: Some(format_ident!("is_{snake}", span = variant.ident.span())),
        ident: variant.ident,
        fields: Vec::new(),
        refused: Vec::new(),
    };
    for mut field in variant.fields {
        let Some(ident) = field.ident.clone() else {
            continue;
        };
        let known = parsed.fields.iter().position(|known| known.ident == ident);
        let position = if let Some(position) = known {
            shared(&field, (parsed, declared), position, errors)
        } else {
            field.vis = parsed.head.vis.clone();
            column(field, &subtype.ident, (parsed, declared), errors)
        };
        match position {
            Some(position) => subtype.fields.push((ident, position)),
            None => subtype.refused.push(ident),
        }
    }
    subtype
}

/// A column of its own; `None` if it is none.
fn column(
    field: syn::Field,
    variant: &Ident,
    (parsed, declared): (&mut Parsed, &mut Vec<Declared>),
    errors: &mut Errors,
) -> Option<usize> {
    let position = parsed.fields.len();
    let declaration = Declared {
        variant: variant.clone(),
        ty: text_of(&field.ty),
        attributes: own_attributes(&field.attrs),
    };
    field::parse(field, parsed, errors);
    if parsed.fields.len() == position {
        refuse(parsed, WHAT, errors);
        parsed.skipped.clear();
        return None;
    }
    declared.push(declaration);
    Some(position)
}

/// The column of a field whose name another column has; `None` if it can't be the same one.
fn shared(
    field: &syn::Field,
    (parsed, declared): (&Parsed, &[Declared]),
    position: usize,
    errors: &mut Errors,
) -> Option<usize> {
    let ident = &parsed.fields[position].ident;
    // The first column is the discriminator.
    let Some(first) = position.checked_sub(1).and_then(|at| declared.get(at)) else {
        let message = format!(
            "`{ident}` is the name of the discriminator; give the field another name, or the discriminator: `#[orm(discriminator = \"…\")]`"
        );
        errors.at(field.ident.span(), message);
        return None;
    };
    let (variant, ty) = (&first.variant, text_of(&field.ty));
    if ty != first.ty {
        let message = format!(
            "the column `{ident}` has the type `{}` in `{variant}` and `{ty}` here; give both fields one type, or one of them another name",
            first.ty
        );
        errors.at(field.ty.span(), message);
        return None;
    }
    let attributes = own_attributes(&field.attrs);
    if !attributes.is_empty() && attributes != first.attributes {
        let message = format!(
            "the column `{ident}` has the attributes that its field has in `{variant}`; write them there, and remove these"
        );
        errors.at(field.ident.span(), message);
    }
    Some(position)
}

/// A type as it is written.
fn text_of(ty: &Type) -> String {
    let text = ty.to_token_stream().to_string();
    text.replace(" <", "<")
        .replace("< ", "<")
        .replace(" >", ">")
        .replace(" :: ", "::")
}

/// The text of a field's `#[orm(…)]`.
fn own_attributes(attributes: &[Attribute]) -> String {
    let own = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("orm"));
    own.map(|attribute| attribute.to_token_stream().to_string())
        .collect()
}

/// The columns, each of which but the discriminator is nullable.
fn resolve(mut parsed: Parsed, errors: &mut Errors) -> Option<Model> {
    for field in parsed.fields.iter_mut().skip(1) {
        refuse_attributes(field, WHAT, errors);
        refuse_defaults(field, errors);
    }
    for field in &parsed.fields {
        rules::column(field, errors)?;
    }
    let mut model = check::resolve_columns(parsed, errors);
    for column in model.columns.iter_mut().skip(1) {
        let (call, needs) = (quote!(.nullable()), None);
        column.options.push(ColumnOption { call, needs });
        column.fill = Fill::Required;
    }
    Some(model)
}

/// A value of a variant has all of its fields, and the columns of the others are NULL.
fn refuse_defaults(field: &mut Field, errors: &mut Errors) {
    let (ident, attributes) = (&field.ident, &mut field.attributes);
    let found = [
        ("default", attributes.default.take().map(|it| it.span())),
        (
            "server_default",
            attributes.server_default.take().map(|_| ident.span()),
        ),
        (
            "update_default",
            attributes.update_default.take().map(|(_, span)| span),
        ),
    ];
    for (key, span) in found {
        if let Some(span) = span {
            let message = format!(
                "`{key}` is not valid in a variant, whose fields are all given; remove it, or write `{ident}` in the model itself"
            );
            errors.at(span, message);
        }
    }
    if let Some((span, key)) = attributes.nullability.take() {
        let message = format!(
            "the columns of variants are nullable, since the rows of the others have NULL there; remove `{key}`"
        );
        errors.at(span, message);
        attributes
            .options
            .retain(|option| !matches!(option.needs, Some("HoldsNull" | "HoldsNoNull")));
    }
}

/// Refuses variants whose conditions have the name of another one.
fn distinct_conditions(variants: &mut [Variant], errors: &mut Errors) {
    let mut seen: HashSet<Ident> = ["is_null", "is_not_null"]
        .map(|name| Ident::new(name, Span::call_site()))
        .into();
    for variant in variants {
        let (ident, condition) = (&variant.ident, &mut variant.condition);
        let taken = condition.take_if(|condition| !seen.insert(condition.clone()));
        if let Some(taken) = taken {
            let message = format!(
                "the condition `{taken}` of `{ident}` would have the name of another condition; give the variant another name"
            );
            errors.at(ident.span(), message);
        }
    }
}
