//! Generates `Embedded` for an enum that models flatten, the enum of its labels, and the struct of its typed columns, which
//! has a condition for each variant.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::anonymous::anonymous;
use super::embedded::{columns, data, is_null, operators};
use super::names::{helper, of};
use super::{check, def};
use crate::db_enum;
use crate::model::data::Model;
use crate::model::embedded_enum::{EmbeddedEnum, Variant};

/// The code for an enum.
pub(in crate::model) fn expand(subtypes: &EmbeddedEnum) -> TokenStream {
    let model = &subtypes.model;
    // The discriminator is nullable in an `Option` alone, what the variants have always.
    let null = |index| {
        if index == 0 {
            quote!(__N)
        } else {
            quote!(__orm::Nullable)
        }
    };
    let parts = [
        columns(model, null),
        operators(model),
        conditions(subtypes),
        data(model),
        implementation(subtypes),
        check::expand(model),
        actions(model),
    ];
    let discriminator = discriminator(subtypes);
    let labels = db_enum::expand(&subtypes.discriminator);
    let code = anonymous(&model.head.orm, &parts);
    quote!(#discriminator #labels #code)
}

/// The type of the discriminator, which the user may name.
fn discriminator(subtypes: &EmbeddedEnum) -> TokenStream {
    let (head, name) = (&subtypes.model.head, &subtypes.discriminator.ident);
    let (vis, ident) = (&head.vis, &head.ident);
    let doc = format!("The discriminator of [`{ident}`]: which variant a row is of.");
    let variants = subtypes.variants.iter().map(|variant| &variant.ident);
    quote! {
        #[doc = #doc]
        #[allow(dead_code, missing_docs, unreachable_pub, clippy::all, clippy::pedantic)]
        #[derive(
            ::core::clone::Clone,
            ::core::marker::Copy,
            ::core::fmt::Debug,
            ::core::cmp::PartialEq,
            ::core::cmp::Eq,
            ::core::hash::Hash,
        )]
        #vis enum #name {
            #(#variants,)*
        }
    }
}

/// The conditions that a row is of a variant, and the discriminator of a value.
fn conditions(subtypes: &EmbeddedEnum) -> TokenStream {
    let (model, name) = (&subtypes.model, &subtypes.discriminator.ident);
    let (ident, columns) = (&model.head.ident, helper(model, "Columns"));
    let first = &model.columns[0].ident;
    let labels = subtypes
        .variants
        .iter()
        .zip(&subtypes.discriminator.variants);
    let conditions = labels.filter_map(|(variant, (ident, label))| {
        let condition = variant.condition.as_ref()?;
        let doc = format!("Returns the condition that a row is of the variant `{ident}`.");
        Some(quote! {
            #[doc = #doc]
            pub fn #condition(self) -> __orm::Predicate {
                __orm::is_variant(self.#first, #label)
            }
        })
    });
    let variants: Vec<_> = subtypes
        .variants
        .iter()
        .map(|variant| &variant.ident)
        .collect();
    quote! {
        #[automatically_derived]
        impl<__M: __orm::Model, __N: __orm::Nullability> #columns<__M, __N> {
            #(#conditions)*
        }

        #[automatically_derived]
        impl ::core::convert::From<&#ident> for #name {
            fn from(value: &#ident) -> Self {
                match value {
                    #(#ident::#variants { .. } => Self::#variants,)*
                }
            }
        }
    }
}

