//! `derive(Model)`: `parse` reads the user's syntax, `check` resolves it to a [`data::Model`] and says what
//! is wrong with it, `expand` writes the code.

mod check;
mod data;
mod expand;
mod field;
mod reference;
mod rules;
mod structure;
mod tokens;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::errors::Errors;

/// The code for a struct. With errors in attributes the code is written all the same, as far as it can
/// be: else each use of the model would add an error of its own.
pub(crate) fn derive(input: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let model = errors
        .take(syn::parse2::<DeriveInput>(input))
        .and_then(|input| structure::parse(input, &mut errors))
        .and_then(|parsed| check::resolve(parsed, &mut errors));
    let mut code = errors.into_tokens();
    if let Some(model) = model {
        code.extend(expand::expand(&model));
    }
    code
}
