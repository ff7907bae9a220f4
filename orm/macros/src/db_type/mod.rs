//! `derive(DbType)`: `parse` reads a new type over another one, or a type with a codec, `expand` generates code.

mod expand;
mod parse;

use proc_macro2::TokenStream;

use crate::errors;

/// The code for a type.
pub(crate) fn derive(input: TokenStream) -> TokenStream {
    errors::derive(input, parse::parse, expand::expand)
}
