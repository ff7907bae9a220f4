//! Resolves a parsed model: positions for names, defaults for omitted attributes, and errors at the user's tokens for
//! inconsistent attributes.
//!
//! `rules.rs` has the rules of one field's attributes. Rules about a field's type can't be checked on tokens;
//! `expand/check.rs` leaves them to the compiler.

use std::collections::{HashMap, HashSet};

use proc_macro2::Span;
use quote::quote;
use syn::Ident;
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;

use super::constraint::{foreign_keys, groups, order, reference};
use super::data::{
    Column, ColumnAttributes, ColumnOption, Columns, Deferral, Field, Fill, Model, Parsed,
    Position, Reference, Relation, ViewAttributes,
};
use super::relation;
use super::rules;
use super::tokens::{is_integer, option};
use crate::errors::Errors;

/// The model, unless it lacks what no code can be written without.
pub(super) fn resolve(parsed: Parsed, errors: &mut Errors) -> Option<Model> {
    obey_rules(&parsed, errors)?;
    let (head, fields) = (parsed.head, parsed.fields);
    let key = primary_key(&head.ident, &fields, errors)?;
    let generated = generated(&fields, &key, errors);
    let version = version(&fields, errors);

    let names: Vec<&Ident> = fields.iter().map(|field| &field.ident).collect();
    let mut uniques = groups(parsed.uniques, &names, &parsed.parts, errors);
    let mut indexes = groups(parsed.indexes, &names, &parsed.parts, errors);
    let exclusions = groups(parsed.exclusions, &names, &parsed.parts, errors);
    let mut references = foreign_keys(parsed.foreign_keys, &names, errors);
    let order = order(parsed.order, &names, &parsed.parts, errors);
    let mut columns = Vec::new();
    for (position, mut field) in fields.into_iter().enumerate() {
        single(
            position,
            &mut field.attributes,
            (&mut uniques, &mut indexes),
        );
        references.extend(reference(position, &mut field.attributes));
        let is_generated = generated == Some(position);
        if !is_generated {
            not_numbered(&field.attributes, errors);
        }
        columns.push(column(field, is_generated));
    }
    name_self(&head.ident, &mut references);
    distinct_names(&columns, errors);
    let unique_indexes = indexes.iter().filter(|index| index.is_unique);
    let constrained = uniques.iter().chain(unique_indexes);
    let constrained = constrained.flat_map(|unique| &unique.positions);
    let constrained = constrained.filter_map(Position::own);
    let keys = references
        .iter()
        .flat_map(|key| key.positions.iter().copied());
    known_columns(&columns, constrained.chain(keys), errors);
    let mut skipped = parsed.skipped;
    let known = (&*columns, &*references);
    let relations = relation::resolve(parsed.relations, known, &mut skipped, errors);
    free_synonyms(&mut columns, &relations, errors);
    check_view(&parsed.view, errors);
    Some(Model {
        head,
        columns,
        relations,
        parts: parsed.parts,
        skipped,
        key,
        generated,
        version,
        uniques,
        indexes,
        exclusions,
        checks: parsed.checks,
        references,
        options: parsed.options,
        view: parsed.view,
        order,
    })
}

/// Writes the name of the model in place of `Self`.
fn name_self(name: &Ident, references: &mut [Reference]) {
    for target in references.iter_mut().flat_map(|key| &mut key.targets) {
        if target.model.is_ident("Self") {
            target.model = name.clone().into();
        }
    }
}

/// The constraint and the index of a single column.
fn single(
    position: usize,
    attributes: &mut ColumnAttributes,
    (uniques, indexes): (&mut Vec<Columns>, &mut Vec<Columns>),
) {
    if let Some(options) = attributes.unique.take() {
        uniques.push(Columns::single(position, options, true));
    }
    if let Some((options, is_unique)) = attributes.index.take() {
        indexes.push(Columns::single(position, options, is_unique));
    }
}

/// What needs a key that the database numbers.
fn not_numbered(attributes: &ColumnAttributes, errors: &mut Errors) {
    if let Some(span) = attributes.sqlite_autoincrement {
        let message = "`sqlite_autoincrement` needs an auto-increment primary key";
        errors.at(span, message);
    }
    if let Some((_, span)) = attributes.identity {
        errors.at(span, "`identity` needs an auto-increment primary key");
    }
}

