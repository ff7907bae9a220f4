//! Generates `DbType` and `DbEnum` for an enum. Keys and operands accept it through the marker `CustomType`, by one
//! implementation for all such types in `orm`.

use proc_macro2::TokenStream;
use quote::quote;

use super::element::element;
use super::parse::Labelled;
use crate::custom_type::marks;

/// The code for an enum.
pub(crate) fn expand(labelled: &Labelled) -> TokenStream {
    let Labelled {
        ident,
        orm,
        variants,
        ..
    } = labelled;
    let (marks, element) = (marks(ident), element(ident));
    let idents: Vec<_> = variants.iter().map(|(ident, _)| ident).collect();
    let labels: Vec<_> = variants.iter().map(|(_, label)| label).collect();
    let conversions = conversions(labelled);
    quote! {
        #[doc(hidden)]
        const _: () = {
            use #orm::__private as __orm;

            #[automatically_derived]
            impl __orm::DbEnum for #ident {
                const LABELS: &'static [&'static str] = &[#(#labels),*];

                fn label(&self) -> &'static str {
                    match self {
                        #(Self::#idents => #labels,)*
                    }
                }

                fn from_label(label: &str) -> __orm::Option<Self> {
                    __orm::Some(match label {
                        #(#labels => Self::#idents,)*
                        _ => return __orm::None,
                    })
                }
            }

            #marks

            #element

            #conversions
        };
    }
}

/// The type, and the way from values and to them.
fn conversions(labelled: &Labelled) -> TokenStream {
    let Labelled {
        ident,
        name,
        is_native,
        variants,
        ..
    } = labelled;
    let native = is_native.then(|| quote!(.native()));
    let (idents, labels): (Vec<_>, Vec<_>) =
        variants.iter().map(|(ident, label)| (ident, label)).unzip();
    quote! {
        #[automatically_derived]
        impl __orm::DbType for #ident {
            type Base = Self;
            type Null = __orm::NotNull;
            type Plain = Self;
            const TYPE: __orm::Type = {
                const LABELS: &[::std::borrow::Cow<'static, str>] =
                    &[#(::std::borrow::Cow::Borrowed(#labels)),*];
                __orm::Type::Enum(__orm::EnumType::new(
                    ::std::borrow::Cow::Borrowed(#name),
                    ::std::borrow::Cow::Borrowed(LABELS),
                )#native)
            };
            const LABELLED: &'static [Self] = &[#(Self::#idents),*];

            fn to_value(&self) -> __orm::ValueRef<'_> {
                __orm::ValueRef::Text(__orm::DbEnum::label(self))
            }

            fn from_value(
                value: __orm::ValueRef<'_>,
            ) -> ::core::result::Result<Self, __orm::ConversionError> {
                match value {
                    __orm::ValueRef::Text(label) => {
                        __orm::DbEnum::from_label(label).ok_or(__orm::ConversionError::Range)
                    }
                    _ => ::core::result::Result::Err(__orm::ConversionError::Kind),
                }
            }
        }
    }
}