/// Refuses an action that leaves NULL in a field that can't hold it, though its column can.
fn actions(model: &Model) -> TokenStream {
    let nulls = model.references.iter();
    let nulls = nulls.filter(|key| [key.on_delete, key.on_update].contains(&"SetNull"));
    let checks = nulls.flat_map(|key| &key.positions).map(|position| {
        let column = &model.columns[*position];
        let (ident, field) = (&column.ident, of(&column.ty, "DbType"));
        let message = format!(
            "`set_null` leaves NULL in `{ident}`; make it an Option, or write `on_delete = cascade`"
        );
        quote_spanned! {column.ty.span()=>
            const _: () = ::core::assert!(
                <#field::Null as __orm::Nullability>::NULLABLE,
                #message
            );
        }
    });
    quote!(#(#checks)*)
}

fn implementation(subtypes: &EmbeddedEnum) -> TokenStream {
    let model = &subtypes.model;
    let (name, columns, width) = (
        &model.head.ident,
        helper(model, "Columns"),
        model.columns.len(),
    );
    let (def, read, values, assign, copies) = (
        def::part(model),
        read(subtypes),
        values(subtypes),
        assign(subtypes),
        copies(subtypes),
    );
    quote! {
        #[automatically_derived]
        #[allow(unreachable_patterns)]
        impl __orm::Embedded for #name {
            type Null = __orm::NotNull;
            type Columns<__M, __N: __orm::Nullability> = #columns<__M, __N>;
            type Start<__F> = __orm::FieldMissing<__F>;
            const WIDTH: usize = #width;
            const HAS_START: bool = false;
            const HAS_VARIANTS: bool = true;
            const DEF: __orm::EmbeddedDef = #def;

            #read
            #values
            #assign
            #copies

            fn leave_unset(&self, _: usize, _: &mut __orm::ColumnSet) {}

            fn start(_: usize, _: &mut __orm::ColumnSet) -> ::core::option::Option<Self> {
                ::core::option::Option::None
            }
        }
    }
}

