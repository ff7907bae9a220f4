//! Parses relation fields, and resolves those whose foreign key the model has to it.
//!
//! A field is a relation by the last word of its type. That the foreign key references the model of the
//! relation, is left to the compiler: see `expand/relation.rs`.

use syn::meta::ParseNestedMeta;
use syn::spanned::Spanned as _;
use syn::{Error, Ident, Result, Token, Type, parse_quote};

use super::data::{
    Column, Parsed, Policy, Reference, Relation, RelationField, RelationType, Side, Target,
};
use super::reference::target;
use super::tokens::{argument, last_word, option};
use crate::attribute::{flag, list, listed, read_all, unknown};
use crate::errors::Errors;

/// The options of the attribute of a relation field.
const KEYS: &[&str] = &["key", "inverse", "cascade", "orphans", "skip"];

/// The words of `cascade`, with the variant of `Cascade` that each stands for.
const CASCADES: &[(&str, &str)] = &[("delete", "Delete"), ("set_null", "SetNull")];

/// The words of `orphans`.
const ORPHANS: &[(&str, &str)] = &[("delete", "Delete")];

/// The types of relation fields.
const TYPES: [(&str, RelationType); 3] = [
    ("BelongsTo", RelationType::BelongsTo),
    ("HasMany", RelationType::HasMany),
    ("HasOne", RelationType::HasOne),
];

/// Reads a relation field. Any other field comes back.
pub(super) fn parse(
    field: syn::Field,
    parsed: &mut Parsed,
    errors: &mut Errors,
) -> Option<syn::Field> {
    let mut types = TYPES.iter();
    let found = types.find_map(|(name, kind)| Some((*kind, argument(&field.ty, name)?)));
    let (Some((kind, target)), Some(ident)) = (found, &field.ident) else {
        return Some(field);
    };
    let (mut key, mut inverse, mut is_skipped) = (Vec::new(), None, false);
    let mut policy = Policy::default();
    read_all(&field.attrs, KEYS, &[], errors, |word, meta| match word {
        "key" if kind == RelationType::BelongsTo => {
            key = fields(meta)?;
            Ok(())
        }
        "inverse" if kind != RelationType::BelongsTo => {
            inverse = Some(relation(meta)?);
            Ok(())
        }
        "cascade" if kind != RelationType::BelongsTo => {
            policy.cascade = choice(word, CASCADES, meta)?;
            Ok(())
        }
        "orphans" if kind != RelationType::BelongsTo => {
            choice(word, ORPHANS, meta)?;
            policy.deletes_orphans = true;
            Ok(())
        }
        "skip" => {
            is_skipped = true;
            flag(word, meta)
        }
        _ => Err(meta.error(misplaced(word))),
    });
    if is_skipped {
        parsed.skipped.push((ident.clone(), field.ty));
        return None;
    }
    let name = parsed.head.ident.clone();
    let inner = option(target).filter(|_| kind == RelationType::BelongsTo);
    let is_optional = inner.is_some();
    let mut target = inner.unwrap_or(target).clone();
    if last_word(&target).is_some_and(|word| word == "Self") {
        target = parse_quote!(#name);
    }
    let mut docs = field.attrs;
    docs.retain(|attribute| attribute.path().is_ident("doc"));
    parsed.relations.push(RelationField {
        ident: ident.clone(),
        vis: field.vis,
        ty: field.ty.clone(),
        docs,
        kind,
        target,
        is_optional,
        key,
        inverse,
        policy,
    });
    None
}

/// What to do about an attribute of the other side.
fn misplaced(word: &str) -> &'static str {
    match word {
        "key" => {
            "`key` names a foreign key of this struct, which only a `BelongsTo` has; name the inverse relation: `inverse = Post.author`"
        }
        "inverse" => {
            "`inverse` is for `HasMany` and `HasOne`; a `BelongsTo` names its foreign key: `key = author_id`"
        }
        "cascade" => {
            "`cascade` is for `HasMany` and `HasOne`: what is deleted along with an entity is a matter of its own struct"
        }
        _ => {
            "`orphans` is for `HasMany` and `HasOne`: write `orphans = delete` at the relation to this struct"
        }
    }
}

