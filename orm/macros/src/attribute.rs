//! Parses `#[orm(…)]`: what struct, field, enum and variant attributes have in common.
//!
//! Each caller names its keys.

use std::collections::HashSet;
use std::fmt::Display;

use syn::meta::ParseNestedMeta;
use syn::spanned::Spanned as _;
use syn::{
    Attribute, DeriveInput, Error, Expr, Ident, LitBool, LitInt, LitStr, Path, Result, Token,
};

use crate::errors::Errors;

/// Hands every `key …` of every `#[orm(…)]` among `attributes` to `read`, which parses what follows
/// the key. A key that isn't among `known`, and one that was read before unless it is among
/// `repeatable`, never gets there.
pub(crate) fn read_all(
    attributes: &[Attribute],
    known: &[&str],
    repeatable: &[&str],
    errors: &mut Errors,
    mut read: impl FnMut(&str, &ParseNestedMeta<'_>) -> Result<()>,
) {
    let mut seen = HashSet::new();
    for attribute in attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("orm"))
    {
        let parsed = attribute.parse_nested_meta(|meta| {
            let key = name(&meta.path);
            if !known.contains(&key.as_str()) {
                return Err(meta.error(unknown("attribute", &key, known)));
            }
            if !seen.insert(key.clone()) && !repeatable.contains(&key.as_str()) {
                return Err(meta.error(format!("duplicate `{key}`; keep one of them")));
            }
            read(&key, &meta)
        });
        errors.take(parsed.map_err(|error| replace_literal(error, &example(known))));
    }
}

/// What to write where a value stands without the name of its attribute.
fn example(known: &[&str]) -> String {
    let named = ["table", "column", "rename", "name"];
    let key = named.iter().find(|key| known.contains(key));
    format!(
        "expected a name before the value: `{} = \"…\"`",
        key.unwrap_or(&"name")
    )
}

/// The error with `example` for its message, if it is syn's about a literal where a name is expected.
fn replace_literal(error: Error, example: &str) -> Error {
    if error.to_string().starts_with("unexpected literal") {
        Error::new(error.span(), example)
    } else {
        error
    }
}

