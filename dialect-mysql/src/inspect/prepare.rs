//! What the general parser of expressions does not know of MySQL's SQL is written in another way before: introducers,
//! escapes in strings, `&&`, intervals, character sets of casts.

use std::fmt::Write as _;

use orm_core::lex::{Lexer, Token, TokenKind};

use crate::capability::LEXICAL_RULES;
use crate::types;

/// The name of the type by which an interval passes the parser.
pub(super) const INTERVAL: &str = "interval";

/// The units of intervals.
const UNITS: &[&str] = &[
    "microsecond",
    "second",
    "minute",
    "hour",
    "day",
    "week",
    "month",
    "quarter",
    "year",
    "second_microsecond",
    "minute_microsecond",
    "minute_second",
    "hour_microsecond",
    "hour_second",
    "hour_minute",
    "day_microsecond",
    "day_second",
    "day_minute",
    "day_hour",
    "year_month",
];

/// Rewrites an expression for the parser.
pub(super) fn prepared(sql: &str) -> String {
    let tokens: Vec<Token<'_>> = Lexer::new(sql, LEXICAL_RULES).collect();
    let mut out = String::with_capacity(sql.len());
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at += match token.kind {
            TokenKind::String => {
                out.push_str(&types::quoted(&string_value(token.text)));
                1
            }
            TokenKind::Word => word(&tokens[at..], &mut out),
            TokenKind::Other => sign(&tokens[at..], &mut out),
            _ => {
                out.push_str(token.text);
                1
            }
        };
    }
    out
}

/// Writes what begins with a word, and returns the number of its tokens.
fn word(tokens: &[Token<'_>], out: &mut String) -> usize {
    let word = tokens[0].text.to_ascii_lowercase();
    let next = tokens.get(1);
    let is_before_string = next.is_some_and(|next| next.kind == TokenKind::String);
    match word.as_str() {
        "x" | "b" if is_before_string => {
            let digits = next.map_or("", |next| next.text.trim_matches('\''));
            out.push_str(&hexadecimal(digits, if word == "x" { 16 } else { 2 }));
            2
        }
        _ if word.starts_with('_')
            && significant(tokens, 1).is_some_and(|(_, next)| next.kind == TokenKind::String) =>
        {
            1
        }
        "charset" | "character" => charset(tokens, out),
        "interval" => interval(tokens, out),
        _ => {
            out.push_str(tokens[0].text);
            1
        }
    }
}

/// The first token that is no blank from an index on, with its index.
fn significant<'t, 'a>(tokens: &'t [Token<'a>], from: usize) -> Option<(usize, &'t Token<'a>)> {
    let rest = tokens.iter().enumerate().skip(from);
    rest.into_iter().find(|(_, token)| !token.is_trivia())
}