/// `= delete`: the variant that the word stands for.
fn choice(
    key: &str,
    words: &[(&str, &'static str)],
    meta: &ParseNestedMeta<'_>,
) -> Result<&'static str> {
    let names: Vec<&str> = words.iter().map(|(name, _)| *name).collect();
    let example = |_| meta.error(format!("write `{key} = …` with {}", listed(&names)));
    let value = meta.value().map_err(example)?;
    let ident: Ident = value.parse().map_err(example)?;
    let name = ident.to_string();
    let found = words.iter().find(|(word, _)| *word == name);
    let variant = found.map(|(_, variant)| *variant);
    variant.ok_or_else(|| Error::new(ident.span(), unknown("value", &name, &names)))
}

/// `= Letter.sender`.
fn relation(meta: &ParseNestedMeta<'_>) -> Result<Target> {
    let example = |_| meta.error("write the other model and its relation: `inverse = Post.author`");
    let value = meta.value().map_err(example)?;
    target(value).map_err(example)
}

/// `= author_id` or `(shop, number)`.
fn fields(meta: &ParseNestedMeta<'_>) -> Result<Vec<Ident>> {
    const EXAMPLE: &str = "write `key = author_id`, a field of this struct with a foreign key; or `key(first, second)`";
    if meta.input.peek(Token![=]) {
        let value = meta.value().and_then(syn::parse::ParseBuffer::parse);
        return value
            .map(|field| vec![field])
            .map_err(|error| Error::new(error.span(), EXAMPLE));
    }
    let fields = list(meta, EXAMPLE, |_, _| Ok(false))?;
    if fields.is_empty() {
        return Err(meta.error(EXAMPLE));
    }
    Ok(fields)
}

/// The relations with their foreign keys. One without a key is an error, and is skipped.
pub(super) fn resolve(
    fields: Vec<RelationField>,
    (columns, references): (&[Column], &[Reference]),
    skipped: &mut Vec<(Ident, Type)>,
    errors: &mut Errors,
) -> Vec<Relation> {
    let mut relations = Vec::new();
    for field in fields {
        if let Some(kind) = other_side(field.kind) {
            relations.push(Relation {
                ident: field.ident,
                vis: field.vis,
                ty: field.ty,
                docs: field.docs,
                target: field.target,
                side: Side::Other {
                    kind,
                    inverse: field.inverse,
                    policy: field.policy,
                },
            });
            continue;
        }
        let reference = reference(&field, columns, references).and_then(|reference| {
            nullability(&field, columns, &references[reference].positions)?;
            Ok(reference)
        });
        let Some(reference) = errors.take(reference) else {
            skipped.push((field.ident, field.ty));
            continue;
        };
        relations.push(Relation {
            ident: field.ident,
            vis: field.vis,
            ty: field.ty,
            docs: field.docs,
            target: field.target,
            side: Side::Own {
                is_optional: field.is_optional,
                reference,
                columns: references[reference].positions.clone(),
            },
        });
    }
    relations
}

/// The variant of `RelationKind` for a relation whose foreign key the other model has.
fn other_side(kind: RelationType) -> Option<&'static str> {
    match kind {
        RelationType::BelongsTo => None,
        RelationType::HasMany => Some("HasMany"),
        RelationType::HasOne => Some("HasOne"),
    }
}

/// Which reference is the foreign key: the one of the fields that the attribute names, or else the only one to a model of
/// that name.
fn reference(field: &RelationField, columns: &[Column], references: &[Reference]) -> Result<usize> {
    let ident = &field.ident;
    let target = last_word(&field.target).map_or_else(String::new, ToString::to_string);
    let all = references.iter().enumerate();
    let name = |position: &usize| &columns[*position].ident;
    if let Some(first) = field.key.first() {
        let mut of_key =
            all.filter(|(_, reference)| reference.positions.iter().map(name).eq(field.key.iter()));
        let message = format!(
            "`{first}` is no foreign key of this struct; write `#[orm(references = {target}.id)]` above it"
        );
        let found = of_key.next().map(|(index, _)| index);
        return found.ok_or_else(|| Error::new(first.span(), message));
    }
    let is_to_target = |reference: &Reference| {
        let model = reference.targets[0].model.segments.last();
        model.is_some_and(|model| model.ident == target)
    };
    let found: Vec<usize> = all
        .filter(|(_, reference)| is_to_target(reference))
        .map(|(index, _)| index)
        .collect();
    match *found {
        [only] => Ok(only),
        [] => Err(Error::new(
            ident.span(),
            format!(
                "`{ident}` has no foreign key to `{target}`; write `#[orm(references = {target}.id)]` above a field such as `{ident}_id`"
            ),
        )),
        [..] => {
            let keys = found
                .iter()
                .map(|index| name(&references[*index].positions[0]));
            let keys: Vec<String> = keys.map(ToString::to_string).collect();
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            Err(Error::new(
                ident.span(),
                format!(
                    "`{ident}` has several foreign keys to `{target}`; choose one with `#[orm(key = {})]`: {}",
                    keys[0],
                    listed(&keys)
                ),
            ))
        }
    }
}

/// Checks that there may be no entity if the foreign key may be NULL, and only then.
fn nullability(field: &RelationField, columns: &[Column], key: &[usize]) -> Result<()> {
    let nullable = key.iter().map(|position| &columns[*position]);
    let nullable = nullable.clone().find(|column| option(&column.ty).is_some());
    let target = last_word(&field.target).map_or_else(String::new, ToString::to_string);
    let message = match nullable {
        Some(column) if !field.is_optional => format!(
            "the foreign key `{}` is nullable; write `BelongsTo<Option<{target}>>`",
            column.ident
        ),
        None if field.is_optional => format!(
            "the foreign key `{}` is never NULL; write `BelongsTo<{target}>`, or make the key an `Option`",
            columns[key[0]].ident
        ),
        _ => return Ok(()),
    };
    Err(Error::new(field.ty.span(), message))
}
