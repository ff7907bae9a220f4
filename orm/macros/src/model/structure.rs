//! Parses a struct and its attributes.

use std::collections::HashSet;

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote};
use syn::ext::IdentExt as _;
use syn::meta::ParseNestedMeta;
use syn::parse::ParseStream;
use syn::spanned::Spanned as _;
use syn::{Data, DeriveInput, Fields, FieldsNamed, Ident, Path, Result, Token, parse_quote};

use super::data::{Head, Parsed, ViewAttributes};
use super::{condition, field, list_order, options, reference, sql_text, table_options};
use crate::attribute::{flag, no_generics, read_all, text, word};
use crate::case::snake;
use crate::errors::Errors;

/// The keys of a struct's attribute.
const KEYS: &[&str] = &[
    "table",
    "crate",
    "const_name",
    "builder",
    "unique",
    "index",
    "exclude",
    "check",
    "foreign_key",
    "order_by",
    "comment",
    "option",
    "attach",
    "temporary",
    "renamed_from",
    "view",
    "materialized",
    "depends_on",
];

/// Those of them that may stand several times.
const REPEATABLE: &[&str] = &[
    "unique",
    "index",
    "exclude",
    "check",
    "foreign_key",
    "option",
    "attach",
];

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
            ident: input.ident,
            vis: input.vis,
        },
        fields: Vec::new(),
        relations: Vec::new(),
        parts: Vec::new(),
        skipped: Vec::new(),
        uniques: Vec::new(),
        indexes: Vec::new(),
        exclusions: Vec::new(),
        checks: Vec::new(),
        foreign_keys: Vec::new(),
        options: Vec::new(),
        view: ViewAttributes::default(),
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
        "builder" => parsed.head.builder = word(meta, "builder = new_post")?,
        "unique" => parsed.uniques.push(options::unique(meta)?),
        "index" => parsed.indexes.push(options::index(meta)?),
        "exclude" => parsed.exclusions.push(options::exclude(meta)?),
        "check" => parsed.checks.push(condition::check(meta)?),
        "order_by" => parsed.order = list_order::own(meta)?,
        "foreign_key" => parsed.foreign_keys.push(reference::foreign_key(meta)?),
        "view" => parsed.view.query = Some(sql_text::read(key, meta)?),
        "materialized" => {
            flag(key, meta)?;
            parsed.view.materialized = Some(meta.path.span());
        }
        "depends_on" => parsed.view.depends_on = models(meta)?,
        _ => parsed.options.extend(table_option(key, meta)?),
    }
    Ok(())
}

/// What is stated about the table alone.
fn table_option(key: &str, meta: &ParseNestedMeta<'_>) -> Result<Vec<TokenStream>> {
    let set = match key {
        "comment" => {
            let comment = text(key, meta)?;
            quote!(it = it.comment(#comment);)
        }
        "renamed_from" => {
            let name = text(key, meta)?;
            quote!(it.renamed_from = __orm::Some(__orm::Name::Borrowed(#name));)
        }
        "temporary" => {
            flag(key, meta)?;
            quote!(it = it.temporary();)
        }
        "option" => return table_options::options(meta),
        "attach" => table_options::attach(meta)?,
        _ => return Err(meta.error(format!("`{key}` is not valid on a struct"))),
    };
    Ok(vec![set])
}

/// `(User, shop::Order)`.
fn models(meta: &ParseNestedMeta<'_>) -> Result<Vec<Path>> {
    const EXAMPLE: &str = "write the models that the view reads: `depends_on(User, Post)`";
    if !meta.input.peek(syn::token::Paren) {
        return Err(meta.error(EXAMPLE));
    }
    let content;
    syn::parenthesized!(content in meta.input);
    let path = |input: ParseStream<'_>| Path::parse_mod_style(input);
    let models = content.parse_terminated(path, Token![,])?;
    Ok(models.into_iter().collect())
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
