//! Generates the entity: the struct of typed columns and relations, which is the type of the constant with the model's name.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::names::{column_names, helper};
use super::part;
use super::relation;
use crate::model::data::{Column, Model};

pub(super) fn expand(model: &Model) -> TokenStream {
    let (vis, name) = (&model.head.vis, &model.head.ident);
    let entity = helper(model, "Entity");
    let first = &model.columns[0].ident;
    let fields = fields(model);
    let columns = columns(model);
    let (parts, part_values) = (part::fields(model), part::values(model));
    let (relations, indexes) = (relation::fields(model), relation::indexes(model));
    let or_error = part::embedded_or_error(model, &quote!(__orm));
    // The parts are not last: whether the last field is sized is asked for each use of the struct.
    quote! {
        #vis struct #entity {
            #parts
            #(#fields,)*
            #relations
        }

        const fn __columns(alias: ::core::option::Option<&'static str>) -> #entity {
            #entity { #(#columns,)* #part_values #indexes }
        }

        #[automatically_derived]
        impl ::core::clone::Clone for #entity {
            fn clone(&self) -> Self {
                #or_error
                *self
            }
        }

        #[automatically_derived]
        impl ::core::marker::Copy for #entity {}

        #[automatically_derived]
        impl ::core::fmt::Debug for #entity {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(self.#first.source())
            }
        }

        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl __orm::Entity for #entity {
            type Model = #name;
            const ROOT: Self = {
                #or_error
                __columns(::core::option::Option::None)
            };

            fn named(self, alias: &'static str) -> Self {
                #or_error
                __columns(::core::option::Option::Some(alias))
            }

            fn alias_name(&self) -> ::core::option::Option<&'static str> {
                self.#first.alias_name()
            }
        }
    }
}

/// The fields of the columns.
fn fields(model: &Model) -> impl Iterator<Item = TokenStream> {
    let name = &model.head.ident;
    let all = model.columns.iter();
    let fields = all.flat_map(|column| column_names(column).map(move |ident| (column, ident)));
    fields.map(move |(column, ident)| {
        let Column { docs, vis, ty, .. } = column;
        quote!(#(#docs)* #vis #ident: __orm::Column<#name, #ty>)
    })
}

/// Their values.
fn columns(model: &Model) -> impl Iterator<Item = TokenStream> {
    let all = model.columns.iter().enumerate();
    all.flat_map(|(position, column)| {
        let name = &column.name;
        let position = Literal::usize_unsuffixed(position);
        column_names(column)
            .map(move |ident| quote!(#ident: __orm::Column::new(alias, #name, #position)))
    })
}
