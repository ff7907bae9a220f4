//! Generates the checks of attributes against the types of their fields, for the compiler: a use of a trait for each,
//! and an assertion for defaults, whose types are data.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned as _;

use super::names::of;
use crate::model::data::{Column, Model, ServerDefault};
use crate::model::tokens::option;

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
        checks.extend(digits(position, column));
    }
    quote!(#(const _: () = #checks;)*)
}

fn default(position: usize, column: &Column) -> Option<TokenStream> {
    let (kind, span) = match column.server_default.as_ref()? {
        ServerDefault::Bool(value) => ("this boolean", value.span),
        ServerDefault::Int(value) | ServerDefault::Float(value) => ("this number", value.span()),
        ServerDefault::Text(value) => ("this text", value.span()),
        ServerDefault::Raw(_) | ServerDefault::Sequence(_) => return None,
    };
    let message = format!("`{}` can't have {kind} as its server default", column.ident);
    Some(quote_spanned! {span=>
        ::core::assert!(__orm::default_fits(&__COLUMNS[#position]), #message)
    })
}

/// The types that are no exact decimals, whatever else may be.
const OTHERS: &[&str] = &[
    "bool", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "f32", "f64", "String", "Vec",
    "Uuid",
];

/// Where the type is an exact decimal, it needs a precision and a scale.
fn digits(position: usize, column: &Column) -> Option<TokenStream> {
    let ty = option(&column.ty).unwrap_or(&column.ty);
    if let Type::Path(path) = ty
        && let Some(last) = path.path.segments.last()
        && OTHERS.iter().any(|other| last.ident == other)
    {
        return None;
    }
    let message = format!(
        "`{}` needs the digits of its column: #[orm(precision = 12, scale = 2)]",
        column.ident
    );
    let check = quote_spanned! {ty.span()=>
        ::core::assert!(__orm::has_digits(&__COLUMNS[#position]), #message)
    };
    (!column.has_digits).then_some(check)
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
