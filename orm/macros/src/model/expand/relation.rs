//! Generates relations: their data, the access to their fields, and what the compiler checks of them. A model without
//! relations gets nothing of it.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{Ident, Path, Type};

use super::link_table;
use super::names::of;
use super::view;
use crate::model::data::{Link, Model, Policy, Relation, Side, Target};
use crate::model::tokens::last_word;

/// The relations as data.
pub(super) fn defs(model: &Model) -> TokenStream {
    let name = model.head.ident.unraw().to_string();
    let relations = model.relations.iter().map(|relation| {
        let Relation { ident, ty, .. } = relation;
        let ident = ident.unraw().to_string();
        let (target, kind) = (target(model, relation), kind(model, relation));
        let Policy {
            cascade,
            deletes_orphans,
        } = relation.policy();
        let cascade = Ident::new(cascade, Span::mixed_site());
        let (order, keeps_positions) = (order(relation), relation.keeps_positions);
        quote_spanned! {ty.span()=>
            __orm::RelationDef {
                model: #name,
                name: #ident,
                target: #target,
                kind: __orm::RelationKind::#kind,
                cascade: __orm::Cascade::#cascade,
                deletes_orphans: #deletes_orphans,
                order: &[#(#order),*],
                keeps_positions: #keeps_positions,
            }
        }
    });
    quote!(&[#(#relations),*])
}

/// The order of a list, each column as a function, since it belongs to another model. The compiler compares the models.
fn order(relation: &Relation) -> impl Iterator<Item = TokenStream> {
    let target = &relation.target;
    relation.order.iter().map(move |item| {
        let Target { model, field } = &item.column;
        let is_descending = item.is_descending;
        let root = quote!(<<#model as __orm::Model>::Entity as __orm::Entity>::ROOT);
        let check = if relation.keeps_positions {
            quote_spanned!(field.span()=> __orm::positioned_by::<#target, _>)
        } else {
            quote_spanned!(field.span()=> __orm::ordered_by::<#target, _>)
        };
        quote! {
            __orm::ListOrder { column: || #check(#root.#field), is_descending: #is_descending }
        }
    })
}

/// The function that returns the target's data. Where the other side is found by types, so is the target: a struct that
/// is no model is one error.
fn target(model: &Model, relation: &Relation) -> TokenStream {
    let owner = &model.head.ident;
    let Relation {
        ty, target, side, ..
    } = relation;
    match side {
        Side::Other { inverse: None, .. } => {
            let single = quote_spanned!(target.span()=> SingleBelongsTo);
            quote!(<#target as __orm::#single<#owner>>::def)
        }
        Side::Link(Link::Model { path, named: None }) => {
            let links = quote_spanned!(path.span()=> Links);
            quote!(<#path as __orm::#links<#owner, #target>>::target_def)
        }
        Side::Link(Link::Table(_)) => link_table::target(&relation.ident),
        Side::View(view) if view::is_single(view) => {
            let single = quote_spanned!(target.span()=> SingleBelongsTo);
            quote!(<#target as __orm::#single<#owner>>::def)
        }
        Side::Own { .. } | Side::Other { .. } | Side::Link(_) | Side::View(_) => {
            let field = of(ty, "RelationField");
            quote!(<#field::Target as __orm::Model>::def)
        }
    }
}

/// Which side a relation is: its foreign key, or its inverse.
fn kind(model: &Model, relation: &Relation) -> TokenStream {
    let (owner, target) = (&model.head.ident, &relation.target);
    match &relation.side {
        Side::Own {
            is_optional,
            reference,
            ..
        } => quote!(BelongsTo { reference: #reference, optional: #is_optional }),
        Side::Other { kind, inverse, .. } => {
            let kind = Ident::new(kind, Span::mixed_site());
            let inverse = inverse_of(owner, &quote!(#target), inverse.as_ref());
            quote!(#kind { inverse: #inverse })
        }
        Side::Link(Link::Model { path, named }) => link_kind(owner, (path, target), named.as_ref()),
        Side::Link(Link::Table(_)) => link_table::kind(&relation.ident),
        Side::Link(Link::Inverse(inverse)) => link_table::mirror(owner, target, inverse),
        Side::View(view) => view::kind(target, view, |named| {
            inverse_of(owner, &quote!(#target), named)
        }),
    }
}

/// The link model of a relation, and its two relations.
fn link_kind(
    owner: &Ident,
    (link, target): (&Path, &Type),
    names: Option<&(Target, Target)>,
) -> TokenStream {
    if let Some((inverse, to_target)) = names {
        let path = quote!(#link);
        let inverse = named(&quote!(#owner), &path, inverse);
        let to_target = named(&quote!(#target), &path, to_target);
        return quote! {
            ManyToMany {
                link: <#link as __orm::Model>::def,
                inverse: #inverse,
                target: #to_target,
            }
        };
    }
    let links = quote_spanned!(link.span()=> Links);
    let links = quote!(<#link as __orm::#links<#owner, #target>>);
    quote!(ManyToMany { link: #links::def, inverse: #links::inverse, target: #links::target })
}

/// The function that returns the index of the inverse relation in `other`.
fn inverse_of(owner: &Ident, other: &TokenStream, inverse: Option<&Target>) -> TokenStream {
    if let Some(inverse) = inverse {
        return named(&quote!(#owner), other, inverse);
    }
    let single = quote_spanned!(other.span()=> SingleBelongsTo);
    quote!(<#other as __orm::#single<#owner>>::index)
}

/// The function that returns the index of a relation of `other` that the attribute names, which references `model`.
fn named(model: &TokenStream, other: &TokenStream, named: &Target) -> TokenStream {
    // The index comes from the other model's typed relations, and the compiler compares the models.
    let Target { model: of, field } = named;
    let root = quote!(<<#of as __orm::Model>::Entity as __orm::Entity>::ROOT);
    let check = quote_spanned!(field.span()=> __orm::inverse::<#model, #other, _>);
    quote!(|| #check(#root.#field))
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
    let new_link = new_link(model);
    quote! {
        const HAS_RELATIONS: bool = true;

        #new_link

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

/// The function of `Model` that makes a link row, for what may be a link model.
fn new_link(model: &Model) -> TokenStream {
    if model.own_relations().count() < 2 {
        return TokenStream::new();
    }
    let name = &model.head.ident;
    let required = model.required().into_iter();
    let own: Vec<String> = required
        .filter(|position| model.relations_of(*position).next().is_none())
        .map(|position| model.columns[position].ident.unraw().to_string())
        .collect();
    let row = if own.is_empty() {
        quote!(::core::result::Result::Ok(__orm::NewChild::into_child(#name::builder())))
    } else {
        quote!(::core::result::Result::Err(&[#(#own),*]))
    };
    quote! {
        fn new_link() -> ::core::result::Result<__orm::NewEntity<Self>, &'static [&'static str]> {
            #row
        }
    }
}

/// The relations of a row that was read, as fields of a struct.
pub(super) fn unloaded(model: &Model) -> TokenStream {
    let fields = model.relations.iter().enumerate();
    let fields = fields.map(|(index, relation)| {
        let (ident, ty) = (&relation.ident, &relation.ty);
        quote!(#ident: <#ty>::unloaded(&__DEF.relations[#index]),)
    });
    quote!(#(#fields)*)
}

/// Their copies, likewise: without lists, which a copy of the columns does not need.
pub(super) fn copies(model: &Model) -> TokenStream {
    let fields = model.relations.iter().map(|relation| {
        let ident = &relation.ident;
        if relation.is_own() {
            quote!(#ident: ::core::clone::Clone::clone(&self.#ident),)
        } else {
            quote!(#ident: ::core::default::Default::default(),)
        }
    });
    quote!(#(#fields)*)
}

/// Their copies, into those of `old`.
pub(super) fn copies_into(model: &Model) -> TokenStream {
    let fields = model.own_relations().map(|relation| &relation.ident);
    quote!(#(old.#fields = ::core::clone::Clone::clone(&self.#fields);)*)
}

/// The lists, which stay when a row is put back.
pub(super) fn lists(model: &Model) -> impl Iterator<Item = &Ident> {
    let lists = model.relations.iter().filter(|relation| !relation.is_own());
    lists.map(|relation| &relation.ident)
}

/// Adds the foreign keys of those that differ from those of `old`.
pub(super) fn compared(model: &Model) -> TokenStream {
    let relations = model.own_relations().map(|relation| {
        let (ident, columns) = (&relation.ident, relation.columns());
        quote!(__orm::relinked(self.#ident.state(), old.#ident.state(), &[#(#columns),*], &mut set);)
    });
    quote!(#(#relations)*)
}

/// The checks of relations against the models of their foreign keys, and what the other sides find them by.
pub(super) fn checks(model: &Model) -> TokenStream {
    let checks = model.own_relations().filter_map(|relation| {
        let Side::Own { reference, .. } = &relation.side else {
            return None;
        };
        let (ty, reference) = (&relation.ty, &model.references[*reference]);
        let other = &reference.targets[0].model;
        Some(quote_spanned!(ty.span()=> const _: () = <#ty as __orm::References<#other>>::OK;))
    });
    let singles = singles(model);
    quote!(#(#checks)* #singles)
}

/// For each model that one relation references: which one that is.
fn singles(model: &Model) -> TokenStream {
    let name = &model.head.ident;
    let word = |relation: &Relation| last_word(&relation.target).map(ToString::to_string);
    let relations = model.relations.iter().enumerate();
    let own = relations.filter(|(_, relation)| relation.is_own());
    let is_single = |relation: &Relation| {
        let same = model
            .own_relations()
            .filter(|other| word(other) == word(relation));
        same.count() == 1
    };
    let singles = own
        .filter(|(_, relation)| is_single(relation))
        .map(|(index, relation)| {
            let target = &relation.target;
            quote! {
                #[automatically_derived]
                #[diagnostic::do_not_recommend]
                impl __orm::SingleBelongsTo<#target> for #name {
                    fn index() -> usize {
                        #index
                    }

                    fn def() -> &'static __orm::ModelDef {
                        <#name as __orm::Model>::def()
                    }
                }
            }
        });
    quote!(#(#singles)*)
}
