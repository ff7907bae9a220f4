//! Generates what a relation that is only read selects: the columns that are compared, and the further condition, which is
//! the user's expression.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Type;

use crate::model::data::{Target, View, ViewKey};

/// The kind of the relation. `inverse` makes the function that returns the index of the inverse relation. The compiler
/// compares the types of the columns.
pub(super) fn kind(
    target: &Type,
    view: &View,
    inverse: impl FnOnce(Option<&Target>) -> TokenStream,
) -> TokenStream {
    let key = match &view.key {
        ViewKey::Inverse(named) => {
            let inverse = inverse(named.as_ref());
            quote!(__orm::ViewKey::inverse(<#target as __orm::Model>::def(), (#inverse)()))
        }
        ViewKey::Columns(columns) => {
            let own = columns.iter().map(|(position, ..)| position);
            let other = columns.iter().map(|(_, ty, other)| {
                let Target { model, field } = other;
                let root = quote!(<<#model as __orm::Model>::Entity as __orm::Entity>::ROOT);
                let check = quote_spanned!(field.span()=> __orm::compared_by::<#target, #ty, _>);
                quote!(#check(#root.#field))
            });
            quote! {
                __orm::ViewKey {
                    own: ::std::vec::Vec::from([#(#own),*]),
                    target: ::std::vec::Vec::from([#(#other),*]),
                }
            }
        }
    };
    let filter = view.filter.iter();
    let limit = view.limit.map(|limit| quote!(__orm::Some(#limit)));
    let limit = limit.unwrap_or_else(|| quote!(__orm::None));
    quote! {
        View(__orm::ViewDef {
            key: || #key,
            filter: || ::std::vec::Vec::from([#(__orm::view_condition(#filter)),*]),
            limit: #limit,
        })
    }
}

/// Whether the target is found by its one relation to the owner.
pub(super) fn is_single(view: &View) -> bool {
    matches!(view.key, ViewKey::Inverse(None))
}
