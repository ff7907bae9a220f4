//! From a model to code. Thin on purpose: data, and what must know the field's types; all else is in
//! `orm`, compiled once.
//!
//! Everything but the value that bears the model's name lies in one anonymous constant, so that no name
//! of a user's can clash with a helper's. Paths are absolute, since a user's module may have an `Option`
//! or a `Some` of its own. Types are taken over with the span of the field's type, and trait items are
//! named through the type (`<T as DbType>::…`), so that a type that isn't mapped is one error there.

mod builder;
mod check;
mod def;
mod entity;
mod new_row;
mod row;

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{Ident, Type};

use super::data::Model;

/// The code for a model.
pub(super) fn expand(model: &Model) -> TokenStream {
    let head = &model.head;
    let (vis, name, orm, value) = (&head.vis, &head.ident, &head.orm, &head.value);
    let parts = [
        entity::expand(model),
        def::expand(model),
        row::expand(model),
        check::expand(model),
        builder::expand(model),
        new_row::expand(model),
    ];
    quote! {
        #[doc(hidden)]
        #[allow(non_upper_case_globals, dead_code)]
        #vis const #value: <#name as #orm::__private::Model>::Entity =
            <<#name as #orm::__private::Model>::Entity as #orm::__private::Entity>::ROOT;

        #[doc(hidden)]
        #[allow(
            clippy::all,
            clippy::pedantic,
            clippy::nursery,
            dead_code,
            missing_debug_implementations,
            non_camel_case_types,
            non_snake_case,
            unnameable_types,
            unreachable_pub,
            unused_mut,
            unused_qualifications
        )]
        const _: () = {
            use #orm::__private as __orm;
            #(#parts)*
        };
    }
}

/// The name of a helper type, such as `UserEntity`. The struct's own words come first: a type of a user's
/// that has this name is meant where it is written.
fn helper(model: &Model, suffix: &str) -> Ident {
    let name = format!("{}{suffix}", model.head.ident.unraw());
    free(model, &name, model.head.ident.span())
}

/// The name, or a name that is free if the struct has it in a type or an attribute.
fn free(model: &Model, name: &str, span: Span) -> Ident {
    let taken = model.head.words.contains(name);
    let name = if taken {
        format!("__{name}")
    } else {
        name.to_owned()
    };
    Ident::new(&name, span)
}

/// `<T as Trait>`, for an item of the trait; errors point at the field's type.
fn of(ty: &Type, name: &str) -> TokenStream {
    let span = ty.span();
    let ident = Ident::new(name, span);
    quote_spanned!(span=> <#ty as __orm::#ident>)
}
