//! `derive(FromRow)`: `parse` reads a struct's fields and their columns. `expand` generates what reads rows of raw SQL by the
//! names of the columns, `select` the value by which typed queries select the struct.

mod expand;
mod parse;
mod select;

use proc_macro2::TokenStream;

use crate::errors;

/// The code for a struct.
pub(crate) fn derive(input: TokenStream) -> TokenStream {
    errors::derive(input, parse::parse, expand::expand)
}
