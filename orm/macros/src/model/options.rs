//! Parses the options of constraints and indexes: `index(a, b desc, name = "…", where = "…")`, on a struct and on a field.
//! Options of tables are in `table_options.rs`.
//!
//! Each option is a statement about `it`, the constraint or index of the schema that `orm/src/mapping/table.rs` has made
//! of the columns.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt as _;
use syn::meta::ParseNestedMeta;
use syn::parse::ParseStream;
use syn::{Error, Ident, LitStr, Result, Token, parenthesized, token};

use super::condition;
use super::data::{FieldPath, Group};
use super::keys::{self, Keys};
use super::words::{list, text, words};
use crate::attribute::unknown;

/// The options of a unique constraint.
const OF_UNIQUE: &[&str] = &["name", "nulls_not_distinct", "deferrable"];
/// The options of an index.
const OF_INDEX: &[&str] = &[
    "name",
    "unique",
    "where",
    "include",
    "method",
    "nulls_not_distinct",
    "concurrently",
];
/// The options of an exclusion constraint.
const OF_EXCLUSION: &[&str] = &["name", "method", "where", "deferrable"];
/// The options of an index that only a field's has: they are those of its key.
const OF_KEY: &[&str] = &["asc", "desc", "nulls", "length", "opclass", "collation"];

/// `(a, b)` or `(a, b, name = "…")`, with or without an equals sign in front: clippy takes a field that
/// stands in two lists for a duplicated attribute, unless there is one.
pub(super) fn unique(meta: &ParseNestedMeta<'_>) -> Result<Group> {
    let example = "write `unique(first, second)` on a struct, with fields of it; for a single column `unique` on its field";
    let mut group = Group::default();
    list(meta, example, |word, input| {
        if option(&mut group, (word, OF_UNIQUE), input)? {
            return Ok(());
        }
        let field = keys::path(word, input)?;
        let end = input.is_empty() || input.peek(Token![,]);
        if !end {
            let message = format!(
                "a unique constraint has whole columns without an order; write `index({word} …, unique)`"
            );
            return Err(input.error(message));
        }
        group.fields.push(field);
        Ok(())
    })?;
    not_without_fields(meta, group, example)
}

/// `(a, b desc, expr("lower(name)"), unique, where = "…", include(c))`.
pub(super) fn index(meta: &ParseNestedMeta<'_>) -> Result<Group> {
    let example = "write `index(first, second)` on a struct, with fields of it; for a single column `index` on its field";
    let (mut group, mut keys) = (Group::default(), Keys::of_index());
    list(meta, example, |word, input| {
        if option(&mut group, (word, OF_INDEX), input)? {
            return Ok(());
        }
        keys.read(word, input).map(|_| ())
    })?;
    let has_expression = keys.has_expression;
    keys.put(&mut group);
    if has_expression && !group.is_named {
        return Err(meta.error("an index with an expression needs a name: `name = \"…\"`"));
    }
    check(&group)?;
    if has_expression {
        return Ok(group);
    }
    not_without_fields(meta, group, example)
}

