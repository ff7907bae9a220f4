//! Makes an enum an element of arrays. An array has the labels as text, whatever a column of the enum is.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

/// The marks of an element.
pub(super) fn element(ident: &Ident) -> TokenStream {
    quote! {
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl __orm::Element for #ident {
            const NAME: &'static str = "an array of labels";
            const NATIVE: &'static [(
                ::std::borrow::Cow<'static, str>,
                ::std::borrow::Cow<'static, str>,
            )] = &[(
                ::std::borrow::Cow::Borrowed("postgres"),
                ::std::borrow::Cow::Borrowed("text[]"),
            )];
        }

        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl __orm::ScalarElement for #ident {}

        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl __orm::ScalarBase for #ident {}
    }
}
