//! Generates the model as constant data, its number in sessions, and its registration at link time.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;

use super::hooks;
use super::names::of;
use super::part;
use super::relation;
use crate::model::condition::Check;
use crate::model::data::{
    Column, Columns, Deferral, Model, Position, Reference, ServerDefault, Target,
};

/// The functions `def` and `slot` stand in the `impl Model`, see `row.rs`; here is what they give.
pub(super) fn expand(model: &Model) -> TokenStream {
    let ident = &model.head.ident;
    let (name, table) = (ident.unraw().to_string(), &model.head.table);
    let columns: Vec<_> = model.columns.iter().map(column).collect();
    let columns = part::columns(model, &columns);
    let names = part::names(model, "NAMES", &names(model));
    let fields = part::names(model, "FIELDS", &fields(model));
    let key = &model.key;
    let generated = option(model.generated.as_ref());
    let version = option(model.version.as_ref());
    let Lists {
        uniques,
        indexes,
        references,
        update_defaults,
    } = lists(model);
    let checks = model.checks.iter().map(check);
    let exclusions = model.exclusions.iter();
    let exclusions = exclusions.map(|group| constraint(model, group));
    let options = with_options(&model.options);
    let (computed, view) = (computed(model), option(view(model).as_ref()));
    let deferred = model.columns.iter().enumerate().filter_map(deferred);
    let relations = relation::defs(model);
    let order = model.order.iter().map(ordered);
    let hooks = hooks::def(model);
    quote! {
        #columns
        static __DEF: __orm::ModelDef = __orm::ModelDef {
            name: #name,
            module: ::core::module_path!(),
            table: #table,
            slot: __orm::ModelSlot::new(),
            columns: __COLUMNS,
            names: #names,
            fields: #fields,
            primary_key: &[#(#key),*],
            generated: #generated,
            version: #version,
            update_defaults: #update_defaults,
            computed: &[#(#computed),*],
            deferred: &[#(#deferred),*],
            loaded: __orm::LazyLock::new(|| __orm::LoadedColumns::of(&__DEF)),
            uniques: #uniques,
            indexes: #indexes,
            exclusions: &[#(#exclusions),*],
            checks: &[#(#checks),*],
            references: #references,
            relations: #relations,
            order: &[#(#order),*],
            is_link_table: false,
            options: #options,
            view: #view,
            schema: __orm::LazyLock::new(|| __orm::table(&__DEF)),
            vtable: &__VTABLE,
            hooks: #hooks,
        };
        static __VTABLE: __orm::Vtable = __orm::Vtable::of::<#ident>();

        __orm::inventory::submit! {
            __orm::Registration::new(|| &__DEF)
        }
    }
}

/// The function that makes a CHECK constraint.
fn check(check: &Check) -> TokenStream {
    let (name, rule) = (&check.name, check.rule.expand());
    quote!(|table| __orm::schema::Check::new(table, #name, __orm::schema::Rule::Raw(#rule)))
}

fn ordered((column, is_descending): &(Position, bool)) -> TokenStream {
    let column = position(column);
    quote!((#column, #is_descending))
}

/// The positions of the generated columns.
fn computed(model: &Model) -> Vec<usize> {
    let is_computed = |position: &usize| model.columns[*position].is_computed;
    (0..model.columns.len()).filter(is_computed).collect()
}

/// The function that makes the view, if the model is of one.
fn view(model: &Model) -> Option<TokenStream> {
    let query = model.view.query.as_ref()?.expand();
    let materialized = model.view.materialized.map(|_| quote!(.materialized()));
    let others = &model.view.depends_on;
    let table = &model.head.table;
    Some(quote! {
        || __orm::schema::View::new(#table, #query)
            #materialized
            .depends_on(::std::vec::Vec::<&'static str>::from([
                #(<#others as __orm::Model>::def().table),*
            ]))
    })
}

/// A flattened struct as data.
pub(super) fn part(model: &Model) -> TokenStream {
    let (names, fields) = (names(model), fields(model));
    let Lists {
        uniques,
        indexes,
        references,
        update_defaults,
    } = lists(model);
    quote! {
        __orm::EmbeddedDef {
            names: &[#(#names),*],
            fields: &[#(#fields),*],
            uniques: #uniques,
            indexes: #indexes,
            references: #references,
            update_defaults: #update_defaults,
        }
    }
}

fn names(model: &Model) -> Vec<String> {
    let columns = model.columns.iter();
    columns.map(|column| column.name.clone()).collect()
}

fn fields(model: &Model) -> Vec<String> {
    let columns = model.columns.iter();
    columns
        .map(|column| column.ident.unraw().to_string())
        .collect()
}

/// What is said of columns by their positions.
struct Lists {
    uniques: TokenStream,
    indexes: TokenStream,
    references: TokenStream,
    update_defaults: TokenStream,
}

fn lists(model: &Model) -> Lists {
    let constraint = |group| constraint(model, group);
    let uniques: Vec<_> = model.uniques.iter().map(constraint).collect();
    let indexes: Vec<_> = model.indexes.iter().map(constraint).collect();
    let references = model.references.iter();
    let references: Vec<_> = references.map(|key| reference(model, key)).collect();
    let columns = model.columns.iter().enumerate();
    let defaults: Vec<_> = columns.filter_map(update_default).collect();
    let unique = quote!(__orm::ConstraintDef<__orm::schema::Unique>);
    let index = quote!(__orm::ConstraintDef<__orm::schema::Index>);
    let (reference, default) = (quote!(__orm::ReferenceDef), quote!(__orm::UpdateDefault));
    Lists {
        uniques: part::list(model, ("uniques", unique), &uniques),
        indexes: part::list(model, ("indexes", index), &indexes),
        references: part::list(model, ("references", reference), &references),
        update_defaults: part::list(model, ("update_defaults", default), &defaults),
    }
}

/// A column of the schema. Each attribute is a call, see `field.rs`.
pub(super) fn column(column: &Column) -> TokenStream {
    let name = &column.name;
    let mapped = of(&column.ty, "Field");
    let options = column.options.iter().map(|option| &option.call);
    let default = column.server_default.as_ref().map(|default| {
        let default = server_default(default);
        quote!(.server_default(__orm::schema::ServerDefault::#default))
    });
    quote! {
        #mapped::COLUMN.named(#name) #(#options)* #default
    }
}

/// What an UPDATE sets a column to, by the user's expression in a function without locals.
fn update_default((position, column): (usize, &Column)) -> Option<TokenStream> {
    let (value, ty) = (column.update_default.as_ref()?, &column.ty);
    let field = of(ty, "Field");
    Some(quote! {
        __orm::UpdateDefault {
            column: #position,
            value: || {
                fn given() -> #ty {
                    __orm::IntoField::into_field(#value)
                }
                #field::value(&given()).to_value()
            },
        }
    })
}

/// A column that queries may leave out.
fn deferred((position, column): (usize, &Column)) -> Option<TokenStream> {
    let (group, by_default) = match &column.deferred.as_ref()?.1 {
        Deferral::Group(Some(group)) => (group.value(), true),
        Deferral::Group(None) => (String::new(), true),
        Deferral::Asked => (String::new(), false),
    };
    Some(quote! {
        __orm::DeferredDef { column: #position, group: #group, by_default: #by_default }
    })
}

fn server_default(default: &ServerDefault) -> TokenStream {
    let literal = match default {
        ServerDefault::Bool(value) => quote!(Bool(#value)),
        ServerDefault::Int(value) => quote!(Int(#value)),
        ServerDefault::Float(value) => quote!(Float(#value)),
        ServerDefault::Text(value) => quote!(Text(__orm::Name::Borrowed(#value))),
        ServerDefault::Raw(sql) => {
            let sql = sql.expand();
            return quote!(Raw(#sql));
        }
        ServerDefault::Sequence(name) => {
            return quote! {
                NextValue(__orm::schema::QualifiedName {
                    schema: __orm::None,
                    name: __orm::Name::Borrowed(#name),
                })
            };
        }
    };
    quote!(Literal(__orm::schema::Literal::#literal))
}

/// A reference. The positions it refers to come from the other model's typed columns.
fn reference(model: &Model, reference: &Reference) -> TokenStream {
    let positions = &reference.positions;
    let options = with_options(&reference.options);
    let other = &reference.targets[0].model;
    let own = positions.iter().map(|position| &model.columns[*position]);
    let targets = own
        .zip(&reference.targets)
        .map(|(own, target)| referred(own, target));
    let on_delete = Ident::new(reference.on_delete, Span::mixed_site());
    let on_update = Ident::new(reference.on_update, Span::mixed_site());
    quote! {
        __orm::ReferenceDef {
            columns: &[#(#positions),*],
            target: <#other as __orm::Model>::def,
            target_columns: &[#(#targets),*],
            on_delete: __orm::Action::#on_delete,
            on_update: __orm::Action::#on_update,
            options: #options,
        }
    }
}

/// The position referred to. The compiler compares the types on the way, and reports at the reference.
fn referred(own: &Column, target: &Target) -> TokenStream {
    let (model, field, ty) = (&target.model, &target.field, &own.ty);
    let root = quote!(<<#model as __orm::Model>::Entity as __orm::Entity>::ROOT);
    let check = quote_spanned!(ty.span()=> referred);
    quote!(__orm::#check::<#ty, _, _>(#root.#field))
}

fn position(position: &Position) -> TokenStream {
    match position {
        Position::Own(position) => quote!(#position),
        Position::Part(part, column) => {
            quote!(__columns(::core::option::Option::None).#part.#column.position())
        }
    }
}

fn constraint(model: &Model, group: &Columns) -> TokenStream {
    let positions = group.positions.iter().map(position);
    let mut options = group.options.clone();
    if !group.include.is_empty() {
        let names = group
            .include
            .iter()
            .map(|column| column_name(model, column));
        options.push(quote!(it = it.include([#(#names),*]);));
    }
    let options = with_options(&options);
    quote!(__orm::ConstraintDef { columns: &[#(#positions),*], options: #options })
}

/// The name of a column in the table.
fn column_name(model: &Model, column: &Position) -> TokenStream {
    match column {
        Position::Own(position) => model.columns[*position].name.to_token_stream(),
        Position::Part(..) => {
            let position = position(column);
            quote!(__NAMES[#position])
        }
    }
}

/// What makes a constraint or a table of one that is named by convention.
fn with_options(options: &[TokenStream]) -> TokenStream {
    if options.is_empty() {
        return quote!(__orm::identity);
    }
    quote!(|mut it| { #(#options)* it })
}

fn option(value: Option<&impl ToTokens>) -> TokenStream {
    value.map_or_else(|| quote!(__orm::None), |value| quote!(__orm::Some(#value)))
}
