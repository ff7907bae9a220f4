//! Generates `Polymorphic` for an enum, the value that is selected, and what handles have of traits for the enum, too.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{Expr, Path, Type};

use super::parse::{Discriminator, Label, Polymorphic, Variant, both_have, text};

/// The code for an enum.
pub(super) fn expand(polymorphic: &Polymorphic) -> TokenStream {
    let Polymorphic {
        ident, vis, orm, ..
    } = polymorphic;
    let (checks, distinct) = (checks(polymorphic), distinct(polymorphic));
    let implementation = implementation(polymorphic);
    // They go through all variants: others would be errors beside the one that says what is wrong with them.
    let complete = polymorphic.is_complete;
    let traits = complete.then(|| traits(polymorphic));
    let base = complete.then(|| base(polymorphic));
    quote! {
        #[doc(hidden)]
        #[allow(non_upper_case_globals, dead_code)]
        #vis const #ident: #orm::__private::WithPolymorphic<#ident<#orm::__private::Session>> =
            #orm::__private::WithPolymorphic::new();

        #[doc(hidden)]
        const _: () = {
            use #orm::__private as __orm;
            #checks
            #distinct
            #implementation
            #traits
            #base
        };
    }
}

/// The column of the discriminator.
fn column(Discriminator { base, fields }: &Discriminator) -> TokenStream {
    quote!(<<#base as __orm::Model>::Entity as __orm::Entity>::ROOT #(.#fields)*)
}

/// The subtypes, each once.
fn subtypes(variants: &[Variant]) -> Vec<&Type> {
    let mut subtypes: Vec<&Type> = Vec::new();
    for subtype in variants
        .iter()
        .filter_map(|variant| variant.subtype.as_ref())
    {
        if !subtypes.iter().any(|known| text(known) == text(subtype)) {
            subtypes.push(subtype);
        }
    }
    subtypes
}

/// The base and the subtypes.
fn models(base: &Path, subtypes: &[&Type]) -> Vec<TokenStream> {
    let subtypes = subtypes.iter().map(|subtype| quote!(#subtype));
    std::iter::once(quote!(#base)).chain(subtypes).collect()
}

/// An assertion for each text that the column can have it.
fn checks(polymorphic: &Polymorphic) -> TokenStream {
    let Discriminator { base, fields } = &polymorphic.discriminator;
    let column = column(&polymorphic.discriminator);
    let variants = polymorphic.variants.iter();
    let checks = variants.filter_map(|Variant { ident, label, .. }| {
        let Label::Text(label) = label else {
            return None;
        };
        let name: Vec<String> = fields.iter().map(ToString::to_string).collect();
        let message = format!(
            "`{}.{}` can't have the label {} of `{ident}`: give the variant one that it can have, `#[orm(label = …)]`",
            text(base),
            name.join("."),
            text(label)
        );
        Some(quote_spanned! {label.span()=>
            const _: () = ::core::assert!(__orm::can_have_label(&#column, #label), #message);
        })
    });
    quote!(#(#checks)*)
}

/// An assertion for each two labels that are one label of an enum, spelled in two ways: as a text and as a variant, or as
/// paths. The parser has compared the spellings.
fn distinct(polymorphic: &Polymorphic) -> TokenStream {
    let column = column(&polymorphic.discriminator);
    let variants = &polymorphic.variants;
    let pairs = variants.iter().enumerate();
    let pairs = pairs.flat_map(|(at, second)| variants[..at].iter().map(move |it| (it, second)));
    let checks = pairs.filter_map(|(first, second)| {
        let span = match (&first.label, &second.label) {
            (Label::Text(_), Label::Text(_)) | (_, Label::Other) => return None,
            (Label::Value(first), Label::Value(second)) if text(first) == text(second) => {
                return None;
            }
            (_, Label::Text(label)) => label.span(),
            (_, Label::Value(label)) => label.span(),
        };
        let (is_first, is_second) = (is_of(first, &column)?, is_of(second, &column)?);
        let message = both_have(&first.ident, &second.ident, &second.label);
        Some(quote_spanned! {span=>
            const _: () = {
                let variants = __orm::variants_of(&#column);
                let mut at = 0;
                while at < variants.len() {
                    ::core::assert!(!(#is_first && #is_second), #message);
                    at += 1;
                }
            };
        })
    });
    quote!(#(#checks)*)
}

/// Whether the enum's variant at `at` has the label, as a constant. `None` for a value that is not spelled as a variant: it may
/// be no pattern.
fn is_of(variant: &Variant, column: &TokenStream) -> Option<TokenStream> {
    match &variant.label {
        Label::Text(label) => Some(quote!(__orm::is_label(&#column, at, #label))),
        Label::Value(Expr::Path(path)) => {
            let name = path.path.segments.last()?.ident.unraw().to_string();
            let is_variant =
                name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase);
            is_variant.then(|| quote!(::core::matches!(variants[at], #path)))
        }
        Label::Value(_) | Label::Other => None,
    }
}

fn implementation(polymorphic: &Polymorphic) -> TokenStream {
    let Polymorphic {
        ident,
        discriminator,
        variants,
        ..
    } = polymorphic;
    let base = &discriminator.base;
    let subtypes = subtypes(variants);
    let models = models(base, &subtypes);
    let decode = decode(polymorphic, &subtypes);
    quote! {
        #[automatically_derived]
        impl __orm::Polymorphic for #ident<__orm::Session> {
            type Base = #base;
            type Of<__X: __orm::Executor> = #ident<__X>;
            const SUBTYPES: &'static [fn() -> &'static __orm::ModelDef] =
                &[#(<#subtypes as __orm::Model>::def),*];

            #decode
        }

        #(
            #[automatically_derived]
            #[diagnostic::do_not_recommend]
            impl __orm::HasVariantOf<#models> for #ident<__orm::Session> {}
        )*
    }
}

/// The function that decodes a row by its label.
fn decode(polymorphic: &Polymorphic, subtypes: &[&Type]) -> TokenStream {
    let Polymorphic {
        ident,
        discriminator,
        variants,
        ..
    } = polymorphic;
    let column = column(discriminator);
    let base = &discriminator.base;
    let starts: Vec<_> = (0..subtypes.len())
        .map(|index| format_ident!("start_{index}"))
        .collect();
    let models = models(base, subtypes);
    let before = std::iter::once(quote!(start)).chain(starts.iter().map(|start| quote!(#start)));
    let labelled = variants.iter().filter(|variant| !variant.is_other());
    let labelled = labelled.map(|variant| {
        let label = match &variant.label {
            Label::Text(text) => quote!(__orm::ValueRef::Text(#text)),
            Label::Value(value) => {
                quote_spanned!(value.span()=> __orm::LabelOf { column: #column, label: &#value }.to_value())
            }
            Label::Other => return TokenStream::new(),
        };
        let variant = read(ident, variant, (subtypes, &starts));
        quote!(if row.has_label(#label) { return #variant; })
    });
    let name = ident.to_string();
    let other = variants.iter().find(|variant| variant.is_other());
    let other = other.map_or_else(
        || quote!(::core::result::Result::Err(row.unknown(#name))),
        |other| read(ident, other, (subtypes, &starts)),
    );
    quote! {
        fn decode<__X: __orm::Executor>(
            row: &dyn __orm::Row,
            start: usize,
            sink: &mut __X::Sink<'_>,
        ) -> __orm::Result<#ident<__X>> {
            let row = __orm::PolymorphicRow::of(row, start, #column)?;
            #(let #starts = #before + <#models as __orm::Model>::def().columns.len();)*
            #(#labelled)*
            #other
        }
    }
}

/// The variant of the row.
fn read(
    ident: &syn::Ident,
    variant: &Variant,
    (subtypes, starts): (&[&Type], &[syn::Ident]),
) -> TokenStream {
    let name = &variant.ident;
    let Some(subtype) = &variant.subtype else {
        return quote!(row.base::<__X>(sink).map(#ident::#name));
    };
    let mut places = subtypes.iter().zip(starts);
    let start = places.find(|(ty, _)| text(ty) == text(subtype));
    let start = start.map(|(_, start)| start);
    quote! {
        row.subtype::<__X, #subtype>(sink, #start)
            .map(|(base, subtype)| #ident::#name(base, subtype))
    }
}

/// The traits that the entities have: derived, they would ask them of the executor as well.
fn traits(polymorphic: &Polymorphic) -> TokenStream {
    let Polymorphic {
        ident, variants, ..
    } = polymorphic;
    let base = &polymorphic.discriminator.base;
    let bounds = |bound: TokenStream| {
        let subtypes = subtypes(variants);
        quote!(__X::Of<#base>: #bound, #(__X::Of<#subtypes>: #bound),*)
    };
    let clone = bounds(quote!(::core::clone::Clone));
    let copy = bounds(quote!(::core::marker::Copy));
    let debug = bounds(quote!(::core::fmt::Debug));
    let partial_eq = bounds(quote!(::core::cmp::PartialEq));
    let eq = bounds(quote!(::core::cmp::Eq));
    let (mut cloned, mut equal, mut shown) = (Vec::new(), Vec::new(), Vec::new());
    for Variant { ident, subtype, .. } in variants {
        let name = ident.to_string();
        if subtype.is_some() {
            cloned.push(quote!(Self::#ident(a, b) => Self::#ident(a.clone(), b.clone())));
            equal.push(quote!((Self::#ident(a, b), Self::#ident(c, d)) => a == c && b == d));
            shown.push(
                quote!(Self::#ident(a, b) => f.debug_tuple(#name).field(a).field(b).finish()),
            );
        } else {
            cloned.push(quote!(Self::#ident(a) => Self::#ident(a.clone())));
            equal.push(quote!((Self::#ident(a), Self::#ident(c)) => a == c));
            shown.push(quote!(Self::#ident(a) => f.debug_tuple(#name).field(a).finish()));
        }
    }
    quote! {
        #[automatically_derived]
        #[allow(clippy::expl_impl_clone_on_copy, clippy::non_canonical_clone_impl)]
        impl<__X: __orm::Executor> ::core::clone::Clone for #ident<__X> where #clone {
            fn clone(&self) -> Self {
                match self { #(#cloned,)* }
            }
        }

        #[automatically_derived]
        impl<__X: __orm::Executor> ::core::marker::Copy for #ident<__X> where #copy {}

        #[automatically_derived]
        impl<__X: __orm::Executor> ::core::fmt::Debug for #ident<__X> where #debug {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                match self { #(#shown,)* }
            }
        }

        #[automatically_derived]
        impl<__X: __orm::Executor> ::core::cmp::PartialEq for #ident<__X> where #partial_eq {
            #[allow(unreachable_patterns)]
            fn eq(&self, other: &Self) -> bool {
                match (self, other) { #(#equal,)* _ => false }
            }
        }

        #[automatically_derived]
        impl<__X: __orm::Executor> ::core::cmp::Eq for #ident<__X> where #eq {}
    }
}

/// The base of any variant.
fn base(polymorphic: &Polymorphic) -> TokenStream {
    let Polymorphic {
        ident,
        vis,
        variants,
        ..
    } = polymorphic;
    let base = &polymorphic.discriminator.base;
    let variants = variants.iter().map(|variant| &variant.ident);
    quote! {
        #[automatically_derived]
        #[allow(dead_code)]
        impl<__X: __orm::Executor> #ident<__X> {
            /// Returns the base of the row, whichever subtype it has.
            #vis fn base(&self) -> &__X::Of<#base> {
                match self { #(Self::#variants(base, ..) => base,)* }
            }
        }
    }
}

impl Variant {
    fn is_other(&self) -> bool {
        matches!(self.label, Label::Other)
    }
}
