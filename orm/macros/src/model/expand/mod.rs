//! Generates the code of a model. It is data, and the functions that need the types of the fields; everything else is
//! in `orm`, compiled once.
//!
//! Everything except the constant with the model's name is in one anonymous constant, so that no name of a user can
//! clash with a helper's. Paths are absolute, since a user's module may define an `Option` or a `Some`. Types have
//! the span of the field's type, and trait items are named through the type (`<T as DbType>::…`), so that an unmapped
//! type gives one error there.

mod anonymous;
mod builder;
mod check;
mod def;
mod embedded;
mod embedded_enum;
mod entity;
mod hooks;
mod link_table;
mod names;
mod new_row;
mod part;
mod relation;
mod row;
mod view;

use proc_macro2::TokenStream;
use quote::quote;

pub(super) use embedded::expand as embedded;
pub(super) use embedded_enum::expand as embedded_enum;

use self::anonymous::anonymous;
use super::data::Model;

/// The code for a model.
pub(super) fn expand(model: &Model) -> TokenStream {
    let head = &model.head;
    let (vis, name, orm, value) = (&head.vis, &head.ident, &head.orm, &head.value);
    let parts = [
        part::constants(model),
        entity::expand(model),
        def::expand(model),
        row::expand(model),
        check::expand(model),
        relation::checks(model),
        link_table::expand(model),
        builder::expand(model),
        new_row::expand(model),
        hooks::expand(model),
    ];
    let code = anonymous(orm, &parts);
    let or_error = part::embedded_or_error(model, &quote!(#orm::__private));
    quote! {
        #[doc(hidden)]
        #[allow(non_upper_case_globals, dead_code)]
        #vis const #value: <#name as #orm::__private::Model>::Entity = {
            #or_error
            <<#name as #orm::__private::Model>::Entity as #orm::__private::Entity>::ROOT
        };

        #code
    }
}
