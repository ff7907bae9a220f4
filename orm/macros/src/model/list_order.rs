//! Parses the order of a list: `order_by = Post.title`, `order_by = (Post.title, Post.id.desc())`, `position = Task.position`.
//!
//! That the columns belong to the model of the list, is left to the compiler: see `expand/relation.rs`.

use syn::meta::ParseNestedMeta;
use syn::parse::ParseStream;
use syn::{Error, Ident, Result, Token, parenthesized};

use super::data::OrderItem;
use super::reference::target;

const EXAMPLE: &str = "write columns of the other model: `order_by = Post.title` or `order_by = (Post.title, Post.id.desc())`";

/// `= Post.title` or `= (Post.title, Post.id.desc())`.
pub(super) fn parse(meta: &ParseNestedMeta<'_>) -> Result<Vec<OrderItem>> {
    let value = meta.value().map_err(|_| meta.error(EXAMPLE))?;
    if !value.peek(syn::token::Paren) {
        return Ok(vec![item(value)?]);
    }
    let content;
    let list = parenthesized!(content in value);
    let items = content.parse_terminated(item, Token![,])?;
    if items.is_empty() {
        return Err(Error::new(list.span.join(), EXAMPLE));
    }
    Ok(items.into_iter().collect())
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
        let direction: Ident = input.parse()?;
        is_descending = match direction.to_string().as_str() {
            "asc" => false,
            "desc" => true,
            _ => return Err(Error::new(direction.span(), EXAMPLE)),
        };
        let _arguments;
        parenthesized!(_arguments in input);
    }
    Ok(OrderItem {
        column,
        is_descending,
    })
}
