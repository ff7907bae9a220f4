//! `derive(DbEnum)`: `parse` reads variants and their labels, `expand` generates code, with that of
//! elements of arrays in `element`.

mod element;
mod expand;
mod parse;

pub(crate) use expand::expand;
pub(crate) use parse::{Labelled, distinct, known_case, label};

use proc_macro2::TokenStream;

use crate::errors;

/// The code for an enum.
pub(crate) fn derive(input: TokenStream) -> TokenStream {
    errors::derive(input, parse::parse, expand)
}