/// A row is read as the variant that its discriminator names; the columns of the others are not read.
fn read(subtypes: &EmbeddedEnum) -> TokenStream {
    let (model, discriminator) = (&subtypes.model, &subtypes.discriminator.ident);
    let variants = subtypes.variants.iter().map(|variant| {
        let ident = &variant.ident;
        let value = built(
            model,
            variant,
            |position, field| quote!(#field::read(row, index + #position, def, at + #position)?),
        );
        quote!(#discriminator::#ident => #value)
    });
    let is_null = is_null(model);
    quote! {
        fn read(
            row: &dyn __orm::Row,
            index: usize,
            def: &'static __orm::ModelDef,
            at: usize,
        ) -> __orm::Result<Self> {
            let variant = __orm::discriminator::<#discriminator>(row, index, def, at)?;
            ::core::result::Result::Ok(match variant {
                #(#variants,)*
            })
        }

        #is_null
    }
}

/// The values of the columns, which are NULL if the variant doesn't have them.
fn values(subtypes: &EmbeddedEnum) -> TokenStream {
    let model = &subtypes.model;
    let labels = subtypes
        .variants
        .iter()
        .zip(&subtypes.discriminator.variants);
    let values = labels.map(|(variant, (_, label))| {
        let pattern = pattern(variant, "__new");
        let values = fields(model, variant, |position, field| {
            let bound = bound("__new", position);
            quote!(#position => #field::value(#bound))
        });
        quote! {
            #pattern => match column {
                0 => __orm::ValueRef::Text(#label),
                #(#values,)*
                _ => __orm::ValueRef::Null,
            }
        }
    });
    let has = subtypes.variants.iter().map(|variant| {
        let ident = &variant.ident;
        let positions = variant.fields.iter().map(|(_, position)| position);
        quote!(Self::#ident { .. } => ::core::matches!(column, 0 #(| #positions)*))
    });
    quote! {
        fn value(&self, column: usize) -> __orm::ValueRef<'_> {
            match self {
                #(#values,)*
            }
        }

        fn has_column(&self, column: usize) -> bool {
            match self {
                #(#has,)*
            }
        }
    }
}

/// Another discriminator makes it another variant, whose columns are set after it.
fn assign(subtypes: &EmbeddedEnum) -> TokenStream {
    let (model, discriminator) = (&subtypes.model, &subtypes.discriminator.ident);
    let others = subtypes.variants.iter().map(|variant| {
        let ident = &variant.ident;
        let value = built(model, variant, |position, field| {
            carried(subtypes, (variant, position), &field)
        });
        quote!(#discriminator::#ident => #value)
    });
    let assigned = subtypes.variants.iter().map(|variant| {
        let pattern = pattern(variant, "__new");
        let assigned = fields(model, variant, |position, field| {
            let bound = bound("__new", position);
            quote!(#position => return #field::assign(#bound, value))
        });
        quote! {
            #pattern => match column {
                #(#assigned,)*
                _ => {}
            }
        }
    });
    quote! {
        fn assign(
            &mut self,
            column: usize,
            value: __orm::ValueRef<'_>,
        ) -> ::core::result::Result<(), __orm::ConversionError> {
            if column == 0 {
                let variant = <#discriminator as __orm::DbType>::from_value(value)?;
                if variant != #discriminator::from(&*self) {
                    *self = match variant {
                        #(#others,)*
                    };
                }
                return ::core::result::Result::Ok(());
            }
            match self {
                #(#assigned,)*
            }
            __orm::absent_column(value)
        }
    }
}

/// The first value of a field of another variant: that of the column, if the variant before has it.
fn carried(
    subtypes: &EmbeddedEnum,
    (variant, position): (&Variant, usize),
    field: &TokenStream,
) -> TokenStream {
    let blank = of(&subtypes.model.columns[position].ty, "VariantField");
    let others = subtypes.variants.iter().filter(|other| {
        let has_it = other.fields.iter().any(|(_, other)| *other == position);
        has_it && other.ident != variant.ident
    });
    let others: Vec<_> = others.map(|other| &other.ident).collect();
    if others.is_empty() {
        return quote!(#blank::blank());
    }
    let ident = &subtypes.model.columns[position].ident;
    quote! {
        match &*self {
            #(Self::#others { #ident: __old, .. } => #field::copy(__old),)*
            _ => #blank::blank(),
        }
    }
}

/// Copies and comparisons.
fn copies(subtypes: &EmbeddedEnum) -> TokenStream {
    let model = &subtypes.model;
    let copied = subtypes.variants.iter().map(|variant| {
        let pattern = pattern(variant, "__new");
        let value = built(model, variant, |position, field| {
            let bound = bound("__new", position);
            quote!(#field::copy(#bound))
        });
        quote!(#pattern => #value)
    });
    let pairs = |call: &dyn Fn(usize, TokenStream) -> TokenStream| {
        let pairs = subtypes.variants.iter().map(|variant| {
            let (new, old) = (pattern(variant, "__new"), pattern(variant, "__old"));
            let calls = fields(model, variant, call);
            quote!((#new, #old) => { #(#calls;)* })
        });
        pairs.collect::<Vec<_>>()
    };
    let names = |position| (bound("__new", position), bound("__old", position));
    let again = pairs(&|position, field| {
        let (new, old) = names(position);
        quote!(#field::copy_into(#new, #old))
    });
    let compared = pairs(&|position, field| {
        let (new, old) = names(position);
        quote!(#field::compare(#new, #old, at + #position, set))
    });
    quote! {
        fn copy(&self) -> Self {
            match self {
                #(#copied,)*
            }
        }

        fn copy_into(&self, old: &mut Self) {
            match (self, &mut *old) {
                #(#again)*
                _ => *old = __orm::Embedded::copy(self),
            }
        }

        fn compare(&self, old: &Self, at: usize, set: &mut __orm::ColumnSet) {
            match (self, old) {
                #(#compared)*
                _ => __orm::compare_variants(self, old, at, set),
            }
        }
    }
}

/// What `write` makes of each field of a variant: of the position of its column, and `<T as Field>`.
fn fields(
    model: &Model,
    variant: &Variant,
    write: impl Fn(usize, TokenStream) -> TokenStream,
) -> Vec<TokenStream> {
    let fields = variant.fields.iter();
    let written = fields.map(|(_, position)| {
        let field = of(&model.columns[*position].ty, "Field");
        write(*position, field)
    });
    written.collect()
}

/// A variant whose fields have the values that `write` returns.
fn built(
    model: &Model,
    variant: &Variant,
    write: impl Fn(usize, TokenStream) -> TokenStream,
) -> TokenStream {
    let (ident, refused) = (&variant.ident, &variant.refused);
    let fields = variant.fields.iter().map(|(field, position)| {
        let value = write(*position, of(&model.columns[*position].ty, "Field"));
        quote!(#field: #value)
    });
    quote!(Self::#ident { #(#fields,)* #(#refused: ::core::unreachable!(),)* })
}

/// The pattern of a variant, which binds each of its fields to a name of its column.
fn pattern(variant: &Variant, name: &str) -> TokenStream {
    let ident = &variant.ident;
    let fields = variant.fields.iter().map(|(field, position)| {
        let bound = bound(name, *position);
        quote!(#field: #bound)
    });
    quote!(Self::#ident { #(#fields,)* .. })
}

fn bound(name: &str, position: usize) -> Ident {
    format_ident!("{name}{position}")
}
