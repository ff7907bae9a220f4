//! Parses the order of a list: `order_by = Post.title`, `order_by = (Post.title, Post.id.desc())`, `position = Task.position`;
//! and that of a model: `order_by = (title, id.desc())`.
//!
//! That the columns belong to the model of the list, is left to the compiler: see `expand/relation.rs`.

use syn::ext::IdentExt as _;
use syn::meta::ParseNestedMeta;
use syn::parse::ParseStream;
use syn::{Error, Ident, Result, Token, parenthesized};

use super::data::{FieldPath, OrderItem};
use super::reference::target;

const EXAMPLE: &str = "write columns of the other model: `order_by = Post.title` or `order_by = (Post.title, Post.id.desc())`";

const OWN_EXAMPLE: &str =
    "write fields of the struct: `order_by = name` or `order_by = (name, id.desc())`";

/// `= Post.title` or `= (Post.title, Post.id.desc())`.
pub(super) fn parse(meta: &ParseNestedMeta<'_>) -> Result<Vec<OrderItem>> {
    one_or_more(meta, EXAMPLE, item)
}

/// `= name` or `= (name, id.desc())`, each with whether it is DESC.
pub(super) fn own(meta: &ParseNestedMeta<'_>) -> Result<Vec<(FieldPath, bool)>> {
    one_or_more(meta, OWN_EXAMPLE, own_item)
}

fn one_or_more<T>(
    meta: &ParseNestedMeta<'_>,
    example: &str,
    item: fn(ParseStream<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let value = meta.value().map_err(|_| meta.error(example))?;
    if !value.peek(syn::token::Paren) {
        return Ok(vec![item(value)?]);
    }
    let content;
    let list = parenthesized!(content in value);
    let items = content.parse_terminated(item, Token![,])?;
    if items.is_empty() {
        return Err(Error::new(list.span.join(), example));
    }
    Ok(items.into_iter().collect())
}

/// `title`, `home.city`, `title.desc()`, `home.city.desc()`.
fn own_item(input: ParseStream<'_>) -> Result<(FieldPath, bool)> {
    let example = |error: Error| Error::new(error.span(), OWN_EXAMPLE);
    let field = Ident::parse_any(input).map_err(example)?;
    let (mut inner, mut is_descending) = (None, false);
    while input.peek(Token![.]) {
        input.parse::<Token![.]>()?;
        let word = Ident::parse_any(input).map_err(example)?;
        if input.peek(syn::token::Paren) {
            is_descending = direction(&word, OWN_EXAMPLE)?;
            let _arguments;
            parenthesized!(_arguments in input);
            break;
        }
        if inner.is_some() {
            return Err(Error::new(word.span(), OWN_EXAMPLE));
        }
        inner = Some(word);
    }
    Ok((FieldPath { field, inner }, is_descending))
}

/// Whether the method of a column means DESC.
fn direction(word: &Ident, example: &str) -> Result<bool> {
    match word.to_string().as_str() {
        "asc" => Ok(false),
        "desc" => Ok(true),
        _ => Err(Error::new(word.span(), example)),
    }
}

/// `= Task.position`.
pub(super) fn position(meta: &ParseNestedMeta<'_>) -> Result<OrderItem> {
    let example = |error: Error| {
        let example = "write an integer column of the other model: `position = Task.position`";
        Error::new(error.span(), example)
    };
    let column = target(meta.value().map_err(example)?).map_err(example)?;
    Ok(OrderItem {
        column,
        is_descending: false,
    })
}

/// `Post.title`, `Post.title.asc()`, `Post.title.desc()`.
fn item(input: ParseStream<'_>) -> Result<OrderItem> {
    let column = target(input).map_err(|error| Error::new(error.span(), EXAMPLE))?;
    let mut is_descending = false;
    if input.peek(Token![.]) {
        input.parse::<Token![.]>()?;
        is_descending = direction(&input.parse()?, EXAMPLE)?;
        let _arguments;
        parenthesized!(_arguments in input);
    }
    Ok(OrderItem {
        column,
        is_descending,
    })
}
