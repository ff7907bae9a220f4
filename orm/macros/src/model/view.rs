//! Parses and resolves relations that are only read: `on(email = Order.email)`, `filter = …`, `limit = 3`. Used by
//! `relation.rs`.
//!
//! That the columns can be compared, is left to the compiler: see `expand/view.rs`.

use syn::meta::ParseNestedMeta;
use syn::parse::ParseStream;
use syn::spanned::Spanned as _;
use syn::{Error, Ident, LitInt, Result, Token, Type, parenthesized};

use super::data::{Column, RelationField, Target, View, ViewKey};
use super::reference::target;
use super::tokens::{argument, option};

/// The model of `Vec<Order>` or `Option<Order>`, and whether it is the latter.
pub(super) fn model(ty: &Type) -> Result<(&Type, bool)> {
    const EXAMPLE: &str =
        "write `ViewOnly<Option<Order>>` for the first row, or `ViewOnly<Vec<Order>>` for all rows";
    let list = argument(ty, "Vec").map(|model| (model, false));
    let found = list.or_else(|| Some((option(ty)?, true)));
    found.ok_or_else(|| Error::new(ty.span(), EXAMPLE))
}

/// `(email = Order.email, …)`.
pub(super) fn on(meta: &ParseNestedMeta<'_>) -> Result<Vec<(Ident, Target)>> {
    const EXAMPLE: &str = "write fields of this struct, each with a column of the other model: `on(email = Order.email)`";
    let example = |error: Error| Error::new(error.span(), EXAMPLE);
    let pair = |input: ParseStream<'_>| {
        let own = input.parse()?;
        input.parse::<Token![=]>()?;
        Ok((own, target(input)?))
    };
    if !meta.input.peek(syn::token::Paren) {
        return Err(meta.error(EXAMPLE));
    }
    let content;
    parenthesized!(content in meta.input);
    let pairs = content.parse_terminated(pair, Token![,]).map_err(example)?;
    if pairs.is_empty() {
        return Err(meta.error(EXAMPLE));
    }
    Ok(pairs.into_iter().collect())
}

/// `= 3`.
pub(super) fn limit(meta: &ParseNestedMeta<'_>) -> Result<u64> {
    const EXAMPLE: &str = "write the most rows for each entity: `limit = 3`";
    let value = meta.value().map_err(|_| meta.error(EXAMPLE))?;
    let number: LitInt = value
        .parse()
        .map_err(|error: Error| Error::new(error.span(), EXAMPLE))?;
    number
        .base10_parse()
        .map_err(|_| Error::new(number.span(), EXAMPLE))
}

/// Which rows the relation selects.
pub(super) fn view(field: &RelationField, columns: &[Column]) -> Result<View> {
    let options = &field.view;
    if options.limit.is_some() && field.is_optional {
        return Err(Error::new(
            field.ty.span(),
            "`limit` is for `ViewOnly<Vec<…>>`; an `Option` is the first row",
        ));
    }
    let limit = if field.is_optional {
        Some(1)
    } else {
        options.limit
    };
    Ok(View {
        key: key(field, columns)?,
        filter: options.filter.clone(),
        limit,
    })
}

fn key(field: &RelationField, columns: &[Column]) -> Result<ViewKey> {
    let on = &field.view.on;
    if on.is_empty() {
        return Ok(ViewKey::Inverse(field.inverse.clone()));
    }
    if let Some(inverse) = &field.inverse {
        return Err(Error::new(
            inverse.field.span(),
            "`on` names the columns; leave `inverse` out, which names a foreign key",
        ));
    }
    let pairs = on.iter().map(|(own, other)| {
        let position = columns.iter().position(|column| column.ident == *own);
        let position = position.ok_or_else(|| {
            let message = format!(
                "`{own}` is no column of this struct; its columns stand on the left: `on(email = Order.email)`"
            );
            Error::new(own.span(), message)
        })?;
        Ok((position, columns[position].ty.clone(), other.clone()))
    });
    Ok(ViewKey::Columns(pairs.collect::<Result<_>>()?))
}
