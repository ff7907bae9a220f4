//! Generates `FromRow`: the names of the columns, and the conversion of each value.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::parse::{Field, Record};
use super::select;

/// The code for a struct.
pub(super) fn expand(record: &Record) -> TokenStream {
    let Record {
        vis,
        ident,
        value,
        orm,
        ..
    } = record;
    let (rows, selection) = (rows(record), select::expand(record));
    quote! {
        #[doc(hidden)]
        #[allow(non_upper_case_globals, dead_code)]
        #vis const #value: <#ident as #orm::__private::RowStruct>::Columns =
            <#ident as #orm::__private::RowStruct>::COLUMNS;

        #[doc(hidden)]
        #[allow(
            clippy::all,
            clippy::pedantic,
            clippy::nursery,
            dead_code,
            missing_debug_implementations,
            missing_docs,
            non_camel_case_types,
            unnameable_types,
            unreachable_pub,
            unused_qualifications
        )]
        const _: () = {
            use #orm::__private as __orm;
            #rows
            #selection
        };
    }
}

/// The code that reads rows of raw SQL. The trait of a field is named through its type, so that an error about the type shows
/// the field, not the derive, and is one.
fn rows(record: &Record) -> TokenStream {
    let Record { ident, fields, .. } = record;
    let columns = fields.iter().map(|Field { ty, column, .. }| {
        let of = quote_spanned!(ty.span()=> <#ty as __orm::RowField<_>>::of_column);
        quote!(#of(#column, columns))
    });
    let values = fields.iter().map(|field| {
        let (ident, ty) = (&field.ident, &field.ty);
        let read = quote_spanned!(ty.span()=> <#ty as __orm::RowField<_>>::read);
        quote!(#ident: #read(row, next)?)
    });
    quote! {
        #[automatically_derived]
        impl __orm::NestedRow for #ident {
            fn columns(columns: &mut __orm::RowColumnNames<'_>) {
                #(#columns;)*
            }

            fn read(row: &dyn __orm::Row, next: &mut __orm::NextColumn<'_>) -> __orm::Result<Self> {
                ::core::result::Result::Ok(Self { #(#values,)* })
            }
        }

        #[automatically_derived]
        impl __orm::FromRow for #ident {
            fn places(row: &dyn __orm::Row) -> __orm::Result<__orm::ColumnIndex> {
                __orm::ColumnIndex::of_struct::<Self>(row)
            }

            fn from_row(row: &dyn __orm::Row, places: &__orm::ColumnIndex) -> __orm::Result<Self> {
                __orm::NestedRow::read(row, &mut __orm::NextColumn::first(places))
            }
        }
    }
}
