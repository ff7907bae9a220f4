//! Generates the checks of attributes against the types of their fields, for the compiler: a use of a trait for each,
//! and an assertion for defaults, whose types are data.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::names::of;
use crate::model::data::{Column, Model, ServerDefault};

pub(super) fn expand(model: &Model) -> TokenStream {
    let mut checks = Vec::new();
    for (position, column) in model.columns.iter().enumerate() {
        let needed = column.options.iter().filter_map(|option| option.needs);
        checks.extend(needed.map(|needed| {
            let check = of(&column.ty, needed);
            quote!(#check::OK)
        }));
        checks.extend(default(position, column));
        checks.extend(default_length(position, column));
    }
    quote!(#(const _: () = #checks;)*)
}

fn default(position: usize, column: &Column) -> Option<TokenStream> {
    let (kind, span) = match column.server_default.as_ref()? {
        ServerDefault::Bool(value) => ("this boolean", value.span),
        ServerDefault::Int(value) | ServerDefault::Float(value) => ("this number", value.span()),
        ServerDefault::Text(value) => ("this text", value.span()),
        ServerDefault::Raw(_) => return None,
    };
    let message = format!("`{}` can't have {kind} as its server default", column.ident);
    Some(quote_spanned! {span=>
        ::core::assert!(__orm::default_fits(&__COLUMNS[#position]), #message)
    })
}

/// Where the length is that of the type, which the derive can't see.
fn default_length(position: usize, column: &Column) -> Option<TokenStream> {
    let ServerDefault::Text(text) = column.server_default.as_ref()? else {
        return None;
    };
    let message = format!(
        "the server default of `{}` is longer than the length of its type",
        column.ident
    );
    let check = quote_spanned! {text.span()=>
        ::core::assert!(__orm::text_fits(&__COLUMNS[#position], #text), #message)
    };
    (!column.has_length).then_some(check)
}
