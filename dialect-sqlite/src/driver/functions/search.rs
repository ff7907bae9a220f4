//! Functions of searches: LIKE that counts case, with `\` as its escape character, suffixes, and regular expressions.

use rusqlite::{Connection, Result};

use super::function::PURE;
use super::text::text;

pub(super) fn register(native: &Connection) -> Result<()> {
    search(native, "orm_like", like)?;
    search(native, "orm_ends_with", |text, end| text.ends_with(end))?;
    #[cfg(feature = "regexp")]
    regex::register(native)?;
    Ok(())
}

/// A condition on two texts.
fn search(native: &Connection, name: &str, matches: fn(&str, &str) -> bool) -> Result<()> {
    native.create_scalar_function(name, 2, PURE, move |context| {
        let (text, pattern) = (text(context, 0)?, text(context, 1)?);
        Ok(text
            .zip(pattern)
            .map(|(text, pattern)| matches(text, pattern)))
    })
}

/// Whether a text matches a pattern, in which `%` is any text and `_` any character.
///
/// A later `%` takes over for an earlier one: what is between them is found at its first place, and no other place is
/// better.
fn like(text: &str, pattern: &str) -> bool {
    let (mut text, mut pattern) = (text.chars(), pattern.chars());
    // Where to go on if something does not match: one character after the last place.
    let mut again = None;
    loop {
        let mut rest = pattern.clone();
        let matched = match rest.next() {
            Some('%') => {
                pattern = rest;
                again = Some((text.clone(), pattern.clone()));
                continue;
            }
            None if text.as_str().is_empty() => return true,
            None => false,
            Some('_') => text.next().is_some(),
            Some('\\') => rest.next() == text.next(),
            Some(letter) => text.next() == Some(letter),
        };
        if matched {
            pattern = rest;
            continue;
        }
        let Some((mut from, after)) = again else {
            return false;
        };
        if from.next().is_none() {
            return false;
        }
        (text, pattern) = (from.clone(), after.clone());
        again = Some((from, after));
    }
}

#[cfg(feature = "regexp")]
mod regex {
    use std::sync::Arc;

    use regex_lite::{Regex, RegexBuilder};
    use rusqlite::functions::Context;
    use rusqlite::{Connection, Error, Result, ffi};

    use super::super::function::PURE;
    use super::super::numbers::failure;
    use super::text;

    /// `a REGEXP b` calls `regexp(b, a)`.
    pub(super) fn register(native: &Connection) -> Result<()> {
        native.create_scalar_function("regexp", 2, PURE, |context| {
            let (Some(pattern), Some(text)) = (text(context, 0)?, text(context, 1)?) else {
                return Ok(None);
            };
            Ok(Some(compiled(context, pattern)?.is_match(text)))
        })
    }

    /// The expression, which SQLite keeps for the other rows of the statement.
    fn compiled(context: &Context<'_>, pattern: &str) -> Result<Arc<Regex>> {
        if let Some(regex) = context.get_aux(0)? {
            return Ok(regex);
        }
        let mut builder = RegexBuilder::new(pattern);
        let regex = builder.dot_matches_new_line(true).build();
        context.set_aux(0, regex.map_err(|_| invalid())?)
    }

    fn invalid() -> Error {
        let message = "invalid regular expression".to_owned();
        failure(ffi::SQLITE_ERROR, Some(message))
    }
}

#[cfg(test)]
mod tests {
    use super::like;

    #[test]
    fn patterns_match_as_like_does() {
        for (text, pattern, expected) in [
            ("", "", true),
            ("", "%", true),
            ("", "_", false),
            ("abc", "a%c", true),
            ("abc", "a%b", false),
            ("aXbXc", "a%X_", true),
            ("abcabd", "%abd", true),
            ("abcabd", "%ab%d", true),
            ("ab", "a__", false),
            ("a%b", r"a\%b", true),
            ("axb", r"a\%b", false),
            (r"a\b", r"a\\b", true),
            ("😀x", "_x", true),
            ("a\0b", "a\0c", false),
            ("a\0b", "a%b", true),
            ("Ab", "ab", false),
        ] {
            assert_eq!(like(text, pattern), expected, "{text} LIKE {pattern}");
        }
    }
}
