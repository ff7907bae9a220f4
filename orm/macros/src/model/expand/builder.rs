//! Generates the builder: its states and setters. Its conversion to a row is in `new_row.rs`.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Attribute, Ident, Type, Visibility};

use super::names::{at, free, helper};
use super::part::embedded;
use crate::model::data::{Column, Model, Part, Relation};

pub(super) fn expand(model: &Model) -> TokenStream {
    let parts = [types(model), missing(model), begin(model), setters(model)];
    quote!(#(#parts)*)
}

/// The builder and what it has been given. The fields lie in a struct of their own without parameters,
/// so that a setter moves one value, not each of them, into the builder of the next state.
fn types(model: &Model) -> TokenStream {
    let vis = &model.head.vis;
    let (builder, given) = (helper(model, "Builder"), helper(model, "Given"));
    let states = states(model);
    let fields = fields(model).map(|(ident, ty)| quote!(#ident: __orm::Option<#ty>));
    let note = format!(
        "a builder does nothing until it is added: `session.add({}::{}()…)`",
        model.head.ident, model.head.builder
    );
    quote! {
        #vis struct #given {
            #(#fields,)*
        }

        #[must_use = #note]
        #vis struct #builder<#(#states),*> {
            given: #given,
            states: __orm::PhantomData<fn() -> (#(#states,)*)>,
        }
    }
}

/// What a builder is given: columns, and relations.
fn fields(model: &Model) -> impl Iterator<Item = (&Ident, &Type)> {
    let columns = model.columns.iter();
    let columns = columns.map(|column| (&column.ident, &column.ty));
    let parts = model.parts.iter().map(|part| (&part.ident, &part.ty));
    let relations = model.own_relations();
    columns
        .chain(parts)
        .chain(relations.map(|relation| (&relation.ident, &relation.ty)))
}

fn begin(model: &Model) -> TokenStream {
    let (vis, name, begin) = (&model.head.vis, &model.head.ident, &model.head.builder);
    let (builder, given) = (helper(model, "Builder"), helper(model, "Given"));
    let missing_fields = missing_module(model);
    let missing = model.required().into_iter().map(|position| {
        let field = model.missing_name(position);
        quote!(__orm::FieldMissing<#missing_fields::#field>)
    });
    let parts = model.parts.iter().map(|part| {
        let (ident, embedded) = (&part.ident, embedded(part));
        at(&part.ty, quote!(#embedded::Start<#missing_fields::#ident>))
    });
    let missing = missing.chain(parts);
    let returned = if let [part] = &model.parts[..] {
        // What the compiler reports about the type of the only part stands there.
        let span = part.ty.span();
        let mut returned = builder.clone();
        returned.set_span(builder.span().located_at(span));
        quote_spanned!(span=> #returned<#(#missing),*>)
    } else {
        quote!(#builder<#(#missing),*>)
    };
    let fields = fields(model).map(|(ident, _)| ident);
    let doc = match listed(model) {
        Some(required) => format!("Begins a new row. Required: {required}."),
        None => "Begins a new row. Nothing is required.".to_owned(),
    };
    quote! {
        #[automatically_derived]
        impl #name {
            #[doc = #doc]
            #vis fn #begin() -> #returned {
                #builder {
                    given: #given { #(#fields: __orm::None,)* },
                    states: __orm::PhantomData,
                }
            }
        }
    }
}

fn listed(model: &Model) -> Option<String> {
    let names = model
        .required()
        .into_iter()
        .map(|position| format!("`{}`", model.missing_name(position)));
    let names: Vec<String> = names.collect();
    (!names.is_empty()).then(|| names.join(", "))
}

fn setters(model: &Model) -> TokenStream {
    let builder = helper(model, "Builder");
    let (states, required) = (states(model), model.required());
    let is_of = |columns: &[usize], state: usize| {
        let position = required.get(state);
        position.is_some_and(|position| columns.contains(position))
    };
    let columns = model.columns.iter().enumerate();
    let columns = columns.filter(|(_, column)| !column.is_computed);
    let columns = columns.map(|(position, column)| {
        let Column {
            docs,
            vis,
            ident,
            ty,
            ..
        } = column;
        setter(model, (docs, vis, ident, ty), |state| {
            is_of(&[position], state)
        })
    });
    let parts = model.parts.iter().enumerate().map(|(index, part)| {
        let Part {
            docs,
            vis,
            ident,
            ty,
            ..
        } = part;
        let own = required.len() + index;
        setter(model, (docs, vis, ident, ty), |state| state == own)
    });
    let relations = model.own_relations().map(|relation| {
        let Relation {
            docs,
            vis,
            ident,
            ty,
            ..
        } = relation;
        setter(model, (docs, vis, ident, ty), |state| {
            is_of(relation.columns(), state)
        })
    });
    let setters = columns.chain(parts).chain(relations);
    quote! {
        #[automatically_derived]
        impl<#(#states),*> #builder<#(#states),*> {
            #(#setters)*
        }
    }
}

/// The setter of a field, which fills the states of the builder that `is_filled` names.
fn setter(
    model: &Model,
    (docs, vis, ident, ty): (&[Attribute], &Visibility, &Ident, &Type),
    is_filled: impl Fn(usize) -> bool,
) -> TokenStream {
    let value = setter_value(ty);
    let states = states(model);
    if !(0..states.len()).any(&is_filled) {
        return quote! {
            #(#docs)*
            #vis fn #ident(mut self, value: #value) -> Self {
                self.given.#ident = __orm::filled(value);
                self
            }
        };
    }
    let builder = helper(model, "Builder");
    let states = states.into_iter().enumerate().map(|(state, parameter)| {
        if is_filled(state) {
            quote!(__orm::FieldGiven)
        } else {
            quote!(#parameter)
        }
    });
    quote! {
        #(#docs)*
        #vis fn #ident(mut self, value: #value) -> #builder<#(#states),*> {
            self.given.#ident = __orm::filled(value);
            #builder { given: self.given, states: __orm::PhantomData }
        }
    }
}

/// What a setter takes. An error about it shows the field, not the derive.
fn setter_value(ty: &Type) -> TokenStream {
    quote_spanned!(ty.span()=> impl __orm::IntoField<#ty>)
}

/// A type by the name of each required field, for messages. In a module, since a field may be called
/// like a type.
fn missing(model: &Model) -> TokenStream {
    let fields = model
        .required()
        .into_iter()
        .map(|position| model.missing_name(position));
    let fields = fields.chain(model.parts.iter().map(|part| &part.ident));
    let module = missing_module(model);
    quote! {
        mod #module {
            #(pub enum #fields {})*
        }
    }
}

fn missing_module(model: &Model) -> Ident {
    free(model, "missing", Span::call_site())
}

/// The type parameters: of required columns, then of parts. Not named after fields, since a field `tag` would take the name of a model `Tag`.
pub(super) fn states(model: &Model) -> Vec<Ident> {
    let span = model.head.ident.span();
    let parameter = |state| format_ident!("__S{state}", span = span);
    let count = model.required().len() + model.parts.len();
    (0..count).map(parameter).collect()
}
