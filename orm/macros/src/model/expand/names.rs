//! The names that the code of a model uses: its helper types, and items of a field's type. Used by the files of this
//! folder.

use std::iter;

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{Ident, Type};

use crate::model::data::{Column, Model};

/// The name of a helper type, such as `UserEntity`. The struct's own words come first: a type of a user's
/// that has this name is meant where it is written.
pub(super) fn helper(model: &Model, suffix: &str) -> Ident {
    let name = format!("{}{suffix}", model.head.ident.unraw());
    free(model, &name, model.head.ident.span())
}

/// The name, or a name that is free if the struct has it in a type or an attribute.
pub(super) fn free(model: &Model, name: &str, span: Span) -> Ident {
    let taken = model.head.words.contains(name);
    let name = if taken {
        format!("__{name}")
    } else {
        name.to_owned()
    };
    Ident::new(&name, span)
}

/// The names of a typed column: its field's, and its synonyms.
pub(super) fn column_names(column: &Column) -> impl Iterator<Item = &Ident> {
    iter::once(&column.ident).chain(&column.synonyms)
}

/// What `write` makes of each column: of its position, its field, and `<T as Field>` for its type.
pub(super) fn per_column(
    model: &Model,
    write: impl Fn(usize, &Ident, TokenStream) -> TokenStream,
) -> Vec<TokenStream> {
    let columns = model.columns.iter().enumerate();
    let written = columns
        .map(|(position, column)| write(position, &column.ident, of(column.field_type(), "Field")));
    written.collect()
}

/// The fields without a column, with the values that they begin with.
pub(super) fn skipped(model: &Model) -> TokenStream {
    let fields = model.skipped.iter().map(|(ident, ty)| {
        let skipped = of(ty, "Skipped");
        quote!(#ident: #skipped::skipped(),)
    });
    quote!(#(#fields)*)
}

/// `<T as Trait>`, for an item of the trait; errors point at the field's type.
pub(super) fn of(ty: &Type, name: &str) -> TokenStream {
    let span = ty.span();
    let ident = Ident::new(name, span);
    quote_spanned!(span=> <#ty as __orm::#ident>)
}

/// The code at the place of a type: what the compiler reports about the type stands there, and once. The names of variables stay as
/// they are, since a struct in a macro of a program's has names that no other code sees.
pub(super) fn at(ty: &Type, code: TokenStream) -> TokenStream {
    let span = ty.span();
    let mut in_path = false;
    let placed = code.into_iter().map(|mut token| {
        if let TokenTree::Group(group) = &token {
            token = Group::new(group.delimiter(), at(ty, group.stream())).into();
        }
        if in_path || !matches!(token, TokenTree::Ident(_)) {
            token.set_span(span);
        }
        in_path = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == ':');
        token
    });
    placed.collect()
}
