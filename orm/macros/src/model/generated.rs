//! Parses how the database makes the values of a column: `generated(virtual, "price * amount")` and
//! `identity(always, start = 100)`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt as _;
use syn::meta::ParseNestedMeta;
use syn::{Error, Ident, Result, Token, parenthesized, token};

use super::sql_text;
use super::words::{integer, words};
use crate::attribute::unknown;

/// The call that makes the column a generated one: `= "…"`, `(virtual, "…")` or `(stored, postgres = "…", sqlite = "…")`.
pub(super) fn generated(meta: &ParseNestedMeta<'_>) -> Result<TokenStream> {
    const EXAMPLE: &str =
        "write `generated = \"price * amount\"`, or `generated(virtual, \"price * amount\")`";
    if !meta.input.peek(token::Paren) {
        let sql =
            sql_text::read("generated", meta).map_err(|error| Error::new(error.span(), EXAMPLE))?;
        let sql = sql.expand();
        return Ok(quote!(.generated(__orm::schema::Generated::stored(#sql))));
    }
    let content;
    parenthesized!(content in meta.input);
    let mut constructor = quote!(stored);
    let is_word = content.peek(Ident::peek_any) && !content.peek2(Token![=]);
    if is_word {
        let word = Ident::parse_any(&content)?;
        constructor = match word.to_string().as_str() {
            "stored" => constructor,
            "virtual" => quote!(computed),
            key => {
                let message = unknown("option", key, &["stored", "virtual"]);
                return Err(Error::new(word.span(), message));
            }
        };
        content
            .parse::<Token![,]>()
            .map_err(|error| Error::new(error.span(), EXAMPLE))?;
    }
    let sql = sql_text::inside(&content, EXAMPLE)?.expand();
    Ok(quote!(.generated(__orm::schema::Generated::#constructor(#sql))))
}

/// The call that numbers the key: nothing, or `(always, start = 100, increment = 2)`.
pub(super) fn identity(meta: &ParseNestedMeta<'_>) -> Result<TokenStream> {
    const EXAMPLE: &str = "write `identity(always, start = 100, increment = 2)`";
    const KNOWN: &[&str] = &["always", "start", "increment"];
    let (mut always, mut start, mut increment) = (false, None, None);
    if meta.input.peek(token::Paren) {
        let content;
        parenthesized!(content in meta.input);
        words(&content, EXAMPLE, |word, input| {
            match word.to_string().as_str() {
                "always" => always = true,
                "start" => start = Some(integer(word, input)?),
                "increment" => increment = Some(integer(word, input)?),
                key => return Err(Error::new(word.span(), unknown("option", key, KNOWN))),
            }
            Ok(())
        })?;
    } else if meta.input.peek(Token![=]) {
        return Err(meta.error(EXAMPLE));
    }
    let number = |number: Option<TokenStream>| {
        number.map_or_else(
            || quote!(__orm::None),
            |number| quote!(__orm::Some(#number)),
        )
    };
    let (start, increment) = (number(start), number(increment));
    Ok(quote! {
        .identity(__orm::schema::Identity { always: #always, start: #start, increment: #increment })
    })
}