/// The character set of a cast: the connection's is left out, and bytes have a type of their own.
fn charset(tokens: &[Token<'_>], out: &mut String) -> usize {
    let mut at = 1;
    if tokens[0].text.eq_ignore_ascii_case("character") {
        match significant(tokens, at) {
            Some((index, set)) if set.text.eq_ignore_ascii_case("set") => at = index + 1,
            _ => at = tokens.len(),
        }
    }
    match significant(tokens, at) {
        Some((index, name)) if name.text.eq_ignore_ascii_case("utf8mb4") => {
            // MariaDB, on a connection with a binary collation.
            match significant(tokens, index + 1) {
                Some((end, word)) if word.text.eq_ignore_ascii_case("binary") => end + 1,
                _ => index + 1,
            }
        }
        Some((index, name)) if name.text.eq_ignore_ascii_case("binary") => {
            let before = out.trim_end().len();
            out.truncate(before);
            if out.ends_with("char") {
                out.truncate(before - "char".len());
                out.push_str("binary");
            }
            index + 1
        }
        _ => {
            out.push_str(tokens[0].text);
            1
        }
    }
}

/// `INTERVAL 1 DAY` becomes a typed literal, which the parser knows.
fn interval(tokens: &[Token<'_>], out: &mut String) -> usize {
    let found = significant(tokens, 1).and_then(|(mut at, mut value)| {
        let mut text = String::new();
        if value.is_char('-') {
            text.push('-');
            (at, value) = significant(tokens, at + 1)?;
        }
        match value.kind {
            TokenKind::String => text.push_str(&types::quoted(&string_value(value.text))),
            TokenKind::Word => text.push_str(&value.text.to_ascii_lowercase()),
            _ => return None,
        }
        let (end, unit) = significant(tokens, at + 1)?;
        let unit = unit.text.to_ascii_lowercase();
        UNITS
            .contains(&unit.as_str())
            .then(|| (format!("{text} {unit}"), end + 1))
    });
    let Some((text, count)) = found else {
        out.push_str(tokens[0].text);
        return 1;
    };
    out.push_str(INTERVAL);
    out.push(' ');
    out.push_str(&types::quoted(&text));
    count
}

/// `&&` and `||` are AND and OR, and bind as loosely.
fn sign(tokens: &[Token<'_>], out: &mut String) -> usize {
    let is_double =
        |c: char| tokens[0].is_char(c) && tokens.get(1).is_some_and(|next| next.is_char(c));
    let (text, count) = if is_double('&') {
        (" and ", 2)
    } else if is_double('|') {
        (" or ", 2)
    } else {
        (tokens[0].text, 1)
    };
    out.push_str(text);
    count
}

/// A number in hexadecimal or binary digits as a literal of bytes.
fn hexadecimal(digits: &str, radix: u32) -> String {
    let mut hex = if radix == 16 {
        digits.to_ascii_lowercase()
    } else {
        u64::from_str_radix(digits, radix)
            .map_or_else(|_| digits.to_owned(), |number| format!("{number:x}"))
    };
    if hex.len() % 2 == 1 {
        hex.insert(0, '0');
    }
    format!("0x{hex}")
}

/// The characters of a string in quotes.
pub(super) fn string_value(text: &str) -> String {
    let mut chars = text.chars();
    let quote = chars.next();
    let mut value = String::with_capacity(text.len());
    while let Some(c) = chars.next() {
        if c == '\\' {
            match chars.next() {
                Some('n') => value.push('\n'),
                Some('t') => value.push('\t'),
                Some('r') => value.push('\r'),
                Some('0') => value.push('\0'),
                Some('b') => value.push('\u{8}'),
                Some('Z') => value.push('\u{1a}'),
                // The backslash is kept for LIKE.
                Some(wildcard @ ('%' | '_')) => value.extend(['\\', wildcard]),
                Some(other) => value.push(other),
                None => {}
            }
        } else if Some(c) == quote {
            if chars.next() == quote {
                value.push(c);
            }
        } else {
            value.push(c);
        }
    }
    value
}

/// Undoes the escapes with which MySQL's information schema has expressions, and their character set: it has the bytes of
/// UTF-8 as characters of latin1 (MySQL bug 96285).
pub(super) fn stored_expression(text: &str) -> String {
    let text = decoded(text);
    let mut chars = text.chars();
    let mut sql = String::with_capacity(text.len());
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n') => sql.push('\n'),
                Some('r') => sql.push('\r'),
                Some('0') => sql.push('\0'),
                Some('Z') => sql.push('\u{1a}'),
                Some(other) => sql.push(other),
                None => {}
            },
            c => sql.push(c),
        }
    }
    sql
}

/// The text whose bytes in UTF-8 are the characters of `text` in latin1, or `text` if there is none.
fn decoded(text: &str) -> String {
    let bytes: Option<Vec<u8>> = text.chars().map(latin1).collect();
    let found = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    found.unwrap_or_else(|| text.to_owned())
}

/// The byte of a character in MySQL's latin1, which is Windows' code page 1252.
fn latin1(c: char) -> Option<u8> {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    if let Some(at) = HIGH.iter().position(|high| *high == c) {
        return u8::try_from(0x80 + at).ok();
    }
    u8::try_from(u32::from(c)).ok()
}

/// Writes bytes as a literal.
pub(super) fn hex_literal(bytes: &[u8]) -> String {
    let mut text = String::from("0x");
    for byte in bytes {
        // Writing to a String can't fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_parser_does_not_know_is_rewritten() {
        for (sql, expected) in [
            (r"c = _utf8mb4'x\'y'", "c = 'x''y'"),
            ("a && b || c", "a  and  b  or  c"),
            ("cast(c as char(3) charset utf8mb4)", "cast(c as char(3) )"),
            ("cast(c as char character set binary)", "cast(c as binary)"),
            ("d + INTERVAL -1 DAY", "d + interval '-1 day'"),
            ("a = X'4A' + b'101'", "a = 0x4a + 0x05"),
            (
                "charset = 1 and interval(a, 2)",
                "charset = 1 and interval(a, 2)",
            ),
            ("a <= 1 and b | 2", "a <= 1 and b | 2"),
        ] {
            assert_eq!(prepared(sql), expected);
        }
    }

    #[test]
    fn strings_have_values() {
        for (text, value) in [
            (r"'a\nb'", "a\nb"),
            ("'a''b'", "a'b"),
            (r"'50\%'", r"50\%"),
            (r#""a""b""#, "a\"b"),
        ] {
            assert_eq!(string_value(text), value);
        }
    }

    #[test]
    fn the_catalogue_of_mysql_is_decoded() {
        assert_eq!(
            stored_expression(r"(`c` = _utf8mb4\'Ã©\\\'x\')"),
            r"(`c` = _utf8mb4'é\'x')"
        );
        assert_eq!(stored_expression("é æ—¥"), "é æ—¥");
        assert_eq!(stored_expression("æ—¥"), "日");
    }
}
