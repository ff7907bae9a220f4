//! The model as constant data, its number in sessions, and its registration at link time.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;

use super::of;
use crate::model::data::{Column, Columns, Model, Reference, ServerDefault, Target};

/// The functions `def` and `slot` stand in the `impl Model`, see `row.rs`; here is what they give.
pub(super) fn expand(model: &Model) -> TokenStream {
    let ident = &model.head.ident;
    let (name, table) = (ident.unraw().to_string(), &model.head.table);
    let columns = model.columns.iter().map(column);
    let names = model.columns.iter().map(|column| &column.name);
    let key = &model.key;
    let generated = option(model.generated.as_ref());
    let version = option(model.version.as_ref());
    let uniques = model.uniques.iter().map(|group| {
        let (name, columns) = parts(group);
        quote!(__orm::UniqueDef { name: #name, columns: #columns })
    });
    let indexes = model.indexes.iter().map(|group| {
        let (name, columns) = parts(group);
        quote!(__orm::IndexDef { name: #name, columns: #columns, unique: false })
    });
    let checks = model.checks.iter().map(|check| {
        let (name, raw) = (&check.name, &check.raw);
        quote!(__orm::CheckDef { name: #name, raw: #raw })
    });
    let references = model.references.iter().map(|key| reference(model, key));
    quote! {
        static __DEF: __orm::ModelDef = __orm::ModelDef {
            name: #name,
            module: ::core::module_path!(),
            table: #table,
            columns: &[#(#columns),*],
            names: &[#(#names),*],
            primary_key: &[#(#key),*],
            generated: #generated,
            version: #version,
            uniques: &[#(#uniques),*],
            indexes: &[#(#indexes),*],
            checks: &[#(#checks),*],
            references: &[#(#references),*],
        };
        static __SLOT: __orm::ModelSlot = __orm::ModelSlot::new();

        __orm::inventory::submit! {
            __orm::Registration::new(|| &__DEF)
        }
    }
}

fn column(column: &Column) -> TokenStream {
    let (name, field) = (&column.name, column.ident.unraw().to_string());
    let mapped = of(&column.ty, "Field");
    let length = option(column.length.as_ref());
    let collation = option(column.collation.as_ref());
    let default = column.server_default.as_ref().map(|default| match default {
        ServerDefault::Bool(value) => quote!(__orm::ServerDefault::Bool(#value)),
        ServerDefault::Int(value) => quote!(__orm::ServerDefault::Int(#value)),
        ServerDefault::Float(value) => quote!(__orm::ServerDefault::Float(#value)),
        ServerDefault::Text(value) => quote!(__orm::ServerDefault::Text(#value)),
        ServerDefault::Raw(sql) => quote!(__orm::ServerDefault::Raw(#sql)),
    });
    let default = option(default.as_ref());
    quote! {
        __orm::ColumnDef {
            name: #name,
            field: #field,
            ty: #mapped::TYPE,
            nullable: #mapped::NULLABLE,
            length: #length,
            collation: #collation,
            server_default: #default,
        }
    }
}

/// A reference. The positions it refers to come from the other model's typed columns, at run time.
fn reference(model: &Model, reference: &Reference) -> TokenStream {
    let positions = &reference.positions;
    let name = option(reference.name.as_ref());
    let other = &reference.targets[0].model;
    let own = positions.iter().map(|position| &model.columns[*position]);
    let targets = own
        .zip(&reference.targets)
        .map(|(own, target)| referred(own, target));
    let on_delete = Ident::new(reference.on_delete, Span::mixed_site());
    let on_update = Ident::new(reference.on_update, Span::mixed_site());
    quote! {
        __orm::ReferenceDef {
            name: #name,
            columns: &[#(#positions),*],
            target: <#other as __orm::Model>::def,
            target_columns: || ::std::vec::Vec::from([#(#targets),*]),
            on_delete: __orm::Action::#on_delete,
            on_update: __orm::Action::#on_update,
        }
    }
}

/// The position referred to. The compiler compares the types on the way, and reports at the reference.
fn referred(own: &Column, target: &Target) -> TokenStream {
    let (model, field, ty) = (&target.model, &target.field, &own.ty);
    let root = quote!(<<#model as __orm::Model>::Entity as __orm::Entity>::ROOT);
    let check = quote_spanned!(ty.span()=> referred);
    quote!(__orm::#check::<#ty, _, _>(#root.#field))
}

fn parts(group: &Columns) -> (TokenStream, TokenStream) {
    let positions = &group.positions;
    (option(group.name.as_ref()), quote!(&[#(#positions),*]))
}

fn option(value: Option<&impl ToTokens>) -> TokenStream {
    value.map_or_else(|| quote!(__orm::None), |value| quote!(__orm::Some(#value)))
}
