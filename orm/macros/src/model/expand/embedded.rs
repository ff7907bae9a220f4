//! Generates `Embedded` for a struct that models flatten, and the struct of its typed columns. What it has in common with an
//! enum is used by `embedded_enum.rs`.

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use syn::spanned::Spanned as _;

use super::anonymous::anonymous;
use super::names::{column_names, helper, of, per_column};
use super::{check, def, new_row};
use crate::model::data::{Column, Fill, Model};

/// The code for a struct.
pub(in crate::model) fn expand(model: &Model) -> TokenStream {
    let parts = [
        columns(model, |_| quote!(__N)),
        operators(model),
        data(model),
        implementation(model),
        check::expand(model),
        new_row::defaults(model),
    ];
    anonymous(&model.head.orm, &parts)
}

/// The typed columns, whose positions and names are known to the model alone. A column is nullable if its type is, or what
/// `null` returns for its index: `__N` is `Nullable` in an `Option`.
pub(super) fn columns(model: &Model, null: impl Fn(usize) -> TokenStream) -> TokenStream {
    let (vis, columns) = (&model.head.vis, helper(model, "Columns"));
    let all = model.columns.iter().enumerate();
    let fields = all.flat_map(|column| column_names(column.1).map(move |ident| (column, ident)));
    let fields = fields.map(|((index, column), ident)| {
        let Column { docs, vis, ty, .. } = column;
        let null = null(index);
        quote!(#(#docs)* #vis #ident: __orm::Column<__M, __orm::InPart<#ty, #null>>)
    });
    let all = model.columns.iter().enumerate();
    let values = all.flat_map(|(index, column)| {
        let index = Literal::usize_unsuffixed(index);
        column_names(column).map(move |ident| {
            quote!(#ident: __orm::Column::new(alias, names[at + #index], (at + #index) as u32))
        })
    });
    let names = model.columns.iter().flat_map(column_names);
    let unplaced =
        names.map(|ident| quote!(#ident: __orm::Column::new(::core::option::Option::None, "", 0)));
    let width = model.columns.len();
    quote! {
        #vis struct #columns<__M, __N: __orm::Nullability> {
            #(#fields,)*
        }

        #[automatically_derived]
        impl<__M, __N: __orm::Nullability> #columns<__M, __N> {
            #[doc(hidden)]
            pub const fn __at(
                self,
                alias: ::core::option::Option<&'static str>,
                names: &[&'static str],
                at: usize,
            ) -> Self {
                Self { #(#values,)* }
            }
        }

        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl<__M, __N: __orm::Nullability> __orm::PartColumns for #columns<__M, __N> {
            type List = [__orm::schema::Column; #width];
            const UNPLACED: Self = Self { #(#unplaced,)* };
            const COLUMNS: Self::List = __ALL;
        }

        #[automatically_derived]
        impl<__M, __N: __orm::Nullability> ::core::clone::Clone for #columns<__M, __N> {
            fn clone(&self) -> Self {
                *self
            }
        }

        #[automatically_derived]
        impl<__M, __N: __orm::Nullability> ::core::marker::Copy for #columns<__M, __N> {}
    }
}

/// What can be done with all columns at once.
pub(super) fn operators(model: &Model) -> TokenStream {
    let (name, columns) = (&model.head.ident, helper(model, "Columns"));
    let (first, all) = (
        &model.columns[0].ident,
        model.columns.iter().map(|column| &column.ident),
    );
    quote! {
        #[automatically_derived]
        impl<__M: __orm::Model, __N: __orm::Nullability> #columns<__M, __N> {
            /// Returns the condition that each column has the value of its field. NULL, and each column of `None`, is `IS NULL`.
            /// An enum compares the discriminator and the columns of the variant.
            pub fn eq<'v>(
                self,
                value: impl ::core::convert::Into<::core::option::Option<&'v #name>>,
            ) -> __orm::Predicate {
                __orm::part_equals(self.#first, value.into())
            }

            /// Returns the condition that `eq` is false.
            pub fn ne<'v>(
                self,
                value: impl ::core::convert::Into<::core::option::Option<&'v #name>>,
            ) -> __orm::Predicate {
                __orm::part_equals(self.#first, value.into()).not()
            }

            /// Returns the condition that each column is NULL.
            pub fn is_null(self) -> __orm::Predicate {
                __orm::part_equals(self.#first, ::core::option::Option::<&#name>::None)
            }

            /// Returns the condition that a column is not NULL.
            pub fn is_not_null(self) -> __orm::Predicate {
                self.is_null().not()
            }

            /// Returns the assignment of each column, for `set_all`. Each column of `None` is set to NULL.
            pub fn to<'v>(
                self,
                value: impl ::core::convert::Into<::core::option::Option<&'v #name>>,
            ) -> ::std::vec::Vec<__orm::Assignment<__M>> {
                __orm::part_assignments(self.#first, value.into())
            }
        }

        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl<__M, __N: __orm::Nullability> __orm::Attributes<__M> for #columns<__M, __N> {
            fn add_to(self, set: &mut __orm::AttributeSet) {
                #(__orm::Attributes::add_to(self.#all, set);)*
            }
        }

        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl<__M, __N: __orm::Nullability> __orm::Columns<__M> for #columns<__M, __N> {}

        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl __orm::IntoField<::core::option::Option<#name>> for #name {
            fn into_field(self) -> ::core::option::Option<#name> {
                ::core::option::Option::Some(self)
            }
        }
    }
}

/// The columns as data.
pub(super) fn data(model: &Model) -> TokenStream {
    let width = model.columns.len();
    let columns = model.columns.iter().map(def::column);
    quote! {
        const __ALL: [__orm::schema::Column; #width] = [#(#columns),*];
        const __COLUMNS: &'static [__orm::schema::Column] = &__ALL;
    }
}

fn implementation(model: &Model) -> TokenStream {
    let (name, columns, width) = (
        &model.head.ident,
        helper(model, "Columns"),
        model.columns.len(),
    );
    let is_required = |column: &Column| matches!(column.fill, Fill::Required);
    let has_start = !model.columns.iter().any(is_required);
    let start = if has_start {
        quote!(__orm::FieldGiven)
    } else {
        quote!(__orm::FieldMissing<__F>)
    };
    let (def, rows, copies, begin) = (
        def::part(model),
        rows(model),
        copies(model),
        begin(model, has_start),
    );
    quote! {
        #[automatically_derived]
        impl __orm::Embedded for #name {
            type Null = __orm::NotNull;
            type Columns<__M, __N: __orm::Nullability> = #columns<__M, __N>;
            type Start<__F> = #start;
            const WIDTH: usize = #width;
            const HAS_START: bool = #has_start;
            const DEF: __orm::EmbeddedDef = #def;

            #rows
            #copies
            #begin
        }
    }
}

/// From rows and values, and to values.
fn rows(model: &Model) -> TokenStream {
    let read = per_column(
        model,
        |index, ident, field| quote!(#ident: #field::read(row, index + #index, def, at + #index)?),
    );
    let refused = refused(model);
    let is_null = is_null(model);
    let values = per_column(
        model,
        |index, ident, field| quote!(#index => #field::value(&self.#ident)),
    );
    let assigned = per_column(
        model,
        |index, ident, field| quote!(#index => #field::assign(&mut self.#ident, value)),
    );
    quote! {
        fn read(
            row: &dyn __orm::Row,
            index: usize,
            def: &'static __orm::ModelDef,
            at: usize,
        ) -> __orm::Result<Self> {
            ::core::result::Result::Ok(Self { #(#read,)* #refused })
        }

        #is_null

        fn value(&self, column: usize) -> __orm::ValueRef<'_> {
            match column {
                #(#values,)*
                _ => __orm::ValueRef::Null,
            }
        }

        fn assign(
            &mut self,
            column: usize,
            value: __orm::ValueRef<'_>,
        ) -> ::core::result::Result<(), __orm::ConversionError> {
            match column {
                #(#assigned,)*
                _ => ::core::result::Result::Err(__orm::ConversionError::Range),
            }
        }
    }
}

/// Whether all columns of a row are NULL.
pub(super) fn is_null(model: &Model) -> TokenStream {
    let nulls = per_column(
        model,
        |index, _, field| quote!(#field::is_null(row, index + #index)),
    );
    quote! {
        fn is_null(row: &dyn __orm::Row, index: usize) -> bool {
            #(#nulls)&&*
        }
    }
}

fn copies(model: &Model) -> TokenStream {
    let refused = refused(model);
    let copied = per_column(
        model,
        |_, ident, field| quote!(#ident: #field::copy(&self.#ident)),
    );
    let again = per_column(
        model,
        |_, ident, field| quote!(#field::copy_into(&self.#ident, &mut old.#ident)),
    );
    let compared = per_column(
        model,
        |index, ident, field| quote!(#field::compare(&self.#ident, &old.#ident, at + #index, set)),
    );
    quote! {
        fn copy(&self) -> Self {
            Self { #(#copied,)* #refused }
        }

        fn copy_into(&self, old: &mut Self) {
            #(#again;)*
        }

        fn compare(&self, old: &Self, at: usize, set: &mut __orm::ColumnSet) {
            #(#compared;)*
        }
    }
}

/// The value of a builder that was given none, and what the database fills in.
fn begin(model: &Model, has_start: bool) -> TokenStream {
    let all = model.columns.iter().enumerate();
    let of_server = all.filter(|(_, column)| column.server_default.is_some());
    let unset = of_server.map(|(index, column)| {
        let (ident, field) = (&column.ident, of(&column.ty, "Field"));
        quote!(#field::leave_unset(&self.#ident, at + #index, unset);)
    });
    let all = model.columns.iter().enumerate();
    let begun = all.map(|(index, column)| {
        let (ident, value) = (&column.ident, first_value(model, index, column));
        quote!(#ident: #value)
    });
    let refused = refused(model);
    let value = if has_start {
        quote!(::core::option::Option::Some(Self { #(#begun,)* #refused }))
    } else {
        quote!(::core::option::Option::None)
    };
    quote! {
        fn leave_unset(&self, at: usize, unset: &mut __orm::ColumnSet) {
            #(#unset)*
        }

        fn start(at: usize, unset: &mut __orm::ColumnSet) -> ::core::option::Option<Self> {
            #value
        }
    }
}

/// The value of a column that a builder was not given.
fn first_value(model: &Model, index: usize, column: &Column) -> TokenStream {
    let (name, ident) = (&model.head.ident, &column.ident);
    match &column.fill {
        Fill::Default(_) => quote!(<#name as __Defaults>::#ident()),
        Fill::Server => {
            let wait = of(&column.ty, "Placeholder");
            quote!(__orm::or_server(__orm::None, #wait::placeholder, at + #index, unset))
        }
        Fill::Null | Fill::Required | Fill::Generated | Fill::Version => {
            let span = column.ty.span();
            quote::quote_spanned!(span=> ::core::default::Default::default())
        }
    }
}

/// Fields that are errors, in code that is written only so that there are no others.
fn refused(model: &Model) -> TokenStream {
    let fields = model.skipped.iter().map(|(ident, _)| ident);
    quote!(#(#fields: ::core::unreachable!(),)*)
}