/// What needs a view.
fn check_view(view: &ViewAttributes, errors: &mut Errors) {
    if view.query.is_some() {
        return;
    }
    if let Some(span) = view.materialized {
        errors.at(
            span,
            "`materialized` needs a view; add `view = \"SELECT …\"`",
        );
    }
    if let Some(model) = view.depends_on.first() {
        errors.at(
            model.span(),
            "`depends_on` needs a view; add `view = \"SELECT …\"`",
        );
    }
}

/// The columns of a struct that models flatten, which has no key.
pub(super) fn resolve_columns(parsed: Parsed, errors: &mut Errors) -> Model {
    let (mut uniques, mut indexes) = (Vec::new(), Vec::new());
    let (mut references, mut columns) = (Vec::new(), Vec::new());
    for (position, mut field) in parsed.fields.into_iter().enumerate() {
        single(
            position,
            &mut field.attributes,
            (&mut uniques, &mut indexes),
        );
        references.extend(reference(position, &mut field.attributes));
        columns.push(column(field, false));
    }
    distinct_names(&columns, errors);
    free_synonyms(&mut columns, &[], errors);
    Model {
        head: parsed.head,
        columns,
        relations: Vec::new(),
        parts: Vec::new(),
        skipped: parsed.skipped,
        key: Vec::new(),
        generated: None,
        version: None,
        uniques,
        indexes,
        exclusions: Vec::new(),
        checks: Vec::new(),
        references,
        options: Vec::new(),
        view: ViewAttributes::default(),
        order: Vec::new(),
    }
}

/// `None` if a rule is broken that the code would break as well.
fn obey_rules(parsed: &Parsed, errors: &mut Errors) -> Option<()> {
    let mut sound = Some(());
    for field in &parsed.fields {
        sound = rules::column(field, errors).and(sound);
    }
    for (_, ty) in &parsed.skipped {
        sound = rules::sendable(ty, errors).and(sound);
    }
    sound
}

/// The positions of the key's columns.
fn primary_key(name: &Ident, fields: &[Field], errors: &mut Errors) -> Option<Vec<usize>> {
    let is_key = |position: &usize| fields[*position].attributes.primary_key.is_some();
    let key: Vec<usize> = (0..fields.len()).filter(is_key).collect();
    if key.is_empty() {
        let message = match fields.iter().find(|field| field.ident == "id") {
            Some(_) => format!(
                "`{name}` has no primary key; write `#[orm(primary_key)]` above its field `id`"
            ),
            None => format!(
                "`{name}` has no primary key; write `#[orm(primary_key)]` above the field that identifies a row"
            ),
        };
        errors.at(name.span(), message);
        return None;
    }
    if let Some(fifth) = key.get(4) {
        errors.at(
            fields[*fifth].ident.span(),
            "a primary key has at most four columns",
        );
        return None;
    }
    Some(key)
}

/// The position of the key that the database generates: the one with `auto_increment`, or a single integer.
fn generated(fields: &[Field], key: &[usize], errors: &mut Errors) -> Option<usize> {
    let says_so = |position: &usize| match fields[*position].attributes.auto_increment {
        Some((true, span)) => Some((*position, span)),
        _ => None,
    };
    let said: Vec<(usize, Span)> = key.iter().filter_map(says_so).collect();
    if let Some((_, span)) = said.get(1) {
        errors.at(
            *span,
            "a table has at most one auto-increment column; remove `auto_increment` from the others",
        );
    }
    if let Some((position, _)) = said.first() {
        return Some(*position);
    }
    let [position] = key else { return None };
    let Field { ty, attributes, .. } = &fields[*position];
    let is_given = attributes.auto_increment.is_some()
        || attributes.references.is_some()
        || attributes.default.is_some()
        || attributes.server_default.is_some();
    (is_integer(ty) && !is_given).then_some(*position)
}

