//! Parses relation fields, and resolves those whose foreign key the model has to it.
//!
//! A field is a relation by the last word of its type. That the foreign key references the model of the
//! relation, is left to the compiler: see `expand/relation.rs`.

use syn::meta::ParseNestedMeta;
use syn::spanned::Spanned as _;
use syn::{Error, Ident, LitStr, Path, Result, Token, Type, parse_quote};

use super::data::{
    Column, OrderItem, Parsed, Policy, Reference, Relation, RelationField, RelationType, Side,
    Target, ViewOptions,
};
use super::link;
use super::list_order;
use super::reference::target;
use super::tokens::{argument, last_word, option, with_name};
use super::view;
use crate::attribute::{flag, list, listed, read_all, text, unknown};
use crate::errors::Errors;

/// The options of the attribute of a relation field.
const KEYS: &[&str] = &[
    "key",
    "inverse",
    "cascade",
    "orphans",
    "link_table",
    "through",
    "target",
    "order_by",
    "position",
    "on",
    "filter",
    "limit",
    "skip",
];

/// The words of `cascade`, with the variant of `Cascade` that each stands for.
const CASCADES: &[(&str, &str)] = &[("delete", "Delete"), ("set_null", "SetNull")];

/// The words of `orphans`.
const ORPHANS: &[(&str, &str)] = &[("delete", "Delete")];

/// The types of relation fields.
const TYPES: [(&str, RelationType); 5] = [
    ("BelongsTo", RelationType::BelongsTo),
    ("HasMany", RelationType::HasMany),
    ("HasOne", RelationType::HasOne),
    ("ManyToMany", RelationType::ManyToMany),
    ("ViewOnly", RelationType::ViewOnly),
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
    let mut options = Options::default();
    read_all(&field.attrs, KEYS, &[], errors, |word, meta| {
        options.read(word, kind, meta)
    });
    if options.is_skipped {
        parsed.skipped.push((ident.clone(), field.ty));
        return None;
    }
    let name = parsed.head.ident.clone();
    let (target, is_optional) = match kind {
        RelationType::ViewOnly => {
            let Some(found) = errors.take(view::model(target)) else {
                parsed.skipped.push((ident.clone(), field.ty));
                return None;
            };
            found
        }
        RelationType::BelongsTo => option(target).map_or((target, false), |inner| (inner, true)),
        _ => (target, false),
    };
    let mut target = target.clone();
    if last_word(&target).is_some_and(|word| word == "Self") {
        target = parse_quote!(#name);
    }
    let mut docs = field.attrs;
    docs.retain(|attribute| attribute.path().is_ident("doc"));
    parsed.relations.push(RelationField {
        ident: ident.clone(),
        vis: field.vis,
        // The code that is generated has the type outside of the struct, too.
        ty: with_name(&field.ty, &name),
        docs,
        kind,
        target,
        is_optional,
        key: options.key,
        inverse: options.inverse,
        policy: options.policy,
        through: options.through,
        link_target: options.link_target,
        order: options.order,
        keeps_positions: options.keeps_positions,
        link_table: options.link_table,
        view: options.view,
    });
    None
}

/// What the attribute of a relation field says.
#[derive(Default)]
struct Options {
    key: Vec<Ident>,
    inverse: Option<Target>,
    policy: Policy,
    through: Option<Path>,
    link_target: Option<Target>,
    order: Vec<OrderItem>,
    keeps_positions: bool,
    link_table: Option<LitStr>,
    view: ViewOptions,
    is_skipped: bool,
}

impl Options {
    fn read(&mut self, word: &str, kind: RelationType, meta: &ParseNestedMeta<'_>) -> Result<()> {
        match word {
            "key" if kind == RelationType::BelongsTo => self.key = fields(meta)?,
            "inverse" if kind != RelationType::BelongsTo => self.inverse = Some(relation(meta)?),
            "cascade" if has_children(kind) => self.policy.cascade = choice(word, CASCADES, meta)?,
            "orphans" if has_children(kind) => {
                choice(word, ORPHANS, meta)?;
                self.policy.deletes_orphans = true;
            }
            "through" if kind == RelationType::ManyToMany => {
                self.through = Some(link::model(meta)?);
            }
            "link_table" if kind == RelationType::ManyToMany => {
                self.link_table = Some(text(word, meta)?);
            }
            "target" if kind == RelationType::ManyToMany => {
                self.link_target = Some(relation(meta)?);
            }
            "order_by" | "position" if !self.order.is_empty() => {
                return Err(meta.error(
                    "a list has one order: `position = Task.position`, which the session keeps, or `order_by = Task.title`",
                ));
            }
            "order_by" if is_ordered(kind) => self.order = list_order::parse(meta)?,
            "on" if kind == RelationType::ViewOnly => self.view.on = view::on(meta)?,
            "filter" if kind == RelationType::ViewOnly => {
                self.view.filter = Some(meta.value()?.parse()?);
            }
            "limit" if kind == RelationType::ViewOnly => self.view.limit = Some(view::limit(meta)?),
            "position" if kind == RelationType::HasMany => {
                self.order = vec![list_order::position(meta)?];
                self.keeps_positions = true;
            }
            "skip" => {
                flag(word, meta)?;
                self.is_skipped = true;
            }
            _ => return Err(meta.error(misplaced(word, kind))),
        }
        Ok(())
    }
}

/// What to do about an attribute of the other side.
fn misplaced(word: &str, kind: RelationType) -> &'static str {
    match word {
        "cascade" | "orphans" if kind == RelationType::ManyToMany => {
            "`cascade` and `orphans` are for `HasMany` and `HasOne`; link rows are deleted by `on_delete = cascade` on the foreign keys of the link model"
        }
        "key" => {
            "`key` names a foreign key of this struct, which only a `BelongsTo` has; name the inverse relation: `inverse = Post.author`"
        }
        "inverse" => {
            "`inverse` names the inverse relation; a `BelongsTo` names its foreign key: `key = author_id`"
        }
        "cascade" => {
            "`cascade` is for `HasMany` and `HasOne`: what is deleted along with an entity is a matter of its own struct"
        }
        "orphans" => {
            "`orphans` is for `HasMany` and `HasOne`: write `orphans = delete` at the relation to this struct"
        }
        "on" | "filter" | "limit" => {
            "`on`, `filter` and `limit` are for relations that are only read: `ViewOnly<Vec<Order>>`, `ViewOnly<Option<Order>>`"
        }
        "position" => "`position` is for `HasMany`: it names a column of the entities in the list",
        "order_by" => {
            "`order_by` is for lists, `HasMany` and `ManyToMany`; this relation references one entity"
        }
        _ => {
            "`link_table`, `through` and `target` are for `ManyToMany`: the table or model of the link rows, and its relation to the target"
        }
    }
}

