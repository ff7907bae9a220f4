//! `derive(Model)`: `parse` reads the user's syntax, `check` resolves it to a [`data::Model`] and reports errors,
//! `expand` generates code.

mod check;
mod constraint;
mod data;
mod embedded;
mod embedded_enum;
mod expand;
mod field;
mod flatten;
mod link;
mod list_order;
mod reference;
mod relation;
mod rules;
mod sql_type;
mod structure;
mod tokens;
mod view;

use proc_macro2::TokenStream;
use syn::{Data, DeriveInput};

use crate::errors;

/// The code for a struct.
pub(crate) fn derive(input: TokenStream) -> TokenStream {
    let resolve = |input, errors: &mut errors::Errors| {
        structure::parse(input, errors).and_then(|parsed| check::resolve(parsed, errors))
    };
    errors::derive(input, resolve, expand::expand)
}

/// The code for a struct or an enum that models flatten.
pub(crate) fn derive_embedded(input: TokenStream) -> TokenStream {
    let parse = |input: DeriveInput, errors: &mut errors::Errors| match &input.data {
        Data::Enum(_) => embedded_enum::parse(input, errors).map(Flattened::Enum),
        Data::Struct(_) | Data::Union(_) => embedded::parse(input, errors).map(Flattened::Struct),
    };
    errors::derive(input, parse, |flattened| match flattened {
        Flattened::Struct(model) => expand::embedded(model),
        Flattened::Enum(variants) => expand::embedded_enum(variants),
    })
}

/// What models flatten.
enum Flattened {
    Struct(data::Model),
    Enum(embedded_enum::EmbeddedEnum),
}

#[cfg(test)]
mod tests {
    use super::*;
    use proc_macro2::TokenTree;
    use quote::{format_ident, quote};

    /// What a model costs each build of its user.
    #[test]
    fn the_code_is_thin() {
        let required = (0..10).map(|i| format_ident!("required{i}"));
        let optional = (0..9).map(|i| format_ident!("optional{i}"));
        let code = derive(quote! {
            struct Wide {
                #[orm(primary_key)]
                id: i64,
                #(#required: String,)*
                #(#optional: Option<i32>,)*
            }
        });
        let count = count(code);
        assert!(count < 8_500, "{count} tokens for 20 columns");
    }

    fn count(tokens: TokenStream) -> usize {
        let one = |token| match token {
            TokenTree::Group(group) => 2 + count(group.stream()),
            _ => 1,
        };
        tokens.into_iter().map(one).sum()
    }

    #[test]
    fn a_faulty_attribute_leaves_the_rest_standing() {
        let code = derive(quote! {
            struct User {
                #[orm(primary_key, lenght = 3)]
                id: i64,
            }
        });
        let code = code.to_string();
        assert!(code.contains("did you mean `length`"), "{code}");
        assert!(code.contains("Model for User"), "{code}");
    }
}
