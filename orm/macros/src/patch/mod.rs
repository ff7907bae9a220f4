//! `derive(Patch)`: `parse` reads a struct's model and fields, `expand` generates code.

mod expand;
mod parse;

use proc_macro2::TokenStream;

use crate::errors;

/// The code for a struct.
pub(crate) fn derive(input: TokenStream) -> TokenStream {
    errors::derive(input, parse::parse, expand::expand)
}
