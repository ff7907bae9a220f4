//! Generates `FromRow`: the names of the columns, and the conversion of each value.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::parse::Record;

/// The code for a struct.
pub(super) fn expand(record: &Record) -> TokenStream {
    let Record { ident, orm, fields } = record;
    let names = fields.iter().map(|(_, _, column)| column);
    // An error about a field's type shows the field, not the derive, and is one, since the trait is
    // named through the type.
    let values = fields.iter().enumerate().map(|(index, (field, ty, _))| {
        let read = quote_spanned!(ty.span()=> <#ty as __orm::DbType>::from_value);
        quote!(#field: __orm::read_place((row, places, #index), #read)?)
    });
    quote! {
        #[doc(hidden)]
        const _: () = {
            use #orm::__private as __orm;

            #[automatically_derived]
            impl __orm::FromRow for #ident {
                fn places(row: &dyn __orm::Row) -> __orm::Result<__orm::ColumnIndex> {
                    __orm::ColumnIndex::named(row, &[#(#names),*])
                }

                fn from_row(row: &dyn __orm::Row, places: &__orm::ColumnIndex) -> __orm::Result<Self> {
                    ::core::result::Result::Ok(Self { #(#values,)* })
                }
            }
        };
    }
}
