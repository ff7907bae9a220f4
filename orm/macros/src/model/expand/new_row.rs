//! Generates `Build`: a builder and the struct itself as rows that can be added.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;
use syn::spanned::Spanned as _;

use super::builder::states;
use super::names::{helper, of, skipped};
use super::part;
use crate::model::data::{Column, Fill, Model, Side};

pub(super) fn expand(model: &Model) -> TokenStream {
    let parts = [defaults(model), from_builder(model), from_struct(model)];
    quote!(#(#parts)*)
}

/// The users' expressions for defaults, each in a function without locals, so that no name of ours can
/// come between, and in one where `Self` is the model.
pub(super) fn defaults(model: &Model) -> TokenStream {
    let name = &model.head.ident;
    let defaults: Vec<_> = model
        .columns
        .iter()
        .filter_map(|column| match &column.fill {
            Fill::Default(value) => Some((&column.ident, &column.ty, value)),
            _ => None,
        })
        .collect();
    if defaults.is_empty() {
        return TokenStream::new();
    }
    let declared = defaults
        .iter()
        .map(|(ident, ty, _)| quote!(fn #ident() -> #ty;));
    let given = defaults.iter().map(|(ident, ty, value)| {
        quote! {
            fn #ident() -> #ty {
                __orm::IntoField::into_field(#value)
            }
        }
    });
    quote! {
        trait __Defaults {
            #(#declared)*
        }

        #[automatically_derived]
        impl __Defaults for #name {
            #(#given)*
        }
    }
}

/// The builder. Its state is that of the first required field that is missing.
fn from_builder(model: &Model) -> TokenStream {
    let (name, builder) = (&model.head.ident, helper(model, "Builder"));
    let states = states(model);
    let all_given = quote!(__orm::FieldGiven);
    let state = states
        .iter()
        .rev()
        .fold(all_given, |rest, state| quote!(#state::Or<#rest>));
    let child_state = child_state(model, &states);
    let filled = model.columns.iter().enumerate().map(|(position, column)| {
        let (ident, value) = (&column.ident, filled(model, position, column));
        let value = match &column.deferred {
            Some((ty, _)) => quote!(<#ty>::from(#value)),
            None => value,
        };
        quote!(#ident: #value)
    });
    let parts = part::per_part(
        model,
        |embedded, ident, at| quote!(#ident: #embedded::given(given.#ident, #at, &mut unset),),
    );
    let relations = model.relations.iter().enumerate().map(|(index, relation)| {
        let (ident, ty) = (&relation.ident, &relation.ty);
        match relation.side {
            Side::Own { .. } => quote!(#ident: given.#ident.unwrap_or_default()),
            Side::Other { .. } | Side::Link(_) => {
                quote!(#ident: ::core::default::Default::default())
            }
            // Lists of new rows begin empty; what is only read is not loaded.
            Side::View(_) => quote!(#ident: <#ty>::unloaded(&__DEF.relations[#index])),
        }
    });
    let skipped = skipped(model);
    quote! {
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl<#(#states: __orm::FieldState),*> __orm::Build for #builder<#(#states),*> {
            type Model = #name;
            type State = #state;
            type ChildState = #child_state;

            fn build(self) -> __orm::NewEntity<#name> {
                let given = self.given;
                let mut unset = __orm::ColumnSet::new();
                let value = #name { #(#filled,)* #(#parts)* #(#relations,)* #skipped };
                __orm::NewEntity { value, unset }
            }
        }
    }
}

/// The state of the first required field that is missing and that no relation fills in.
fn child_state(model: &Model, states: &[Ident]) -> TokenStream {
    let is_own = |position: &usize| model.relations_of(*position).next().is_none();
    let required = model.required();
    if required.iter().all(is_own) {
        return quote!(Self::State);
    }
    let (columns, parts) = states.split_at(required.len());
    let own = required.iter().zip(columns);
    let own = own.filter(|(position, _)| is_own(position));
    let own = own.map(|(_, state)| state).chain(parts);
    let own: Vec<_> = own.collect();
    own.into_iter().rev().fold(
        quote!(__orm::FieldGiven),
        |rest, state| quote!(#state::Or<#rest>),
    )
}

/// The value of a column in a row of the builder.
fn filled(model: &Model, position: usize, column: &Column) -> TokenStream {
    let (ident, value) = (&column.ident, own_value(model, position, column));
    let given: Vec<_> = model
        .relations_of(position)
        .map(|relation| &relation.ident)
        .collect();
    if given.is_empty() || matches!(column.fill, Fill::Null) {
        return value;
    }
    let linked = quote!(__orm::or_linked(given.#ident, #position, &mut unset));
    if matches!(column.fill, Fill::Required) {
        return linked;
    }
    quote!(if false #(|| given.#given.is_some())* { #linked } else { #value })
}

/// The value of a column that no relation fills in.
fn own_value(model: &Model, position: usize, column: &Column) -> TokenStream {
    let (name, ident, ty) = (&model.head.ident, &column.ident, &column.ty);
    match &column.fill {
        Fill::Required => quote!(__orm::given(given.#ident)),
        Fill::Null => quote!(given.#ident.unwrap_or_default()),
        Fill::Generated => {
            let generated = of(ty, "Generated");
            quote!(given.#ident.unwrap_or(#generated::UNSET))
        }
        Fill::Version => {
            let version = of(ty, "Version");
            quote!(given.#ident.unwrap_or(#version::FIRST))
        }
        Fill::Default(_) => quote!(given.#ident.unwrap_or_else(<#name as __Defaults>::#ident)),
        Fill::Server => {
            let wait = of(ty, "Placeholder");
            quote!(__orm::or_server(given.#ident, #wait::placeholder, #position, &mut unset))
        }
    }
}

/// The struct: the server fills what it can and what is `None`.
fn from_struct(model: &Model) -> TokenStream {
    let name = &model.head.ident;
    let columns = model.columns.iter().enumerate();
    let unset = columns
        .filter(|(_, column)| {
            column.server_default.is_some() || column.deferred.is_some() || column.is_computed
        })
        .map(|(position, column)| {
            if column.is_computed {
                return quote!(unset.insert(#position));
            }
            let (ident, field) = (&column.ident, of(column.field_type(), "Field"));
            quote!(#field::leave_unset(&self.#ident, #position, &mut unset))
        });
    let columns = model.columns.iter().enumerate();
    let is_linked = |(position, column): &(usize, &Column)| {
        !matches!(column.fill, Fill::Null) && model.relations_of(*position).next().is_some()
    };
    let linked = columns.filter(is_linked).map(|(position, column)| {
        let (ident, leave) = (&column.ident, Ident::new("leave_linked", column.ty.span()));
        quote!(__orm::#leave(&self.#ident, #position, &mut unset))
    });
    let parts = part::per_part(
        model,
        |embedded, ident, at| quote!(#embedded::leave_unset(&self.#ident, #at, &mut unset);),
    );
    quote! {
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl __orm::Build for #name {
            type Model = Self;
            type State = __orm::FieldGiven;
            type ChildState = __orm::FieldGiven;

            fn build(self) -> __orm::NewEntity<Self> {
                let mut unset = __orm::ColumnSet::new();
                #(#unset;)*
                #(#linked;)*
                #(#parts)*
                __orm::NewEntity { value: self, unset }
            }
        }
    }
}
