//! Parses a struct and its attributes.

use std::collections::HashSet;

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::ext::IdentExt as _;
use syn::meta::ParseNestedMeta;
use syn::spanned::Spanned as _;
use syn::{Data, DeriveInput, Fields, FieldsNamed, Ident, Path, Result, Token, parse_quote};

use super::data::{Check, FieldPath, Group, Head, Parsed};
use super::{field, list_order, reference};
use crate::attribute::{flag, list, list_of, no_generics, read_all, text, word};
use crate::case::snake;
use crate::errors::Errors;

/// The keys of a struct's attribute.
const KEYS: &[&str] = &[
    "table",
    "crate",
    "const_name",
    "builder",
    "hooks",
    "unique",
    "index",
    "check",
    "foreign_key",
    "order_by",
];

/// Those of them that may stand several times.
const REPEATABLE: &[&str] = &["unique", "index", "check", "foreign_key"];

/// Reads a struct with named fields and without generics; anything else is an error.
pub(super) fn parse(input: DeriveInput, errors: &mut Errors) -> Option<Parsed> {
    let fields = errors.take(named_fields(&input))?;
    let attributes = input.attrs.clone();
    let mut parsed = blank(input);
    read_all(&attributes, KEYS, REPEATABLE, errors, |key, meta| {
        read(&mut parsed, key, meta)
    });
    for field in fields.named {
        field::parse(field, &mut parsed, errors);
    }
    Some(parsed)
}

/// A struct of which only the names are read.
pub(super) fn blank(input: DeriveInput) -> Parsed {
    Parsed {
        head: Head {
            orm: parse_quote!(::orm),
            table: snake(&input.ident.unraw().to_string()),
            value: input.ident.clone(),
            words: words(input.to_token_stream()),
            builder: Ident::new("builder", Span::call_site()),
            hooks: None,
            ident: input.ident,
            vis: input.vis,
        },
        fields: Vec::new(),
        relations: Vec::new(),
        parts: Vec::new(),
        skipped: Vec::new(),
        uniques: Vec::new(),
        indexes: Vec::new(),
        checks: Vec::new(),
        foreign_keys: Vec::new(),
        order: Vec::new(),
    }
}

fn named_fields(input: &DeriveInput) -> Result<FieldsNamed> {
    let name = &input.ident;
    let Data::Struct(data) = &input.data else {
        let message = format!(
            "`Model` can only be derived for structs; to store `{name}` in a column, derive `DbEnum`"
        );
        return Err(syn::Error::new(name.span(), message));
    };
    let message =
        format!("`Model` does not support generics; write a struct for each table of `{name}`");
    no_generics(input, message)?;
    match &data.fields {
        Fields::Named(fields) if !fields.named.is_empty() => Ok(fields.clone()),
        Fields::Named(_) => Err(syn::Error::new(
            name.span(),
            format!("`{name}` has no fields; a table needs a primary key"),
        )),
        _ => {
            let message = format!(
                "`Model` needs named fields, which name the columns: `struct {name} {{ id: i64, … }}`"
            );
            Err(syn::Error::new(name.span(), message))
        }
    }
}

fn read(parsed: &mut Parsed, key: &str, meta: &ParseNestedMeta<'_>) -> Result<()> {
    match key {
        "table" => parsed.head.table = text(key, meta)?.value(),
        "crate" => parsed.head.orm = meta.value()?.call(Path::parse_mod_style)?,
        "const_name" => parsed.head.value = word(meta, "const_name = Posts")?,
        "hooks" => {
            flag(key, meta)?;
            parsed.head.hooks = Some(meta.path.span());
        }
        "builder" => parsed.head.builder = word(meta, "builder = new_post")?,
        "unique" => parsed.uniques.push(group(key, meta)?),
        "index" => parsed.indexes.push(group(key, meta)?),
        "check" => parsed.checks.push(check(meta)?),
        "order_by" => parsed.order = list_order::own(meta)?,
        "foreign_key" => parsed.foreign_keys.push(reference::foreign_key(meta)?),
        _ => return Err(meta.error(format!("`{key}` is not valid on a struct"))),
    }
    Ok(())
}

/// The words among `tokens`.
fn words(tokens: TokenStream) -> HashSet<String> {
    let mut found = HashSet::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) => found.extend(words(group.stream())),
            TokenTree::Ident(ident) => {
                found.insert(ident.unraw().to_string());
            }
            _ => {}
        }
    }
    found
}

/// `(a, b)` or `(a, b, name = "…")`, with or without an equals sign in front: clippy takes a field that
/// stands in two lists for a duplicated attribute, unless there is one.
fn group(key: &str, meta: &ParseNestedMeta<'_>) -> Result<Group> {
    let example = format!(
        "write `{key}(first, second)` on a struct, with fields of it; for a single column `{key}` on its field"
    );
    meta.input.parse::<Option<Token![=]>>()?;
    let (mut name, mut fields) = (None, Vec::new());
    let read_name = |key: &str, part: &ParseNestedMeta<'_>| {
        let is_name = key == "name";
        if is_name {
            name = Some(text(key, part)?);
        }
        Ok(is_name)
    };
    list_of(meta, &example, read_name, |field, part| {
        let dot: Option<Token![.]> = part.input.parse()?;
        let inner = dot.map(|_| part.input.parse()).transpose()?;
        fields.push(FieldPath { field, inner });
        Ok(())
    })?;
    if fields.is_empty() {
        return Err(meta.error(example));
    }
    Ok(Group { fields, name })
}

/// `(name = "…", raw = "…")`.
fn check(meta: &ParseNestedMeta<'_>) -> Result<Check> {
    const EXAMPLE: &str = "write `check(name = \"positive\", raw = \"price > 0\")`";
    let (mut name, mut raw) = (None, None);
    let others = list(meta, EXAMPLE, |key, part| {
        match key {
            "name" => name = Some(text(key, part)?),
            "raw" => raw = Some(text(key, part)?),
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    match (name, raw) {
        (Some(name), Some(raw)) if others.is_empty() => Ok(Check { name, raw }),
        _ => Err(meta.error(EXAMPLE)),
    }
}
