//! `derive(Polymorphic)`: `parse` reads the discriminator and the variants of an enum, `expand` generates code.

mod expand;
mod parse;

use proc_macro2::TokenStream;

use crate::errors;

/// The code for an enum.
pub(crate) fn derive(input: TokenStream) -> TokenStream {
    errors::derive(input, parse::parse, expand::expand)
}
