//! Generates relations: their data, the access to their fields, and what the compiler checks of them. A model without
//! relations gets nothing of it.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;

use super::names::of;
use crate::model::data::{Model, Relation};

/// The relations as data.
pub(super) fn defs(model: &Model) -> TokenStream {
    let name = model.head.ident.unraw().to_string();
    let relations = model.relations.iter().map(|relation| {
        let Relation {
            ident,
            ty,
            reference,
            is_optional,
            ..
        } = relation;
        let (field, ident) = (of(ty, "RelationField"), ident.unraw().to_string());
        quote_spanned! {ty.span()=>
            __orm::RelationDef {
                model: #name,
                name: #ident,
                target: <#field::Target as __orm::Model>::def,
                kind: __orm::RelationKind::BelongsTo { reference: #reference, optional: #is_optional },
            }
        }
    });
    quote!(&[#(#relations),*])
}

/// The fields of the entity: typed relations, as columns are.
pub(super) fn fields(model: &Model) -> TokenStream {
    let name = &model.head.ident;
    let fields = model.relations.iter().map(|relation| {
        let Relation {
            docs,
            vis,
            ident,
            ty,
            ..
        } = relation;
        quote!(#(#docs)* #vis #ident: __orm::Relation<#name, #ty>,)
    });
    quote!(#(#fields)*)
}

/// Their values, for the table itself or an `alias`.
pub(super) fn indexes(model: &Model) -> TokenStream {
    let fields = model.relations.iter().enumerate();
    let fields = fields.map(|(index, relation)| {
        let ident = &relation.ident;
        quote!(#ident: __orm::Relation::new(alias, #index),)
    });
    quote!(#(#fields)*)
}

/// The functions of `Model` by which code without types gets at the fields.
pub(super) fn access(model: &Model) -> TokenStream {
    if model.relations.is_empty() {
        return TokenStream::new();
    }
    let fields = || model.relations.iter().map(|relation| &relation.ident);
    let (read, written) = (fields(), fields());
    let indexes: Vec<usize> = (0..model.relations.len()).collect();
    quote! {
        const HAS_RELATIONS: bool = true;

        fn relation(&self, index: usize) -> __orm::Option<&dyn __orm::AnyRelation> {
            match index {
                #(#indexes => __orm::Some(&self.#read),)*
                _ => __orm::None,
            }
        }

        fn relation_mut(&mut self, index: usize) -> __orm::Option<&mut dyn __orm::AnyRelation> {
            match index {
                #(#indexes => __orm::Some(&mut self.#written),)*
                _ => __orm::None,
            }
        }
    }
}

/// The relations of a row that was read, as fields of a struct.
pub(super) fn unloaded(model: &Model) -> TokenStream {
    let fields = model.relations.iter().enumerate();
    let fields = fields.map(|(index, relation)| {
        let ident = &relation.ident;
        quote!(#ident: __orm::BelongsTo::unloaded(&__DEF.relations[#index]),)
    });
    quote!(#(#fields)*)
}

/// Their copies, likewise.
pub(super) fn copies(model: &Model) -> TokenStream {
    let fields = model.relations.iter().map(|relation| &relation.ident);
    quote!(#(#fields: ::core::clone::Clone::clone(&self.#fields),)*)
}

/// Their copies, into those of `old`.
pub(super) fn copies_into(model: &Model) -> TokenStream {
    let fields = model.relations.iter().map(|relation| &relation.ident);
    quote!(#(old.#fields = ::core::clone::Clone::clone(&self.#fields);)*)
}

/// Adds the foreign keys of those that differ from those of `old`.
pub(super) fn compared(model: &Model) -> TokenStream {
    let relations = model.relations.iter().map(|relation| {
        let (ident, columns) = (&relation.ident, &relation.columns);
        quote!(__orm::relinked(self.#ident.state(), old.#ident.state(), &[#(#columns),*], &mut set);)
    });
    quote!(#(#relations)*)
}

/// The checks of relations against the models of their foreign keys.
pub(super) fn checks(model: &Model) -> TokenStream {
    let checks = model.relations.iter().map(|relation| {
        let (ty, reference) = (&relation.ty, &model.references[relation.reference]);
        let other = &reference.targets[0].model;
        quote_spanned!(ty.span()=> const _: () = <#ty as __orm::LeadsTo<#other>>::OK;)
    });
    quote!(#(#checks)*)
}
