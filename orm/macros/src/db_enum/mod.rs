//! `derive(DbEnum)`: `parse` reads variants and their labels, `expand` writes the code.

mod expand;
mod parse;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::errors::Errors;

/// The code for an enum; with errors in its labels all the same, as far as it can be.
pub(crate) fn derive(input: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let labelled = errors
        .take(syn::parse2::<DeriveInput>(input))
        .and_then(|input| parse::parse(input, &mut errors));
    let mut code = errors.into_tokens();
    if let Some(labelled) = labelled {
        code.extend(expand::expand(&labelled));
    }
    code
}
