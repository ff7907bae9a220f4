//! Parses references: `User.id`, their actions, and `foreign_key(…)` of a struct.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt as _;
use syn::meta::ParseNestedMeta;
use syn::parse::ParseStream;
use syn::spanned::Spanned as _;
use syn::{Error, Ident, Path, Result, Token, parenthesized};

use super::data::{ForeignKey, Target};
use super::options::deferrable;
use crate::attribute::{list, listed, name, text, unknown};

/// The actions of `on_delete` and `on_update`, with the variant of `Action` that each stands for.
const ACTIONS: &[(&str, &str)] = &[
    ("cascade", "Cascade"),
    ("restrict", "Restrict"),
    ("set_null", "SetNull"),
    ("set_default", "SetDefault"),
    ("no_action", "NoAction"),
];

/// The variant of `Action` for an action that [`action`] has parsed.
pub(super) fn variant(action: Option<&Ident>) -> &'static str {
    let found = ACTIONS
        .iter()
        .find(|(name, _)| action.is_some_and(|action| action == name));
    found.map_or("NoAction", |(_, variant)| *variant)
}

/// `= cascade`.
pub(super) fn action(key: &str, meta: &ParseNestedMeta<'_>) -> Result<Ident> {
    let names: Vec<&str> = ACTIONS.iter().map(|(name, _)| *name).collect();
    let example = |_| meta.error(format!("write `{key} = …` with one of {}", listed(&names)));
    let value = meta.value().map_err(example)?;
    let ident: Ident = value.parse().map_err(example)?;
    let name = ident.to_string();
    if names.contains(&name.as_str()) {
        return Ok(ident);
    }
    Err(Error::new(ident.span(), unknown("action", &name, &names)))
}

/// `= full`, as a statement about the foreign key.
pub(super) fn match_full(meta: &ParseNestedMeta<'_>) -> Result<TokenStream> {
    let example = |_| meta.error("write `match = full`; without it, MATCH SIMPLE");
    let value = meta.value().map_err(example)?;
    let word = Ident::parse_any(value).map_err(example)?;
    if word == "full" {
        return Ok(quote!(it = it.match_full();));
    }
    Err(Error::new(
        word.span(),
        unknown("match", &word.to_string(), &["full"]),
    ))
}

/// `User.id`, `models::User.id`.
pub(super) fn target(input: ParseStream<'_>) -> Result<Target> {
    const EXAMPLE: &str = "write the model and its field: `references = User.id`";
    let begin = input.span();
    let model = Path::parse_mod_style(input).map_err(|_| Error::new(begin, EXAMPLE))?;
    if !input.peek(Token![.]) {
        return Err(Error::new_spanned(model, EXAMPLE));
    }
    input.parse::<Token![.]>()?;
    let field = input
        .parse()
        .map_err(|error: Error| Error::new(error.span(), EXAMPLE))?;
    Ok(Target { model, field })
}

/// `(a, b, references = (Order.shop, Order.number), on_delete = cascade)`.
pub(super) fn foreign_key(meta: &ParseNestedMeta<'_>) -> Result<ForeignKey> {
    const EXAMPLE: &str =
        "write `foreign_key(shop, number, references = (Order.shop, Order.number))`";
    let mut key = ForeignKey::default();
    key.fields = list(meta, EXAMPLE, |word, part| {
        match word {
            "references" => key.targets = targets(part.value()?)?,
            "name" => {
                let name = text(word, part)?;
                key.options.push(quote!(it = it.named(#name);));
            }
            "match" => key.options.push(match_full(part)?),
            "deferrable" => {
                let word = Ident::new(word, part.path.span());
                key.options.push(deferrable(&word, part.input)?);
            }
            "on_delete" => key.on_delete = Some(action(word, part)?),
            "on_update" => key.on_update = Some(action(word, part)?),
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    if let Some(index) = key.fields.iter().position(|field| field == "deferrable") {
        key.fields.remove(index);
        let immediate = quote!(it = it.deferrable(__orm::schema::Deferrable::Immediate););
        key.options.push(immediate);
    }
    match (key.fields.len(), key.targets.len()) {
        (0, _) | (_, 0) => Err(meta.error(EXAMPLE)),
        (own, other) if own != other => {
            Err(meta.error(format!("the number of referencing and referenced columns must be equal, but they are {own} and {other}")))
        }
        _ => Ok(key),
    }
}

/// `(Order.shop, Order.number)`, all of one model.
fn targets(input: ParseStream<'_>) -> Result<Vec<Target>> {
    let content;
    parenthesized!(content in input);
    let targets: Vec<Target> = content
        .parse_terminated(target, Token![,])?
        .into_iter()
        .collect();
    let is_other = |target: &&Target| name(&target.model) != name(&targets[0].model);
    let other = targets.iter().find(is_other);
    match other {
        Some(other) => Err(Error::new_spanned(
            &other.model,
            "a foreign key references the columns of one model",
        )),
        None => Ok(targets),
    }
}
