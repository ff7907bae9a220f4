//! [`derive`]: runs a derive, which parses, checks and generates; and [`Errors`], which collects all errors of an
//! input, so that they are reported together.

use proc_macro2::{Span, TokenStream};
use syn::{DeriveInput, Error, Result};

/// The code of a derive: `parse` reads its input and `expand` writes the code. With errors in attributes the code is
/// written all the same, as far as it can be: else each use of the type would add an error of its own.
pub(crate) fn derive<T>(
    input: TokenStream,
    parse: impl FnOnce(DeriveInput, &mut Errors) -> Option<T>,
    expand: impl FnOnce(&T) -> TokenStream,
) -> TokenStream {
    let mut errors = Errors::default();
    let parsed = errors
        .take(syn::parse2(input))
        .and_then(|input| parse(input, &mut errors));
    let mut code = errors.into_tokens();
    code.extend(parsed.as_ref().map(expand));
    code
}

/// The errors found so far.
#[derive(Default)]
pub(crate) struct Errors(Option<Error>);

impl Errors {
    /// Notes `message` at `span`.
    pub(crate) fn at(&mut self, span: Span, message: impl std::fmt::Display) {
        self.push(Error::new(span, message));
    }

    /// Notes `error`.
    pub(crate) fn push(&mut self, error: Error) {
        match &mut self.0 {
            Some(errors) => errors.combine(error),
            None => self.0 = Some(error),
        }
    }

    /// Notes the error of `result`, or gives its value.
    pub(crate) fn take<T>(&mut self, result: Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// The errors as code that doesn't compile; nothing if there are none.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.0
            .map_or_else(TokenStream::new, |error| error.to_compile_error())
    }
}
