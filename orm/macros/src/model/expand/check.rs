//! What attributes ask of the types of their fields, left to the compiler: a use of a trait for each.

use proc_macro2::TokenStream;
use quote::quote;

use super::of;
use crate::model::data::Model;

pub(super) fn expand(model: &Model) -> TokenStream {
    let mut checks = Vec::new();
    for column in &model.columns {
        if column.length.is_some() {
            checks.push(of(&column.ty, "HasLength"));
        }
        if column.collation.is_some() {
            checks.push(of(&column.ty, "HasCollation"));
        }
    }
    quote!(#(const _: () = #checks::OK;)*)
}