fn version(fields: &[Field], errors: &mut Errors) -> Option<usize> {
    let versions = fields.iter().enumerate();
    let mut versions =
        versions.filter_map(|(position, field)| Some((position, field.attributes.version?)));
    let (first, _) = versions.next()?;
    for (_, span) in versions {
        let other = &fields[first].ident;
        errors.at(
            span,
            format!("a model has at most one version column, which is `{other}` already"),
        );
    }
    Some(first)
}

fn column(field: Field, is_generated: bool) -> Column {
    let (ident, ty, mut attributes) = (field.ident, field.ty, field.attributes);
    if is_generated {
        let call = quote!(.auto_increment());
        attributes.options.push(ColumnOption { call, needs: None });
    }
    let is_computed = attributes.generated.is_some();
    let calls = [
        attributes.generated.take(),
        attributes.identity.take(),
        attributes.renamed_from.take(),
    ];
    for (call, _) in calls.into_iter().flatten() {
        attributes.options.push(ColumnOption { call, needs: None });
    }
    let has_digits = attributes.precision.is_some() || attributes.scale.is_some();
    if let (Some((precision, _)), Some((scale, _))) = (&attributes.precision, &attributes.scale) {
        let call = quote!(.digits(#precision, #scale));
        attributes.options.push(ColumnOption::of(call, "HasDigits"));
    }
    let name = match &attributes.column {
        Some(name) => name.value(),
        None => ident.unraw().to_string(),
    };
    let fill = match attributes.default {
        _ if is_generated => Fill::Generated,
        _ if attributes.version.is_some() => Fill::Version,
        Some(default) => Fill::Default(default),
        None if attributes.server_default.is_some() || is_computed => Fill::Server,
        None if option(&ty).is_some() => Fill::Null,
        None => Fill::Required,
    };
    Column {
        ident,
        vis: field.vis,
        ty,
        docs: field.docs,
        name,
        synonyms: attributes.synonyms,
        nullability: attributes.nullability,
        has_length: attributes.length.is_some(),
        has_digits,
        options: attributes.options,
        server_default: attributes.server_default,
        is_computed,
        update_default: attributes.update_default.map(|(value, _)| value),
        deferred: field.deferred.map(|ty| {
            let deferral = attributes.deferred.map(|(deferral, _)| deferral);
            (ty, deferral.unwrap_or(Deferral::Group(None)))
        }),
        fill,
    }
}

/// What constraints are about can't be left out of a query: a session orders rows by it.
fn known_columns(columns: &[Column], positions: impl Iterator<Item = usize>, errors: &mut Errors) {
    for column in positions.map(|position| &columns[position]) {
        if column.deferred.is_some() {
            let message = format!(
                "`{}` is in a unique constraint or a foreign key and can't be deferred",
                column.ident
            );
            errors.at(column.ident.span(), message);
        }
    }
}

fn distinct_names(columns: &[Column], errors: &mut Errors) {
    let mut seen: HashMap<String, &Column> = HashMap::new();
    for column in columns {
        let Some(first) = seen.insert(column.name.to_lowercase(), column) else {
            continue;
        };
        let (one, other, name) = (&first.ident, &column.ident, &column.name);
        let message = if first.name == *name {
            format!("`{one}` and `{other}` both map to the column `{name}`")
        } else {
            format!(
                "`{one}` and `{other}` map to the columns `{}` and `{name}`, which are equal on databases that ignore case",
                first.name
            )
        };
        errors.at(other.span(), message);
    }
}

/// Refuses synonyms that are the names of other fields of the entity: columns, relations and other synonyms.
fn free_synonyms(columns: &mut [Column], relations: &[Relation], errors: &mut Errors) {
    let fields = columns.iter().map(|column| &column.ident);
    let relations = relations.iter().map(|relation| &relation.ident);
    let mut taken: HashSet<Ident> = fields.chain(relations).cloned().collect();
    for column in columns {
        column.synonyms.retain(|synonym| {
            let is_free = taken.insert(synonym.clone());
            if !is_free {
                let message = format!(
                    "the synonym `{synonym}` is the name of another field; choose another name"
                );
                errors.at(synonym.span(), message);
            }
            is_free
        });
    }
}
