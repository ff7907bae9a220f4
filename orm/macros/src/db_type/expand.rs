//! Generates `DbType` for a type, and the markers by which keys and operands accept it.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{LitInt, Type};

use super::parse::Custom;
use crate::custom_type::marks;

/// The code for a type.
pub(super) fn expand(custom: &Custom) -> TokenStream {
    let Custom {
        ident, orm, inner, ..
    } = custom;
    let marks = marks(ident);
    let items = match inner {
        Some(inner) => of_inner(inner, custom.length.as_ref()),
        None => of_codec(),
    };
    quote! {
        #[doc(hidden)]
        const _: () = {
            use #orm::__private as __orm;

            #[automatically_derived]
            impl __orm::DbType for #ident {
                type Null = __orm::NotNull;
                type Plain = Self;
                #items
            }

            #marks
        };
    }
}

/// Stored as another type, and compared with what that is compared with.
fn of_inner(inner: &Type, length: Option<&LitInt>) -> TokenStream {
    // An error about the inner type shows it, not the derive.
    let stored = quote_spanned!(inner.span()=> <#inner as __orm::Stored>);
    let length = length.map_or_else(
        || quote!(#stored::LENGTH),
        |length| {
            let has_length = quote_spanned!(inner.span()=> <#inner as __orm::HasLength>);
            quote!({
                #has_length::OK;
                __orm::Some(#length)
            })
        },
    );
    quote! {
        type Base = #stored::Base;
        const TYPE: __orm::Type = #stored::TYPE;
        const LENGTH: __orm::Option<u32> = #length;

        fn to_value(&self) -> __orm::ValueRef<'_> {
            __orm::Stored::to_value(&self.0)
        }

        fn from_value(
            value: __orm::ValueRef<'_>,
        ) -> ::core::result::Result<Self, __orm::ConversionError> {
            __orm::Stored::from_value(value).map(Self)
        }
    }
}

/// Encoded and decoded by its codec, and compared with values of its own type alone.
fn of_codec() -> TokenStream {
    quote! {
        type Base = Self;
        const TYPE: __orm::Type = <Self as __orm::Codec>::TYPE;
        const LENGTH: __orm::Option<u32> = <Self as __orm::Codec>::LENGTH;
        const READS_NATIVE: bool = true;

        fn to_value(&self) -> __orm::ValueRef<'_> {
            __orm::ValueRef::Extension(self)
        }

        fn from_value(
            value: __orm::ValueRef<'_>,
        ) -> ::core::result::Result<Self, __orm::ConversionError> {
            __orm::decoded(value)
        }
    }
}
