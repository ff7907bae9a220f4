//! Generates what a model makes of the structs that it flattens: their columns stand behind its own. A model without such
//! fields gets nothing of it.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;

use super::names::{at, of};
use crate::model::data::{Model, Part};

/// Where the columns of each part begin, as `__AT[index]`, and the names of all columns.
pub(super) fn constants(model: &Model) -> TokenStream {
    if model.parts.is_empty() {
        return TokenStream::new();
    }
    let name = &model.head.ident;
    let types = parts(model).map(|(index, part)| {
        let (alias, embedded) = (columns_type(index, part), embedded(part));
        at(
            &part.ty,
            quote!(type #alias = #embedded::Columns<#name, __orm::NotNull>;),
        )
    });
    let widths = model.parts.iter().map(|part| item_of(part, "WIDTH"));
    let (own, count) = (model.columns.len(), model.parts.len());
    let names = model.columns.iter().map(|column| column.name.clone());
    let fields = model
        .columns
        .iter()
        .map(|column| column.ident.unraw().to_string());
    let prefixes = model.parts.iter().map(|part| part.prefix.clone());
    let paths = model
        .parts
        .iter()
        .map(|part| format!("{}.", part.ident.unraw()));
    let names = joined(
        model,
        "NAMES",
        ("names", names.collect()),
        prefixes.collect(),
    );
    let fields = joined(
        model,
        "FIELDS",
        ("fields", fields.collect()),
        paths.collect(),
    );
    let checks = checks(model);
    quote! {
        #(#types)*
        const __AT: [usize; #count + 1] = __orm::starts(#own, &[#(#widths),*]);
        #names
        #fields
        #checks
    }
}

/// The names of all columns, or those of their fields.
fn joined(
    model: &Model,
    constant: &str,
    (list, own): (&str, Vec<String>),
    prefixes: Vec<String>,
) -> TokenStream {
    let (constant, list) = (format_ident!("__{constant}"), format_ident!("{list}"));
    let count = model.parts.len();
    let parts = model.parts.iter().zip(prefixes).map(|(part, prefix)| {
        let def = item_of(part, "DEF");
        quote!(__orm::PartNames { prefix: #prefix, names: #def.#list })
    });
    quote! {
        const #constant: [&'static str; __AT[#count]] = {
            const PARTS: &[__orm::PartNames] = &[#(#parts),*];
            const JOINED: [u8; __orm::joined_length(PARTS)] = __orm::joined(PARTS);
            __orm::names(&[#(#own),*], PARTS, &JOINED)
        };
    }
}

/// What the derive can't see of the structs.
fn checks(model: &Model) -> TokenStream {
    let checks = parts(model).map(|(index, part)| {
        let (ident, def) = (&part.ident, item_of(part, "DEF"));
        let (null, end) = (is_nullable(part), index + 1);
        let twice = if part.prefix.is_empty() {
            format!("a column of `{ident}` has the name of another column of the model; give it a prefix: `#[orm(flatten, prefix = \"{ident}_\")]`")
        } else {
            format!("a column of `{ident}` has the name of another column of the model; give it another prefix")
        };
        let default = format!("`{ident}` can't be an `Option`: its struct has a column with `update_default`, which an UPDATE would set beside NULLs");
        quote_spanned! {ident.span()=>
            const _: () = ::core::assert!(__orm::has_new_names(&__NAMES, __AT[#index], __AT[#end]), #twice);
            const _: () = ::core::assert!(!#null || __orm::can_be_none(&#def), #default);
        }
    });
    quote!(#(#checks)*)
}

/// The columns of a model as data: its own, and those of its parts.
pub(super) fn columns(model: &Model, own: &[TokenStream]) -> TokenStream {
    if model.parts.is_empty() {
        return quote! {
            const __COLUMNS: &'static [__orm::schema::Column] = &[#(#own),*];
        };
    }
    let count = model.parts.len();
    let parts = parts(model).map(|(index, part)| {
        let (columns, null) = (part_columns(index, part), is_nullable(part));
        let put = quote! {
            __orm::put_part(&mut all, &__NAMES, __AT[#index], #null, #columns::COLUMNS);
        };
        at(&part.ty, put)
    });
    quote! {
        const __ALL: [__orm::schema::Column; __AT[#count]] = {
            let mut all = __orm::blank_columns();
            __orm::put_columns(&mut all, [#(#own),*]);
            #(#parts)*
            all
        };
        const __COLUMNS: &'static [__orm::schema::Column] = &__ALL;
    }
}

/// A list of names in the model's data.
pub(super) fn names(model: &Model, constant: &str, own: &[String]) -> TokenStream {
    if model.parts.is_empty() {
        return quote!(&[#(#own),*]);
    }
    let constant = format_ident!("__{constant}");
    quote!(&#constant)
}

/// A list of constraints or defaults in the model's data. `list` is that of a part.
pub(super) fn list(
    model: &Model,
    (list, element): (&str, TokenStream),
    own: &[TokenStream],
) -> TokenStream {
    if model.parts.is_empty() {
        return quote!(&[#(#own),*]);
    }
    let list = format_ident!("{list}");
    let parts = parts(model).map(|(index, part)| {
        let def = item_of(part, "DEF");
        quote!((#def.#list, __AT[#index]))
    });
    let call = match list.to_string().as_str() {
        "references" => {
            let name = &model.head.ident;
            quote!(__orm::references(<#name as __orm::Model>::def, OWN, PARTS))
        }
        "update_defaults" => quote!(__orm::update_defaults(OWN, PARTS)),
        _ => quote!(__orm::constraints(OWN, PARTS)),
    };
    quote! {{
        const OWN: &[#element] = &[#(#own),*];
        const PARTS: &[(&'static [#element], usize)] = &[#(#parts),*];
        const ALL: [#element; __orm::count_all(OWN, PARTS)] = #call;
        &ALL
    }}
}

/// The arms of a match over positions, behind those of the model's own columns. `call` is a function of the part.
pub(super) fn arms(
    model: &Model,
    call: impl Fn(TokenStream, &Ident, TokenStream) -> TokenStream,
) -> Vec<TokenStream> {
    let arms = parts(model).map(|(index, part)| {
        let end = index + 1;
        let column = quote!(position - __AT[#index]);
        let call = at(&part.ty, call(embedded(part), &part.ident, column));
        quote!(position if position < __AT[#end] => #call)
    });
    arms.collect()
}

/// What `write` makes of each part: of `<T as Embedded>`, its field, and where its columns begin.
pub(super) fn per_part(
    model: &Model,
    write: impl Fn(TokenStream, &Ident, TokenStream) -> TokenStream,
) -> Vec<TokenStream> {
    let written = parts(model).map(|(index, part)| {
        let start = quote!(__AT[#index]);
        let code = write(embedded(part), &part.ident, start);
        at(&part.ty, code)
    });
    written.collect()
}

/// Which columns belong to enums.
pub(super) fn variants(model: &Model) -> TokenStream {
    if model.parts.is_empty() {
        return TokenStream::new();
    }
    let has = model.parts.iter().map(|part| item_of(part, "HAS_VARIANTS"));
    let added = per_part(
        model,
        |embedded, _, at| quote!(#embedded::add_variant_columns(#at, set);),
    );
    let had = arms(
        model,
        |embedded, ident, column| quote!(#embedded::has_column(&self.#ident, #column)),
    );
    quote! {
        const HAS_VARIANTS: bool = #(#has)||*;

        fn has_column(&self, position: usize) -> bool {
            match position {
                position if position < __AT[0] => true,
                #(#had,)*
                _ => false,
            }
        }

        fn add_variant_columns(set: &mut __orm::ColumnSet) {
            #(#added)*
        }
    }
}

/// The fields of the entity.
pub(super) fn fields(model: &Model) -> TokenStream {
    let fields = parts(model).map(|(index, part)| {
        let Part {
            docs, vis, ident, ..
        } = part;
        let columns = columns_type(index, part);
        quote!(#(#docs)* #vis #ident: #columns,)
    });
    quote!(#(#fields)*)
}

/// Their values.
pub(super) fn values(model: &Model) -> TokenStream {
    let values = parts(model).map(|(index, part)| {
        let mut ident = part.ident.clone();
        ident.set_span(ident.span().located_at(part.ty.span()));
        let columns = part_columns(index, part);
        // A method, not a path: it is no second error if the type is not known.
        at(
            &part.ty,
            quote!(#ident: #columns::UNPLACED.__at(alias, &__NAMES, __AT[#index]),),
        )
    });
    quote!(#(#values)*)
}

/// Returns the parts that a new row must be given from the function that makes a link row.
pub(super) fn required(model: &Model) -> TokenStream {
    let required = model.parts.iter().map(|part| {
        let (name, has_start) = (part.ident.unraw().to_string(), item_of(part, "HAS_START"));
        quote! {
            if !#has_start {
                return ::core::result::Result::Err(&[#name]);
            }
        }
    });
    quote!(#(#required)*)
}

/// A constant of `<T as Embedded>`.
fn item_of(part: &Part, name: &str) -> TokenStream {
    let (embedded, name) = (embedded(part), format_ident!("{name}"));
    at(&part.ty, quote!(#embedded::#name))
}

/// `<T as Embedded>`. All of the type stands where it begins, as the rest of the code does: the compiler reports a type that is not
/// embedded once for each place.
pub(super) fn embedded(part: &Part) -> TokenStream {
    let ty = &part.ty;
    at(ty, of(ty, "Embedded"))
}

/// What is an error if a type is not embedded, at the place of the type. It stands in functions that return the entity: the compiler
/// reports nothing more about a function with an error.
pub(super) fn embedded_or_error(model: &Model, orm: &TokenStream) -> TokenStream {
    let uses = model.parts.iter().map(|part| {
        let ty = &part.ty;
        at(ty, quote!(let _ = <#ty as #orm::Embedded>::WIDTH;))
    });
    quote!(#(#uses)*)
}

fn parts(model: &Model) -> impl Iterator<Item = (usize, &Part)> {
    model.parts.iter().enumerate()
}

/// Whether the field is an `Option`, as a constant.
fn is_nullable(part: &Part) -> TokenStream {
    let embedded = embedded(part);
    at(
        &part.ty,
        quote!(<#embedded::Null as __orm::Nullability>::NULLABLE),
    )
}

/// The alias of the type of a part's typed columns, as a trait that it implements.
fn part_columns(index: usize, part: &Part) -> TokenStream {
    let columns = columns_type(index, part);
    at(&part.ty, quote!(<#columns as __orm::PartColumns>))
}

/// The alias of the type of a part's typed columns.
fn columns_type(index: usize, part: &Part) -> Ident {
    format_ident!("__Part{index}", span = part.ty.span())
}
