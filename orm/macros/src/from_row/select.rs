//! Generates the value by which typed queries select the struct: a method for each field, which takes its column, and the
//! traits of a selection in which each field has one.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;

use super::parse::{Field, Record};

/// The names in the code.
struct Names<'r> {
    record: &'r Record,
    selection: Ident,
    columns: Ident,
    /// The type parameters: the state of each field.
    states: Vec<Ident>,
}

pub(super) fn expand(record: &Record) -> TokenStream {
    let span = record.ident.span();
    let count = 0..record.fields.len();
    let names = Names {
        record,
        selection: format_ident!("{}Select", record.ident.unraw(), span = span),
        columns: format_ident!("{}Columns", record.ident.unraw(), span = span),
        states: count
            .map(|index| format_ident!("__S{index}", span = span))
            .collect(),
    };
    let parts = [
        types(&names),
        methods(&names),
        select_list(&names),
        whole(&names),
        derived(&names),
    ];
    quote!(#(#parts)*)
}

/// The selection, the columns of a derived table of it, and a type by the name of each field, for messages. These are in a
/// module, since a field may be called like a type.
fn types(names: &Names<'_>) -> TokenStream {
    let Names {
        record,
        selection,
        columns,
        states,
    } = names;
    let (vis, ident) = (&record.vis, &record.ident);
    let fields: Vec<_> = record.fields.iter().map(|field| &field.ident).collect();
    let visibilities = record.fields.iter().map(|field| &field.vis);
    let note = format!("columns do nothing until they are selected: `select({ident}.…)`");
    quote! {
        mod __fields {
            #(pub enum #fields {})*
        }

        #[must_use = #note]
        #vis struct #selection<#(#states),*> {
            #(#fields: #states,)*
        }

        #[derive(Clone, Copy)]
        #vis struct #columns<#(#states),*> {
            #(#visibilities #fields: #states,)*
        }

        #[automatically_derived]
        impl __orm::RowStruct for #ident {
            type Columns = #selection<#(__orm::FieldMissing<__fields::#fields>),*>;
            const COLUMNS: Self::Columns = #selection {
                #(#fields: __orm::FieldMissing::NEW,)*
            };
        }
    }
}

/// The method of each field. An error about what it takes shows the field, not the derive.
fn methods(names: &Names<'_>) -> TokenStream {
    let Names {
        record,
        selection,
        states,
        ..
    } = names;
    let methods = record.fields.iter().enumerate().map(|(index, field)| {
        let Field {
            docs,
            vis,
            ident,
            ty,
            ..
        } = field;
        let value = quote_spanned!(ty.span()=> __orm::SelectedAs<#ty>);
        let after = states.iter().enumerate().map(|(at, state)| {
            if at == index {
                quote!(__orm::FieldSelected<__V>)
            } else {
                quote!(#state)
            }
        });
        let others = record.fields.iter().map(|field| &field.ident);
        let others = others.filter(|other| *other != ident);
        quote! {
            #(#docs)*
            #vis fn #ident<__V: #value>(self, column: __V) -> #selection<#(#after),*> {
                #selection {
                    #ident: __orm::FieldSelected(column),
                    #(#others: self.#others,)*
                }
            }
        }
    });
    quote! {
        #[automatically_derived]
        impl<#(#states),*> #selection<#(#states),*> {
            #(#methods)*
        }
    }
}

