//! Generates `impl Model`: the conversions between rows, values and the struct.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Index;
use syn::spanned::Spanned as _;

use super::hooks;
use super::names::{helper, of, per_column, skipped};
use super::part;
use super::relation;
use crate::model::data::{Column, Model};

pub(super) fn expand(model: &Model) -> TokenStream {
    let name = &model.head.ident;
    let entity = helper(model, "Entity");
    let keys = keys(model);
    let conversions = conversions(model);
    let copies = copies(model);
    let deferred = deferred(model);
    let variants = part::variants(model);
    let relations = relation::access(model);
    let hooks = hooks::calls(model);
    quote! {
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl __orm::Model for #name {
            type Entity = #entity;

            fn def() -> &'static __orm::ModelDef {
                &__DEF
            }

            fn slot() -> &'static __orm::ModelSlot {
                &__DEF.slot
            }

            #keys
            #conversions
            #copies
            #deferred
            #variants
            #relations
            #hooks
        }
    }
}

fn key_type(model: &Model) -> TokenStream {
    let parts = model.key.iter().map(|position| {
        let ty = &model.columns[*position].ty;
        let field = of(ty, "KeyField");
        quote_spanned!(ty.span()=> #field::Key)
    });
    if model.key.len() == 1 {
        return quote!(#(#parts)*);
    }
    quote_spanned!(model.head.ident.span()=> (#(#parts),*))
}

/// From values, and to values.
fn conversions(model: &Model) -> TokenStream {
    let values = per_column(
        model,
        |position, ident, field| quote!(#position => #field::value(&self.#ident)),
    );
    let assigned = per_column(
        model,
        |position, ident, field| quote!(#position => #field::assign(&mut self.#ident, value)),
    );
    let part_values = part::arms(
        model,
        |embedded, ident, column| quote!(#embedded::value(&self.#ident, #column)),
    );
    let part_assigned = part::arms(
        model,
        |embedded, ident, column| quote!(#embedded::assign(&mut self.#ident, #column, value)),
    );
    quote! {
        fn value(&self, position: usize) -> __orm::ValueRef<'_> {
            match position {
                #(#values,)*
                #(#part_values,)*
                _ => __orm::ValueRef::Null,
            }
        }

        fn assign(
            &mut self,
            position: usize,
            value: __orm::ValueRef<'_>,
        ) -> ::core::result::Result<(), __orm::ConversionError> {
            match position {
                #(#assigned,)*
                #(#part_assigned,)*
                _ => ::core::result::Result::Err(__orm::ConversionError::Range),
            }
        }
    }
}

/// The struct of a row whose key was decoded before.
fn rest(model: &Model) -> TokenStream {
    let decoded = model.columns.iter().enumerate().map(|(position, column)| {
        let ident = &column.ident;
        let decoded = key_part(model, position).unwrap_or_else(|| read(column, position));
        quote!(#ident: #decoded)
    });
    let parts = part::per_part(
        model,
        |embedded, ident, at| quote!(#ident: #embedded::read(row, start + #at, &__DEF, #at)?,),
    );
    let (relations, skipped) = (relation::unloaded(model), skipped(model));
    quote!(Self { #(#decoded,)* #(#parts)* #relations #skipped })
}

/// The part of a decoded key that is the column at `position`, if one is.
fn key_part(model: &Model, position: usize) -> Option<TokenStream> {
    let part = model.key.iter().position(|key| *key == position)?;
    if model.key.len() == 1 {
        return Some(quote!(key));
    }
    let part = Index::from(part);
    Some(quote!(key.#part))
}

/// The key, and a row by its key, with the span of the key's type: else an error about the type would be reported at
/// the derive too.
fn keys(model: &Model) -> TokenStream {
    let ty = key_type(model);
    let decoded = tuple(
        model
            .key
            .iter()
            .map(|position| read(&model.columns[*position], *position)),
    );
    let copied = tuple(
        model
            .key
            .iter()
            .map(|position| copy(&model.columns[*position])),
    );
    let compared = model.key.iter().enumerate().map(|(index, position)| {
        let column = &model.columns[*position];
        let (ident, part) = (&column.ident, Index::from(index));
        let field = of(&column.ty, "KeyField");
        let part = if model.key.len() == 1 {
            quote!(key)
        } else {
            quote!(&key.#part)
        };
        quote!(#field::is(&self.#ident, #part))
    });
    let compared = quote!(#(#compared)&&*);
    // Not so names of values: a type that a user's macro was given has them in another scope.
    let (this, row, start, key) = (quote!(&self), quote!(row), quote!(start), quote!(key));
    let (rest, place) = (rest(model), quote!(place));
    quote_spanned! {ty.span()=>
        type Key = #ty;

        fn decode_key(#row: &dyn __orm::Row, #start: usize) -> __orm::Result<#ty> {
            ::core::result::Result::Ok(#decoded)
        }

        fn decode_rest(
            #row: &dyn __orm::Row,
            #start: usize,
            #key: #ty,
            #place: &mut ::core::option::Option<Self>,
        ) -> __orm::Result<()> {
            *#place = ::core::option::Option::Some(#rest);
            ::core::result::Result::Ok(())
        }

        fn key(#this) -> #ty {
            #copied
        }

        fn has_key(#this, #key: &#ty) -> bool {
            #compared
        }
    }
}

/// Which values are here, if some may not be.
fn deferred(model: &Model) -> TokenStream {
    let columns = model.columns.iter().enumerate();
    let deferred: Vec<_> = columns
        .filter(|(_, column)| column.deferred.is_some())
        .collect();
    if deferred.is_empty() {
        return TokenStream::new();
    }
    let loaded = deferred.iter().map(|(position, column)| {
        let (ident, field) = (&column.ident, of(column.field_type(), "Field"));
        quote!(#position => #field::is_loaded(&self.#ident))
    });
    let unloaded = deferred.iter().map(|(position, column)| {
        let (ident, field) = (&column.ident, of(column.field_type(), "Field"));
        quote!(#position => #field::unload(&mut self.#ident, &__DEF, position))
    });
    let unread = deferred.iter().map(|(_, column)| {
        let (ident, field) = (&column.ident, of(column.field_type(), "Field"));
        quote!(.or_else(|| #field::unread(&self.#ident)))
    });
    quote! {
        const HAS_DEFERRED: bool = true;

        fn is_loaded(&self, position: usize) -> bool {
            match position {
                #(#loaded,)*
                _ => true,
            }
        }

        fn unload(&mut self, position: usize) {
            match position {
                #(#unloaded,)*
                _ => {}
            }
        }

        fn unread(&self) -> ::core::option::Option<(&'static __orm::ModelDef, usize)> {
            __orm::None #(#unread)*
        }
    }
}

/// Copies and comparisons.
fn copies(model: &Model) -> TokenStream {
    let kept = model.skipped.iter().map(|(ident, _)| ident);
    let kept = kept.chain(relation::lists(model));
    let compared = per_column(
        model,
        |position, ident, field| quote!(#field::compare(&self.#ident, &old.#ident, #position, &mut set)),
    );
    let copied = per_column(
        model,
        |_, ident, field| quote!(#ident: #field::copy(&self.#ident)),
    );
    let again = per_column(
        model,
        |_, ident, field| quote!(#field::copy_into(&self.#ident, &mut old.#ident)),
    );
    let compared_parts = part::per_part(
        model,
        |embedded, ident, at| quote!(#embedded::compare(&self.#ident, &old.#ident, #at, &mut set);),
    );
    let copied_parts = part::per_part(
        model,
        |embedded, ident, _| quote!(#ident: #embedded::copy(&self.#ident),),
    );
    let again_parts = part::per_part(
        model,
        |embedded, ident, _| quote!(#embedded::copy_into(&self.#ident, &mut old.#ident);),
    );
    let skipped = skipped(model);
    let (relations, again_relations) = (relation::copies(model), relation::copies_into(model));
    let relinked = relation::compared(model);
    quote! {
        fn snapshot(&self) -> Self {
            Self { #(#copied,)* #(#copied_parts)* #relations #skipped }
        }

        fn snapshot_into(&self, old: &mut Self) {
            #(#again;)*
            #(#again_parts)*
            #again_relations
        }

        fn changes(&self, old: &Self) -> __orm::ColumnSet {
            let mut set = __orm::ColumnSet::new();
            #(#compared;)*
            #(#compared_parts)*
            #relinked
            set
        }

        fn restore(&mut self, mut other: Self) {
            #(__orm::swap(&mut self.#kept, &mut other.#kept);)*
            *self = other;
        }
    }
}

fn read(column: &Column, position: usize) -> TokenStream {
    let field = of(column.field_type(), "Field");
    quote!(#field::read(row, start + #position, &__DEF, #position)?)
}

fn copy(column: &Column) -> TokenStream {
    let (ident, field) = (&column.ident, of(column.field_type(), "Field"));
    quote!(#field::copy(&self.#ident))
}

/// One alone, or a tuple.
fn tuple(values: impl ExactSizeIterator<Item = TokenStream>) -> TokenStream {
    if values.len() == 1 {
        quote!(#(#values)*)
    } else {
        quote!((#(#values),*))
    }
}
