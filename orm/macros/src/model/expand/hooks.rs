//! Generates the way from a model to its hooks, which the user implements: nothing for a model without `#[orm(hooks)]`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use crate::model::data::Model;

/// The table of its hooks. A missing `impl Hooks` is reported at the attribute.
pub(super) fn expand(model: &Model) -> TokenStream {
    let name = &model.head.ident;
    let Some(span) = model.head.hooks else {
        return TokenStream::new();
    };
    let table = quote_spanned!(span=> __orm::HookTable::of::<#name>());
    quote! {
        static __HOOKS: __orm::HookTable = #table;

        #[automatically_derived]
        impl __orm::HasHooks for #name {}
    }
}

/// The field `hooks` of the model's data.
pub(super) fn def(model: &Model) -> TokenStream {
    if model.head.hooks.is_some() {
        quote!(__orm::Some(&__HOOKS))
    } else {
        quote!(__orm::None)
    }
}

/// The items of `impl Model` that call hooks.
pub(super) fn calls(model: &Model) -> TokenStream {
    let Some(span) = model.head.hooks else {
        return TokenStream::new();
    };
    let prepare = quote_spanned!(span=> __orm::prepare_insert(self, invalid));
    let load = quote_spanned!(span=> __orm::Hooks::after_load(self));
    quote! {
        const HAS_HOOKS: bool = true;

        fn prepare_insert(&mut self, invalid: &mut __orm::InvalidFields) -> __orm::Result<()> {
            #prepare
        }

        fn loaded(&mut self) {
            #load
        }
    }
}
