//! Generates `Patch`: the assignment of each field that has a value.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::parse::Patch;

/// The code for a struct.
pub(super) fn expand(patch: &Patch) -> TokenStream {
    let Patch {
        ident,
        orm,
        model,
        fields,
    } = patch;
    // An error about a field's type shows the type, and one about its name the name.
    let assignments = fields.iter().map(|(field, ty)| {
        let given = quote_spanned!(ty.span()=> self.#field);
        quote!(__orm::patched(columns.#field, #given, &mut assignments);)
    });
    let mutable = (!fields.is_empty()).then(|| quote!(mut));
    quote! {
        #[doc(hidden)]
        const _: () = {
            use #orm::__private as __orm;

            #[automatically_derived]
            impl __orm::Patch for #ident {
                type Model = #model;

                fn into_assignments(self) -> ::std::vec::Vec<__orm::Assignment<#model>> {
                    let columns = <<#model as __orm::Model>::Entity as __orm::Entity>::ROOT;
                    let #mutable assignments = ::std::vec::Vec::new();
                    #(#assignments)*
                    let _ = columns;
                    assignments
                }
            }
        };
    }
}
