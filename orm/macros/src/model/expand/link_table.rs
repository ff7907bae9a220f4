//! Generates link tables: for each relation many to many with one, the type that stands for it. Its rows and its data are in
//! `orm`. And what the relation of the other side finds it by.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{Ident, Type};

use crate::case::snake;
use crate::model::data::{Link, Model, Relation, Side, Target};
use crate::model::tokens::last_word;

/// The types of the link tables, and which relations have link rows of their own.
pub(super) fn expand(model: &Model) -> TokenStream {
    let name = &model.head.ident;
    let parts = model.relations.iter().enumerate();
    let parts = parts.map(|(index, relation)| {
        let table = match &relation.side {
            Side::Link(Link::Table(table)) => link_table(name, relation, &table.value()),
            Side::Link(Link::Model { .. }) => TokenStream::new(),
            Side::Own { .. }
            | Side::Other { .. }
            | Side::Link(Link::Inverse(_))
            | Side::View(_) => {
                return TokenStream::new();
            }
        };
        quote! {
            #table
            #[automatically_derived]
            #[diagnostic::do_not_recommend]
            impl __orm::Linked<#index> for #name {}
        }
    });
    parts.collect()
}

fn link_table(owner: &Ident, relation: &Relation, table: &str) -> TokenStream {
    let (link, target) = (ident(&relation.ident), &relation.target);
    let name = format!("{}.{}", owner.unraw(), relation.ident.unraw());
    let sides = sides(owner, target);
    quote_spanned! {target.span()=>
        struct #link;

        #[automatically_derived]
        impl __orm::LinkTable for #link {
            type Owner = #owner;
            // Through the entity, so that a target that is no model is not an error of this trait's bound as well.
            type Target = <<#target as __orm::Model>::Entity as __orm::Entity>::Model;
            const TABLE: &'static str = #table;
            const RELATION: &'static str = #name;
            const SIDES: [&'static str; 2] = [#(#sides),*];

            fn def() -> &'static __orm::ModelDef {
                static DEF: __orm::LazyLock<__orm::ModelDef> =
                    __orm::LazyLock::new(__orm::link_def::<#link>);
                &DEF
            }

            fn vtable() -> &'static __orm::AnyVtable {
                static VTABLE: __orm::Vtable = __orm::Vtable::of::<__orm::LinkRow<#link>>();
                &VTABLE
            }
        }
    }
}

/// What the names of both foreign keys begin with.
fn sides(owner: &Ident, target: &Type) -> [String; 2] {
    let owner = snake(&owner.unraw().to_string());
    let target = last_word(target).map_or_else(String::new, |word| word.unraw().to_string());
    let target = snake(&target);
    if owner == target {
        return [format!("from_{owner}"), format!("to_{target}")];
    }
    [owner, target]
}

/// The type of the link table of a relation.
fn ident(relation: &Ident) -> Ident {
    format_ident!("__LinkTable_{}", relation.unraw())
}

/// The function that returns the data of the target of a relation with a link table.
pub(super) fn target(relation: &Ident) -> TokenStream {
    let link = ident(relation);
    quote!(__orm::link_target::<#link>)
}

/// The kind of a relation with a link table.
pub(super) fn kind(relation: &Ident) -> TokenStream {
    let link = ident(relation);
    quote! {
        ManyToMany {
            link: <#link as __orm::LinkTable>::def,
            inverse: || 0,
            target: || 1,
        }
    }
}

/// The kind of a relation whose link rows are those of the other side.
pub(super) fn mirror(owner: &Ident, target: &Type, inverse: &Target) -> TokenStream {
    let Target { model, field } = inverse;
    let root = quote!(<<#model as __orm::Model>::Entity as __orm::Entity>::ROOT);
    let check = quote_spanned!(field.span()=> __orm::mirrored::<#owner, #target, _>);
    let linked = quote_spanned!(field.span()=> Linked);
    let linked = quote!(<#target as __orm::#linked<{ #check(#root.#field) }>>);
    quote! {
        ManyToMany {
            link: #linked::link,
            inverse: #linked::target,
            target: #linked::inverse,
        }
    }
}
