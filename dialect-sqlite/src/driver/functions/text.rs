//! Functions of text, which count characters. SQLite's own ones know the case of ASCII letters alone, and stop at a NUL.

use rusqlite::functions::Context;
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Result, ffi};

use super::function::{ANY, PURE, failure as error};
use super::numbers::failure;

pub(super) fn register(native: &Connection) -> Result<()> {
    map(native, "orm_lower", lowered)?;
    map(native, "orm_upper", raised)?;
    map(native, "reverse", |text| text.chars().rev().collect())?;
    native.create_scalar_function("char_length", 1, PURE, |context| {
        let text = text(context, 0)?;
        Ok(text.map(|text| i64::try_from(text.chars().count()).unwrap_or(i64::MAX)))
    })?;
    native.create_scalar_function("orm_replace", 3, PURE, |context| {
        let texts = (text(context, 0)?, text(context, 1)?, text(context, 2)?);
        let (Some(text), Some(from), Some(to)) = texts else {
            return Ok(None);
        };
        Ok(Some(if from.is_empty() {
            text.to_owned()
        } else {
            text.replace(from, to)
        }))
    })?;
    native.create_scalar_function("orm_substr", ANY, PURE, |context| {
        let (Some(text), Some(start)) = (text(context, 0)?, count(context, 1)?) else {
            return Ok(None);
        };
        let rest = skip(text, start.saturating_sub(1));
        if context.len() < 3 {
            return Ok(Some(rest.to_owned()));
        }
        Ok(count(context, 2)?.map(|length| first(rest, length).to_owned()))
    })?;
    counted(native, "orm_left", |text, count| {
        first(text, count).to_owned()
    })?;
    counted(native, "orm_right", |text, count| {
        let length = text.chars().count();
        skip(text, length.saturating_sub(count)).to_owned()
    })?;
    native.create_scalar_function("repeat", 2, PURE, |context| {
        let (Some(text), Some(count)) = (text(context, 0)?, count(context, 1)?) else {
            return Ok(None);
        };
        match text.len().checked_mul(count) {
            Some(size) if size <= LONGEST => Ok(Some(text.repeat(count))),
            _ => Err(failure(ffi::SQLITE_TOOBIG, None)),
        }
    })?;
    native.create_scalar_function("text_store", 2, PURE, store)?;
    pad(native, "lpad", |text, fill| fill + text)?;
    pad(native, "rpad", |text, fill| text.to_owned() + &fill)
}

/// The bytes that SQLite's longest text has by default.
const LONGEST: usize = 1_000_000_000;

/// A function of one text.
fn map(native: &Connection, name: &str, function: fn(&str) -> String) -> Result<()> {
    native.create_scalar_function(name, 1, PURE, move |context| {
        Ok(text(context, 0)?.map(function))
    })
}

/// A function of a text and a number of characters.
fn counted(native: &Connection, name: &str, function: fn(&str, usize) -> String) -> Result<()> {
    native.create_scalar_function(name, 2, PURE, move |context| {
        let (text, count) = (text(context, 0)?, count(context, 1)?);
        Ok(text.zip(count).map(|(text, count)| function(text, count)))
    })
}

/// `text_store(value, length)`: a text as a column of that many characters stores it. Spaces beyond them are cut off, as on
/// other databases. Numbers and bytes are what SQLite makes of them.
fn store(context: &Context<'_>) -> Result<Option<Value>> {
    let ValueRef::Text(_) = context.get_raw(0) else {
        return context.get(0);
    };
    let (Some(text), Some(length)) = (text(context, 0)?, count(context, 1)?) else {
        return Ok(None);
    };
    let kept = first(text, length);
    if text[kept.len()..].bytes().all(|byte| byte == b' ') {
        Ok(Some(Value::Text(kept.to_owned())))
    } else {
        Err(error("text too long"))
    }
}

/// A function that makes a text as long as its second argument, by characters of the third.
fn pad(native: &Connection, name: &str, join: fn(&str, String) -> String) -> Result<()> {
    native.create_scalar_function(name, 3, PURE, move |context| {
        let (Some(value), Some(length)) = (text(context, 0)?, count(context, 1)?) else {
            return Ok(None);
        };
        let Some(fill) = text(context, 2)? else {
            return Ok(None);
        };
        let missing = length.saturating_sub(value.chars().count());
        if missing > LONGEST {
            return Err(failure(ffi::SQLITE_TOOBIG, None));
        }
        let fill: String = fill.chars().cycle().take(missing).collect();
        Ok(Some(join(first(value, length), fill)))
    })
}

/// An argument that is a text, or NULL.
pub(super) fn text<'c>(context: &'c Context<'_>, index: usize) -> Result<Option<&'c str>> {
    match context.get_raw(index) {
        ValueRef::Null => Ok(None),
        ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Some(text)),
            Err(_) => Err(failure(ffi::SQLITE_MISMATCH, None)),
        },
        ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Blob(_) => {
            Err(failure(ffi::SQLITE_MISMATCH, None))
        }
    }
}

/// An argument that is a number of characters, 0 if it is below, or NULL.
fn count(context: &Context<'_>, index: usize) -> Result<Option<usize>> {
    match context.get_raw(index) {
        ValueRef::Null => Ok(None),
        ValueRef::Integer(count) => Ok(Some(usize::try_from(count.max(0)).unwrap_or(usize::MAX))),
        ValueRef::Real(_) | ValueRef::Text(_) | ValueRef::Blob(_) => {
            Err(failure(ffi::SQLITE_MISMATCH, None))
        }
    }
}

/// The text from the character at `index` on.
fn skip(text: &str, index: usize) -> &str {
    let mut indices = text.char_indices();
    indices.nth(index).map_or("", |(place, _)| &text[place..])
}

/// The first characters of the text.
fn first(text: &str, count: usize) -> &str {
    let mut indices = text.char_indices();
    indices.nth(count).map_or(text, |(place, _)| &text[..place])
}

fn lowered(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.chars().map(lower).collect()
}

fn raised(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_uppercase();
    }
    text.chars().map(upper).collect()
}

/// The simple mapping of Unicode, from one letter to one, as the other databases have it.
fn lower(letter: char) -> char {
    letter.to_lowercase().next().unwrap_or(letter)
}

fn upper(letter: char) -> char {
    let mut letters = letter.to_uppercase();
    match (letters.next(), letters.next()) {
        (Some(only), None) => only,
        _ => titled(letter),
    }
}

/// Greek letters with an iota below, whose upper case is one letter in the simple mapping and two in the full one; and
/// letters that have none.
fn titled(letter: char) -> char {
    let distance = match letter {
        '\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}' => 8,
        '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => 9,
        _ => 0,
    };
    char::from_u32(u32::from(letter) + distance).unwrap_or(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_map_to_one_letter() {
        assert_eq!(lowered("ÄÉİßΣK"), "äéißσk");
        assert_eq!(raised("äéßıσςǆᾳ"), "ÄÉßIΣΣǄᾼ");
    }
}