/// `(method = "gist", room with "=", during with "&&")`.
pub(super) fn exclude(meta: &ParseNestedMeta<'_>) -> Result<Group> {
    let example = "write each column with the operator that compares it: `exclude(method = \"gist\", room with \"=\", during with \"&&\")`";
    let (mut group, mut keys) = (Group::default(), Keys::of_exclusion());
    list(meta, example, |word, input| {
        if option(&mut group, (word, OF_EXCLUSION), input)? {
            return Ok(());
        }
        let element = keys.read(word, input)?;
        let with = Ident::parse_any(input).map_err(|error| Error::new(error.span(), example))?;
        if with != "with" {
            return Err(Error::new(with.span(), example));
        }
        let operator: LitStr = input
            .parse()
            .map_err(|error| Error::new(error.span(), example))?;
        keys.options
            .push(quote!(it.elements[#element].1 = __orm::Name::Borrowed(#operator);));
        Ok(())
    })?;
    let is_unnamed = keys.is_of_expressions() && !group.is_named;
    if keys.is_empty() {
        return Err(meta.error(example));
    }
    if is_unnamed {
        return Err(
            meta.error("an exclusion constraint of expressions needs a name: `name = \"…\"`")
        );
    }
    keys.put(&mut group);
    Ok(group)
}

/// `unique`, or `unique(nulls_not_distinct, deferrable)` on a field.
pub(super) fn unique_of_field(meta: &ParseNestedMeta<'_>) -> Result<Vec<TokenStream>> {
    let mut group = Group::default();
    options_of_field(meta, |word, input| {
        if option(&mut group, (word, OF_UNIQUE), input)? {
            return Ok(());
        }
        Err(no_option(word, OF_UNIQUE))
    })?;
    Ok(group.options)
}

/// `index`, or `index(name = "…", desc, length = 10)` on a field.
pub(super) fn index_of_field(meta: &ParseNestedMeta<'_>) -> Result<(Vec<TokenStream>, bool)> {
    let mut group = Group::default();
    let known: Vec<&str> = OF_INDEX
        .iter()
        .copied()
        .filter(|option| *option != "include")
        .collect();
    options_of_field(meta, |word, input| {
        if option(&mut group, (word, &known), input)? {
            return Ok(());
        }
        if let Some(set) = keys::option(&quote!(it.keys[0]), word, input)? {
            group.options.push(set);
            return Ok(());
        }
        let known = [&known[..], OF_KEY].concat();
        Err(no_option(word, &known))
    })?;
    check(&group)?;
    Ok((group.options, group.unique.is_some()))
}

/// `= deferred`, `= immediate`, or nothing, as a call of the constraint.
pub(super) fn deferrable(word: &Ident, input: ParseStream<'_>) -> Result<TokenStream> {
    const EXAMPLE: &str = "write `deferrable = deferred` for a check at the end of the transaction, or `deferrable = immediate`";
    let mut when = quote!(Immediate);
    if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        let value = Ident::parse_any(input).map_err(|error| Error::new(error.span(), EXAMPLE))?;
        when = match value.to_string().as_str() {
            "deferred" => quote!(Deferred),
            "immediate" => quote!(Immediate),
            _ => return Err(Error::new(value.span(), EXAMPLE)),
        };
    } else if !input.is_empty() && !input.peek(Token![,]) {
        return Err(Error::new(word.span(), EXAMPLE));
    }
    Ok(quote!(it = it.deferrable(__orm::schema::Deferrable::#when);))
}

/// Reads an option of the list `known`, unless `word` is something else.
fn option(
    group: &mut Group,
    (word, known): (&Ident, &[&str]),
    input: ParseStream<'_>,
) -> Result<bool> {
    let key = word.to_string();
    let has_value = input.peek(Token![=]);
    if !known.contains(&key.as_str()) {
        if has_value && !OF_KEY.contains(&key.as_str()) {
            return Err(Error::new(word.span(), unknown("option", &key, known)));
        }
        return Ok(false);
    }
    let is_list = input.peek(token::Paren);
    let call = match key.as_str() {
        // A field of that name.
        "name" | "method" if !has_value => return Ok(false),
        "include" if !is_list => return Ok(false),
        "name" => {
            let name = text(word, input)?;
            group.is_named = true;
            quote!(it = it.named(#name);)
        }
        "method" => {
            let method = text(word, input)?;
            quote!(it.method = ::core::convert::Into::into(__orm::Name::Borrowed(#method));)
        }
        "where" => {
            let condition = condition::after(word, input)?.expand();
            quote!(it = it.filter(#condition);)
        }
        "include" => {
            group.include = include(word, input)?;
            return Ok(true);
        }
        "deferrable" => deferrable(word, input)?,
        "unique" => {
            group.unique = Some(word.span());
            quote!(it = it.unique();)
        }
        "nulls_not_distinct" => {
            group.nulls_not_distinct = Some(word.span());
            quote!(it = it.nulls_not_distinct();)
        }
        "concurrently" => quote!(it = it.concurrently();),
        _ => return Err(Error::new(word.span(), example(&key))),
    };
    if !input.is_empty() && !input.peek(Token![,]) {
        return Err(input.error(example(&key)));
    }
    group.options.push(call);
    Ok(true)
}

/// The error of a word in the options of a field, which is none of them or has no value.
#[cold]
fn no_option(word: &Ident, known: &[&str]) -> Error {
    let key = word.to_string();
    let message = if known.contains(&key.as_str()) {
        example(&key)
    } else {
        unknown("option", &key, known)
    };
    Error::new(word.span(), message)
}

fn example(key: &str) -> String {
    match key {
        "name" | "method" => format!("write `{key} = \"…\"`"),
        "include" => "write `include(first, second)`, with fields of the struct".to_owned(),
        _ => format!("`{key}` takes no value"),
    }
}

/// `(c, d)`.
fn include(word: &Ident, input: ParseStream<'_>) -> Result<Vec<FieldPath>> {
    let content;
    parenthesized!(content in input);
    let field = |input: ParseStream<'_>| keys::path(&Ident::parse_any(input)?, input);
    let fields = content.parse_terminated(field, Token![,])?;
    if fields.is_empty() {
        return Err(Error::new(word.span(), example("include")));
    }
    Ok(fields.into_iter().collect())
}

/// Options that need another one.
fn check(group: &Group) -> Result<()> {
    match (group.nulls_not_distinct, group.unique) {
        (Some(span), None) => Err(Error::new(
            span,
            "`nulls_not_distinct` is for a unique index; add `unique`",
        )),
        _ => Ok(()),
    }
}

fn options_of_field(
    meta: &ParseNestedMeta<'_>,
    read: impl FnMut(&Ident, ParseStream<'_>) -> Result<()>,
) -> Result<()> {
    if meta.input.is_empty() || meta.input.peek(Token![,]) {
        return Ok(());
    }
    let key = meta.path.get_ident().map(ToString::to_string);
    let key = key.unwrap_or_default();
    if !meta.input.peek(token::Paren) {
        return Err(meta.error(format!("`{key}` takes no value")));
    }
    let content;
    parenthesized!(content in meta.input);
    words(&content, &format!("write `{key}(name = \"…\")`"), read)
}

fn not_without_fields(meta: &ParseNestedMeta<'_>, group: Group, example: &str) -> Result<Group> {
    if group.fields.is_empty() {
        return Err(meta.error(example));
    }
    Ok(group)
}
