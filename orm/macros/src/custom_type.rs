//! Shared by `derive(DbType)` and `derive(DbEnum)`: the markers by which keys and operands accept a type.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

/// `CustomType`, from which `orm` makes a key of the type, and the operands, which it can't make: those of references
/// would overlap with references that are such types themselves.
pub(crate) fn marks(ident: &Ident) -> TokenStream {
    quote! {
        #[automatically_derived]
        impl __orm::CustomType for #ident {}

        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl __orm::Operand<<#ident as __orm::DbType>::Base> for #ident {
            type Null = __orm::NotNull;

            fn into_operand(self) -> __orm::stmt::Expr {
                __orm::value_operand(&self)
            }
        }

        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl __orm::Operand<<#ident as __orm::DbType>::Base> for &#ident {
            type Null = __orm::NotNull;

            fn into_operand(self) -> __orm::stmt::Expr {
                __orm::value_operand(self)
            }
        }
    }
}