/// What each state is for its field.
fn bounds(names: &Names<'_>) -> TokenStream {
    let types = names.record.fields.iter().map(|field| &field.ty);
    let states = &names.states;
    quote!(#(#states: __orm::FieldState + __orm::SelectedField<#types>,)*)
}

/// The first field that has no column, or that each one has.
fn state(names: &Names<'_>) -> TokenStream {
    let states = names.states.iter().rev();
    states.fold(
        quote!(__orm::FieldGiven),
        |rest, state| quote!(<#state as __orm::FieldState>::Or<#rest>),
    )
}

/// What is selected, in the order of the fields.
fn select_list(names: &Names<'_>) -> TokenStream {
    let Names {
        record,
        selection,
        states,
        ..
    } = names;
    let (ident, bounds, state) = (&record.ident, bounds(names), state(names));
    let fields: Vec<&Ident> = record.fields.iter().map(|field| &field.ident).collect();
    let types = record.fields.iter().map(|field| &field.ty);
    let of: Vec<TokenStream> = states
        .iter()
        .zip(types)
        .map(|(state, ty)| quote!(<#state as __orm::SelectedField<#ty>>))
        .collect();
    quote! {
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl<#(#states),*> __orm::SelectList for #selection<#(#states),*> where #bounds {
            type Output<__X: __orm::Executor> = #ident;
            type State = #state;

            fn width() -> usize {
                0 #(+ #of::width())*
            }

            fn origin(&self) -> ::core::option::Option<(__orm::TableRef, bool)> {
                __orm::first_origin(&[#(#of::origin(&self.#fields),)*])
            }

            fn add_to(self, items: &mut __orm::SelectItems) {
                #(#of::add_to(self.#fields, items);)*
            }

            fn joins(
                &self,
                sources: &mut __orm::Sources,
            ) -> ::core::result::Result<(), ::std::boxed::Box<__orm::BuildError>> {
                #(#of::joins(&self.#fields, sources)?;)*
                ::core::result::Result::Ok(())
            }

            fn decode<__X: __orm::Executor>(
                row: &dyn __orm::Row,
                start: usize,
                _sink: &mut __X::Sink<'_>,
            ) -> __orm::Result<#ident> {
                <Self as __orm::SelectedAs<#ident>>::read_as(row, start)
            }
        }
    }
}

/// The selection as a field of another struct, and on the nullable side of an outer join.
fn whole(names: &Names<'_>) -> TokenStream {
    let Names {
        record,
        selection,
        states,
        ..
    } = names;
    let (ident, bounds) = (&record.ident, bounds(names));
    let fields = record.fields.iter().map(|field| &field.ident);
    let types = record.fields.iter().map(|field| &field.ty);
    quote! {
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl<#(#states),*> __orm::SelectedAs<#ident> for #selection<#(#states),*> where #bounds {
            fn add_as(self, items: &mut __orm::SelectItems) {
                __orm::SelectList::add_to(self, items)
            }

            fn read_as(row: &dyn __orm::Row, start: usize) -> __orm::Result<#ident> {
                let mut next = start;
                ::core::result::Result::Ok(#ident {
                    #(#fields: __orm::read_field::<#types, #states>(row, &mut next)?,)*
                })
            }
        }

        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl<#(#states),*> __orm::OptionalSelection for #selection<#(#states),*> where #bounds {
            fn add_optional_to(self, items: &mut __orm::SelectItems) {
                __orm::add_optional(self, items)
            }

            fn decode_optional<__X: __orm::Executor>(
                row: &dyn __orm::Row,
                start: usize,
                _sink: &mut __X::Sink<'_>,
            ) -> __orm::Result<::core::option::Option<#ident>> {
                __orm::read_optional::<#ident, Self>(row, start)
            }
        }
    }
}

/// The columns of a derived table.
fn derived(names: &Names<'_>) -> TokenStream {
    let Names {
        record,
        selection,
        columns,
        states,
    } = names;
    let fields = record.fields.iter().map(|field| &field.ident);
    let selected = quote!(#(__orm::FieldSelected<#states>),*);
    quote! {
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl<#(#states: __orm::RowColumns),*> __orm::RowColumns for #selection<#selected> {
            type Columns = #columns<#(#states::Columns),*>;

            fn count() -> usize {
                0 #(+ #states::count())*
            }

            fn columns(source: &'static str, start: usize) -> Self::Columns {
                let mut next = start;
                #columns { #(#fields: __orm::next_columns::<#states>(source, &mut next),)* }
            }
        }
    }
}
