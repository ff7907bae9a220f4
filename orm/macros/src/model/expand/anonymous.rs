//! The constant without a name in which the code of a derive stands.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Path;

/// Code in a constant without a name, so that its own names clash with none of a user's.
pub(super) fn anonymous(orm: &Path, parts: &[TokenStream]) -> TokenStream {
    quote! {
        #[doc(hidden)]
        #[allow(
            clippy::all,
            clippy::pedantic,
            clippy::nursery,
            dead_code,
            missing_debug_implementations,
            non_camel_case_types,
            non_snake_case,
            unnameable_types,
            unreachable_code,
            unreachable_pub,
            unused_mut,
            unused_qualifications
        )]
        const _: () = {
            use #orm::__private as __orm;
            #(#parts)*
        };
    }
}
