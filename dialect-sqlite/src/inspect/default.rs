//! Writes defaults in one way.

use orm_core::lex::TokenKind;

use super::cursor::{Cursor, is_word};
use super::expression::{canonical, enclosed};

/// The text behind DEFAULT in one way: a literal, or an expression in parentheses. `None` for NULL, which is the default
/// anyway.
pub(super) fn canonical_default(sql: &str) -> Option<String> {
    let mut inside = sql.trim();
    let is_expression = enclosed(inside).is_some();
    while let Some(inner) = enclosed(inside) {
        inside = inner;
    }
    if Cursor::new(inside).has_words(&["NULL"]) && Cursor::new(inside).peek(1).is_none() {
        return None;
    }
    let literal = literal(inside, is_expression);
    Some(literal.unwrap_or_else(|| format!("({})", canonical(inside, &[]))))
}

/// A text that is one literal, or a name that stands for a string outside of parentheses.
fn literal(sql: &str, is_expression: bool) -> Option<String> {
    let mut cursor = Cursor::new(sql);
    let sign = if cursor.take_char('-') { "-" } else { "" };
    cursor.take_char('+');
    let first = cursor.take()?;
    if first.is_char('.') || first.text.starts_with(|c: char| c.is_ascii_digit()) {
        return is_number(sql[first.start..].trim_end()).then(|| {
            format!(
                "{sign}{}",
                sql[first.start..].trim_end().to_ascii_lowercase()
            )
        });
    }
    if !sign.is_empty() {
        return None;
    }
    if is_word(first, "x")
        && cursor
            .peek(0)
            .is_some_and(|next| next.kind == TokenKind::String)
    {
        return Some(sql.trim().to_ascii_uppercase());
    }
    cursor.is_end().then_some(())?;
    let text = |value: &str| format!("'{}'", value.replace('\'', "''"));
    match first.kind {
        TokenKind::String => Some(first.text.to_owned()),
        TokenKind::QuotedName => Some(text(&first.value())),
        TokenKind::Word if is_word(first, "true") => Some("1".to_owned()),
        TokenKind::Word if is_word(first, "false") => Some("0".to_owned()),
        TokenKind::Word if is_current(first.text) => Some(first.text.to_ascii_uppercase()),
        TokenKind::Word if !is_expression => Some(text(first.text)),
        _ => None,
    }
}

fn is_current(word: &str) -> bool {
    let known = ["CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME"];
    known.iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// Whether a text that begins as a number is nothing else.
fn is_number(text: &str) -> bool {
    let is_hex = text.len() > 2 && text[..2].eq_ignore_ascii_case("0x");
    let digits = |c: char| c.is_ascii_hexdigit() || c == '_';
    if is_hex {
        text[2..].chars().all(digits)
    } else {
        text.parse::<f64>().is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_written_in_one_way() {
        for (written, expected) in [
            ("NULL", None),
            ("((null))", None),
            ("TRUE", Some("1")),
            ("(false)", Some("0")),
            ("+5", Some("5")),
            ("- 1.5E3", Some("-1.5e3")),
            ("(-7)", Some("-7")),
            ("'it''s'", Some("'it''s'")),
            ("\"no\"", Some("'no'")),
            ("active", Some("'active'")),
            ("x'0a'", Some("X'0A'")),
            ("(current_date)", Some("CURRENT_DATE")),
            ("(strftime('%s' , 'now'))", Some("(strftime('%s', 'now'))")),
            ("((1)+2)", Some("(1 + 2)")),
            ("(1 - 2)", Some("(1 - 2)")),
        ] {
            let text = canonical_default(written);
            assert_eq!(text.as_deref(), expected, "{written}");
            if let Some(text) = text {
                assert_eq!(canonical_default(&text), Some(text.clone()));
            }
        }
    }
}
