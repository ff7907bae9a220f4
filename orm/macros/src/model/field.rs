//! Parses a field and its attributes.

use proc_macro2::TokenStream;
use quote::quote;
use syn::meta::ParseNestedMeta;
use syn::parse::ParseStream;
use syn::spanned::Spanned as _;
use syn::{Error, Ident, Lit, LitInt, Result, Token, parenthesized};

use super::data::{ColumnAttributes, ColumnOption, Deferral, Field, Parsed, ServerDefault};
use super::flatten::Flatten;
use super::generated;
use super::options;
use super::reference::{action, match_full, target};
use super::relation;
use super::sql_text;
use super::sql_type;
use super::tokens::argument;
use crate::attribute::{expression, flag, length, read_all, switch, text, word};
use crate::errors::Errors;

/// The keys of a field's attribute.
const KEYS: &[&str] = &[
    "primary_key",
    "auto_increment",
    "sqlite_autoincrement",
    "column",
    "unique",
    "index",
    "length",
    "precision",
    "scale",
    "nullable",
    "not_null",
    "collation",
    "sql_type",
    "default",
    "server_default",
    "update_default",
    "generated",
    "identity",
    "sequence",
    "comment",
    "renamed_from",
    "references",
    "on_delete",
    "on_update",
    "deferrable",
    "match",
    "version",
    "synonym",
    "deferred",
    "flatten",
    "prefix",
    "skip",
];

/// Reads a named field: a column, a relation, or one that is skipped.
pub(super) fn parse(field: syn::Field, parsed: &mut Parsed, errors: &mut Errors) {
    let Some(field) = relation::parse(field, parsed, errors) else {
        return;
    };
    let mut attributes = ColumnAttributes::default();
    let mut is_skipped = false;
    let (mut flatten, mut others) = (Flatten::default(), None);
    read_all(&field.attrs, KEYS, &["synonym"], errors, |key, meta| {
        if key == "skip" {
            is_skipped = true;
            return flag(key, meta);
        }
        if flatten.read(key, meta)? {
            return Ok(());
        }
        others.get_or_insert_with(|| (meta.path.span(), key.to_owned()));
        read(&mut attributes, key, meta)
    });
    if is_skipped {
        if let Some((span, key)) = others {
            let message = format!("`{key}` is not valid on a skipped field, which has no column");
            errors.at(span, message);
        }
        parsed.skipped.extend(field.ident.zip(Some(field.ty)));
        return;
    }
    if flatten.is_set() {
        parsed.parts.extend(flatten.part(field, others, errors));
        return;
    }
    flatten.alone(errors);
    let Some(ident) = field.ident else { return };
    let mut docs = field.attrs;
    docs.retain(|attribute| attribute.path().is_ident("doc"));
    let inner = argument(&field.ty, "Deferred").cloned();
    let (ty, deferred) = match inner {
        Some(inner) => (inner, Some(field.ty)),
        None => (field.ty, None),
    };
    parsed.fields.push(Field {
        ident,
        vis: field.vis,
        ty,
        deferred,
        docs,
        attributes,
    });
}

