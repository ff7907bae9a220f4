//! `derive(DbType)`: `parse` reads a new type over another one, or a type with a codec, `expand` writes the code.

mod expand;
mod parse;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::errors::Errors;

/// The code for a type; with errors in its attributes all the same, as far as it can be.
pub(crate) fn derive(input: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let custom = errors
        .take(syn::parse2::<DeriveInput>(input))
        .and_then(|input| parse::parse(input, &mut errors));
    let mut code = errors.into_tokens();
    if let Some(custom) = custom {
        code.extend(expand::expand(&custom));
    }
    code
}
