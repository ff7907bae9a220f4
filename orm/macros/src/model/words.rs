//! Reads what stands in the parentheses of an attribute, word by word, and the literals behind the words. As
//! `crate::attribute`, for lists that syn doesn't read: keys with an order, and conditions.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt as _;
use syn::meta::ParseNestedMeta;
use syn::parse::ParseStream;
use syn::{Error, Ident, LitInt, LitStr, Result, Token, parenthesized, token};

/// `= "…"`.
pub(super) fn text(word: &Ident, input: ParseStream<'_>) -> Result<LitStr> {
    let example = format!("write `{word} = \"…\"`");
    if !input.peek(Token![=]) {
        return Err(Error::new(word.span(), example));
    }
    input.parse::<Token![=]>()?;
    let text: LitStr = input
        .parse()
        .map_err(|error| Error::new(error.span(), example))?;
    if text.value().is_empty() {
        return Err(Error::new(text.span(), format!("`{word}` is empty")));
    }
    Ok(text)
}

/// `= 100`, `= -1`.
pub(super) fn integer(word: &Ident, input: ParseStream<'_>) -> Result<TokenStream> {
    let example = format!("write `{word} = 100`, an integer");
    if !input.peek(Token![=]) {
        return Err(Error::new(word.span(), example));
    }
    input.parse::<Token![=]>()?;
    let minus: Option<Token![-]> = input.parse()?;
    let number: LitInt = input
        .parse()
        .map_err(|error| Error::new(error.span(), &example))?;
    match number.base10_parse::<i64>() {
        Ok(_) => Ok(quote!(#minus #number)),
        Err(_) => Err(Error::new(number.span(), example)),
    }
}

/// Calls `read` with each word of `(…)`, which reads what follows it. An equals sign may stand in front.
pub(super) fn list(
    meta: &ParseNestedMeta<'_>,
    example: &str,
    read: impl FnMut(&Ident, ParseStream<'_>) -> Result<()>,
) -> Result<()> {
    meta.input.parse::<Option<Token![=]>>()?;
    if !meta.input.peek(token::Paren) {
        return Err(meta.error(example));
    }
    let content;
    parenthesized!(content in meta.input);
    words(&content, example, read)
}

/// Calls `read` with each word of a list without its parentheses.
pub(super) fn words(
    content: ParseStream<'_>,
    example: &str,
    mut read: impl FnMut(&Ident, ParseStream<'_>) -> Result<()>,
) -> Result<()> {
    while !content.is_empty() {
        let word = Ident::parse_any(content).map_err(|error| Error::new(error.span(), example))?;
        read(&word, content)?;
        if !content.is_empty() {
            content.parse::<Token![,]>()?;
        }
    }
    Ok(())
}