fn read(column: &mut ColumnAttributes, key: &str, meta: &ParseNestedMeta<'_>) -> Result<()> {
    let span = meta.path.span();
    match key {
        "primary_key" => {
            flag(key, meta)?;
            column.primary_key = Some(span);
        }
        "auto_increment" => column.auto_increment = Some((switch(meta)?, span)),
        "sqlite_autoincrement" => {
            let (keeps, call) = (switch(meta)?, quote!(.reuses_keys()));
            column.sqlite_autoincrement = Some(span);
            if !keeps {
                column.options.push(ColumnOption { call, needs: None });
            }
        }
        "column" => column.column = Some(text(key, meta)?),
        "unique" => column.unique = Some(options::unique_of_field(meta)?),
        "index" => column.index = Some(options::index_of_field(meta)?),
        "length" => {
            let length = length(meta)?;
            let call = quote!(.length(#length));
            column.length = Some(length);
            column.options.push(ColumnOption::of(call, "HasLength"));
        }
        "precision" => column.precision = Some((small(key, meta)?, span)),
        "scale" => column.scale = Some((small(key, meta)?, span)),
        "nullable" | "not_null" => nullability(column, key, meta)?,
        "default" => column.default = Some(expression(key, meta)?),
        "server_default" => {
            if column
                .server_default
                .replace(server_default(meta)?)
                .is_some()
            {
                return Err(meta.error("a column can't have both `sequence` and `server_default`"));
            }
        }
        "update_default" => column.update_default = Some((expression(key, meta)?, span)),
        "references" => {
            let example = |_| meta.error("write `references = User.id`");
            column.references = Some(target(meta.value().map_err(example)?)?);
        }
        "on_delete" => column.on_delete = Some(action(key, meta)?),
        "on_update" => column.on_update = Some(action(key, meta)?),
        "version" => {
            flag(key, meta)?;
            column.version = Some(span);
        }
        "synonym" => column.synonyms.push(word(meta, "synonym = login")?),
        "deferred" => column.deferred = Some((deferral(meta)?, span)),
        _ => return read_object(column, key, meta),
    }
    Ok(())
}

/// What concerns the database alone.
fn read_object(column: &mut ColumnAttributes, key: &str, meta: &ParseNestedMeta<'_>) -> Result<()> {
    let span = meta.path.span();
    match key {
        "deferrable" | "match" => {
            let (key, option) = key_option(key, meta)?;
            column.key_options.push((span, key, option));
        }
        "generated" => column.generated = Some((generated::generated(meta)?, span)),
        "identity" => column.identity = Some((generated::identity(meta)?, span)),
        "sequence" => {
            let sequence = ServerDefault::Sequence(text(key, meta)?);
            if column.server_default.replace(sequence).is_some() {
                return Err(meta.error("a column can't have both `sequence` and `server_default`"));
            }
        }
        "comment" => {
            let comment = text(key, meta)?;
            let call = quote!(.comment(__orm::Name::Borrowed(#comment)));
            column.options.push(ColumnOption { call, needs: None });
        }
        "renamed_from" => {
            let name = text(key, meta)?;
            let call = quote!(.renamed_from(__orm::Name::Borrowed(#name)));
            column.renamed_from = Some((call, span));
        }
        "collation" => {
            let name = text(key, meta)?;
            let call = quote!(.collation(__orm::Name::Borrowed(#name)));
            column.options.push(ColumnOption::of(call, "HasCollation"));
        }
        "sql_type" => {
            let call = sql_type::read(meta)?;
            column.options.push(ColumnOption { call, needs: None });
        }
        _ => return Err(meta.error(format!("`{key}` is not valid on a field"))),
    }
    Ok(())
}

/// An option of the foreign key, as a statement about it: `deferrable = deferred`, `match = full`.
fn key_option(key: &str, meta: &ParseNestedMeta<'_>) -> Result<(&'static str, TokenStream)> {
    let word = Ident::new("deferrable", meta.path.span());
    if key == "deferrable" {
        return Ok(("deferrable", options::deferrable(&word, meta.input)?));
    }
    Ok(("match", match_full(meta)?))
}

/// `= 12`, up to the 36 digits that a value has.
fn small(key: &str, meta: &ParseNestedMeta<'_>) -> Result<LitInt> {
    let example = |_| meta.error(format!("write `{key} = 12`"));
    let number: LitInt = meta.value().map_err(example)?.parse().map_err(example)?;
    match number.base10_parse::<u8>() {
        Ok(0..=36) => Ok(number),
        _ => Err(Error::new(
            number.span(),
            format!("`{key}` must be a number of digits, of which there are 36 at most"),
        )),
    }
}

/// `nullable` or `not_null`, of which a field has one.
fn nullability(column: &mut ColumnAttributes, key: &str, meta: &ParseNestedMeta<'_>) -> Result<()> {
    flag(key, meta)?;
    if let Some((_, other)) = column.nullability {
        return Err(meta.error(format!("a column can't be both `{key}` and `{other}`")));
    }
    let (key, call, needs) = match key {
        "nullable" => ("nullable", quote!(.nullable()), "HoldsNoNull"),
        _ => ("not_null", quote!(.not_null()), "HoldsNull"),
    };
    column.nullability = Some((meta.path.span(), key));
    column.options.push(ColumnOption::of(call, needs));
    Ok(())
}

/// `= "group"` or `= false`.
fn deferral(meta: &ParseNestedMeta<'_>) -> Result<Deferral> {
    const EXAMPLE: &str = "write `deferred = \"group\"`, or `deferred = false` for a column that queries read by default";
    let value = meta.value().map_err(|_| meta.error(EXAMPLE))?;
    match value.parse()? {
        Lit::Str(group) if !group.value().is_empty() => Ok(Deferral::Group(Some(group))),
        Lit::Bool(is_left_out) if !is_left_out.value => Ok(Deferral::Asked),
        other => Err(Error::new(other.span(), EXAMPLE)),
    }
}

/// `= 5`, `= -0.5`, `= "text"`, `= true`, `= raw("CURRENT_TIMESTAMP")`.
fn server_default(meta: &ParseNestedMeta<'_>) -> Result<ServerDefault> {
    const EXAMPLE: &str = "expected a number, a string, true, false, or SQL as `raw(\"CURRENT_TIMESTAMP\")`; for a Rust expression write `default = …`";
    let value = meta
        .value()
        .map_err(|_| meta.error("write `server_default = …`"))?;
    let span = value.span();
    if value.peek(Ident) {
        return raw(value).map_err(|_| Error::new(span, EXAMPLE));
    }
    let minus: Option<Token![-]> = value.parse()?;
    let literal: Lit = value.parse().map_err(|_| Error::new(span, EXAMPLE))?;
    let signed = |literal: &dyn quote::ToTokens| -> TokenStream { quote!(#minus #literal) };
    match &literal {
        Lit::Int(int) => Ok(ServerDefault::Int(signed(int))),
        Lit::Float(float) => Ok(ServerDefault::Float(signed(float))),
        Lit::Str(text) if minus.is_none() => Ok(ServerDefault::Text(text.clone())),
        Lit::Bool(truth) if minus.is_none() => Ok(ServerDefault::Bool(truth.clone())),
        _ => Err(Error::new(span, EXAMPLE)),
    }
}

fn raw(input: ParseStream<'_>) -> Result<ServerDefault> {
    let word: Ident = input.parse()?;
    if word != "raw" {
        return Err(Error::new(word.span(), "not `raw`"));
    }
    let content;
    parenthesized!(content in input);
    sql_text::inside(&content, "expected SQL").map(ServerDefault::Raw)
}