/// `(a, b, key = …)`: returns the names that stand alone, and calls `read` with every key, which returns whether it knows
/// it. Anything else is an error with `example` as its text.
pub(crate) fn list(
    meta: &ParseNestedMeta<'_>,
    example: &str,
    read: impl FnMut(&str, &ParseNestedMeta<'_>) -> Result<bool>,
) -> Result<Vec<Ident>> {
    let mut names = Vec::new();
    list_of(meta, example, read, |name, _| {
        names.push(name);
        Ok(())
    })?;
    Ok(names)
}

/// As [`list`], with what is called for each name that stands alone.
pub(crate) fn list_of(
    meta: &ParseNestedMeta<'_>,
    example: &str,
    mut read: impl FnMut(&str, &ParseNestedMeta<'_>) -> Result<bool>,
    mut take: impl FnMut(Ident, &ParseNestedMeta<'_>) -> Result<()>,
) -> Result<()> {
    if !meta.input.peek(syn::token::Paren) {
        return Err(meta.error(example));
    }
    let parsed = meta.parse_nested_meta(|part| {
        let Some(ident) = part.path.get_ident() else {
            return Err(part.error(example));
        };
        if !part.input.peek(Token![=]) {
            take(ident.clone(), &part)?;
        } else if !read(&ident.to_string(), &part)? {
            return Err(part.error(example));
        }
        Ok(())
    });
    parsed.map_err(|error| replace_literal(error, example))
}

/// The text of an unknown name, with the known one that it resembles or else all of them. `what` is what
/// the name is of.
pub(crate) fn unknown(what: &str, name: &str, known: &[&str]) -> String {
    match nearest(name, known) {
        Some(near) => format!("unknown {what} `{name}`; did you mean `{near}`?"),
        None => format!("unknown {what} `{name}`; expected {}", listed(known)),
    }
}

/// `a`, `b` and `c`, each in backticks.
pub(crate) fn listed(names: &[&str]) -> String {
    let mut text = String::new();
    for (i, name) in names.iter().enumerate() {
        let joint = match names.len() - i {
            _ if i == 0 => "",
            1 => " and ",
            _ => ", ",
        };
        text.push_str(joint);
        text.push('`');
        text.push_str(name);
        text.push('`');
    }
    text
}

/// The one of `known` that `name` is probably meant to be.
pub(crate) fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let close = |known: &&'a str| (distance(name, known), *known);
    let (distance, near) = known.iter().map(close).min()?;
    let longest = name.chars().count().max(near.chars().count());
    (distance * 5 <= longest * 2).then_some(near)
}

/// The Levenshtein distance: insertions, deletions and replacements of a character.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

/// Refuses a type with generics, in the words of `message`.
pub(crate) fn no_generics(input: &DeriveInput, message: impl Display) -> Result<()> {
    if input.generics.params.is_empty() {
        return Ok(());
    }
    Err(Error::new(input.generics.span(), message))
}

/// A path as it was written: `orm`'s keys are single words.
pub(crate) fn name(path: &Path) -> String {
    let segments: Vec<String> = path
        .segments
        .iter()
        .map(|segment| segment.ident.to_string())
        .collect();
    segments.join("::")
}

/// `key` alone.
pub(crate) fn flag(key: &str, meta: &ParseNestedMeta<'_>) -> Result<()> {
    if meta.input.peek(Token![=]) || meta.input.peek(syn::token::Paren) {
        return Err(meta.error(format!("`{key}` takes no value")));
    }
    Ok(())
}

/// `key`, `key = true` or `key = false`.
pub(crate) fn switch(meta: &ParseNestedMeta<'_>) -> Result<bool> {
    if !meta.input.peek(Token![=]) {
        return Ok(true);
    }
    Ok(meta.value()?.parse::<LitBool>()?.value)
}

/// `key = "text"`.
pub(crate) fn text(key: &str, meta: &ParseNestedMeta<'_>) -> Result<LitStr> {
    let example = || meta.error(format!("write `{key} = \"…\"`"));
    let text: LitStr = meta
        .value()
        .and_then(syn::parse::ParseBuffer::parse)
        .map_err(|_| example())?;
    if text.value().is_empty() {
        return Err(Error::new(text.span(), format!("`{key}` is empty")));
    }
    Ok(text)
}

/// `key = expression`.
pub(crate) fn expression(key: &str, meta: &ParseNestedMeta<'_>) -> Result<Expr> {
    let value = meta
        .value()
        .map_err(|_| meta.error(format!("write `{key} = …`")))?;
    value.parse()
}

/// `= 50`.
pub(crate) fn length(meta: &ParseNestedMeta<'_>) -> Result<LitInt> {
    let example = |_| meta.error("write `length = 50`");
    let value = meta.value().map_err(example)?;
    let length: LitInt = value.parse().map_err(example)?;
    match length.base10_parse::<u32>() {
        Ok(1..) => Ok(length),
        _ => Err(Error::new(
            length.span(),
            "`length` must be a number from 1 to 4294967295",
        )),
    }
}

/// `= name`.
pub(crate) fn word(meta: &ParseNestedMeta<'_>, example: &str) -> Result<Ident> {
    let value = meta.value().and_then(syn::parse::ParseBuffer::parse);
    value.map_err(|error| {
        Error::new(
            error.span(),
            format!("write `{example}`, a name without quotes"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let known = ["primary_key", "unique", "length", "server_default", "skip"];
        assert_eq!(nearest("primarykey", &known), Some("primary_key"));
        assert_eq!(nearest("lenght", &known), Some("length"));
        assert_eq!(nearest("uniqe", &known), Some("unique"));
        assert_eq!(nearest("sever_default", &known), Some("server_default"));
        assert_eq!(nearest("banana", &known), None);
    }

    #[test]
    fn lists_read_well() {
        assert_eq!(listed(&["a"]), "`a`");
        assert_eq!(listed(&["a", "b", "c"]), "`a`, `b` and `c`");
    }
}
