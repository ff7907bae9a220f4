//! Generates the way from a model to its hooks: to those of `impl Hooks` for the struct, and to nothing without one.

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::data::Model;

/// The table of its hooks, which is `None` without any.
pub(super) fn expand(model: &Model) -> TokenStream {
    let name = &model.head.ident;
    quote! {
        // The constants of the type are those of a struct with hooks, and come before those of the trait.
        use __orm::NoHooks as _;
        static __HOOKS: ::core::option::Option<__orm::HookTable> = __orm::HooksOf::<#name>::TABLE;
    }
}

/// The field `hooks` of the model's data.
pub(super) fn def(model: &Model) -> TokenStream {
    let name = &model.head.ident;
    quote! {
        if <#name as __orm::Model>::HAS_HOOKS { __orm::Some(&__HOOKS) } else { __orm::None }
    }
}

/// The items of `impl Model` that call hooks.
pub(super) fn calls(model: &Model) -> TokenStream {
    let name = &model.head.ident;
    quote! {
        const HAS_HOOKS: bool = __orm::HooksOf::<#name>::TABLE.is_some();

        fn prepare_insert(&mut self, invalid: &mut __orm::InvalidFields) -> __orm::Result<()> {
            __orm::HooksOf::<#name>::PREPARE(self, invalid)
        }

        #[inline]
        fn loaded(&mut self) {
            __orm::HooksOf::<#name>::LOADED(self);
        }
    }
}