/// Whether an order can be given.
fn is_ordered(kind: RelationType) -> bool {
    use RelationType::{HasMany, ManyToMany, ViewOnly};
    matches!(kind, HasMany | ManyToMany | ViewOnly)
}

/// Whether the entities of the other side have the foreign key.
fn has_children(kind: RelationType) -> bool {
    matches!(kind, RelationType::HasMany | RelationType::HasOne)
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
        let Some(side) = errors.take(side(&field, columns, references)) else {
            skipped.push((field.ident, field.ty));
            continue;
        };
        relations.push(Relation {
            ident: field.ident,
            vis: field.vis,
            ty: field.ty,
            docs: field.docs,
            target: field.target,
            side,
            order: field.order,
            keeps_positions: field.keeps_positions,
        });
    }
    relations
}

/// Which model has the foreign key.
fn side(field: &RelationField, columns: &[Column], references: &[Reference]) -> Result<Side> {
    let other = |kind| {
        let inverse = field.inverse.clone();
        let policy = field.policy;
        Ok(Side::Other {
            kind,
            inverse,
            policy,
        })
    };
    match field.kind {
        RelationType::BelongsTo => own_side(field, columns, references),
        RelationType::HasMany => other("HasMany"),
        RelationType::HasOne => other("HasOne"),
        RelationType::ManyToMany => link::side(field).map(Side::Link),
        RelationType::ViewOnly => view::view(field, columns).map(Side::View),
    }
}

fn own_side(field: &RelationField, columns: &[Column], references: &[Reference]) -> Result<Side> {
    let reference = reference(field, columns, references)?;
    let positions = &references[reference].positions;
    nullability(field, columns, positions)?;
    no_override(columns, positions)?;
    Ok(Side::Own {
        is_optional: field.is_optional,
        reference,
        columns: positions.clone(),
    })
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

/// Refuses `nullable` and `not_null` on a foreign key that the relation sets: a flush writes NULL to it if its column is
/// nullable, which its field must be able to hold.
fn no_override(columns: &[Column], key: &[usize]) -> Result<()> {
    let overrides = key.iter().map(|position| &columns[*position]);
    let mut overrides = overrides.filter_map(|column| Some((column, column.nullability?)));
    let Some((column, (span, attribute))) = overrides.next() else {
        return Ok(());
    };
    let ident = &column.ident;
    let message = format!(
        "`{attribute}` is not valid on `{ident}`, the foreign key of a relation; it is nullable if its field is an `Option`"
    );
    Err(Error::new(span, message))
}
