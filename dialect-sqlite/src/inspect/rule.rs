//! Reads CHECKs as the rules that types have: `Rule::OneOf` and `Rule::Range`, if DDL writes these as they are.

use orm_core::lex::TokenKind;
use orm_core::schema::{Name, Rule};

use super::cursor::{Cursor, items};
use super::expression::{canonical, column, enclosed};

/// The rule of a CHECK's condition.
pub(super) fn read(sql: &str, columns: &[Name]) -> Rule {
    let mut inside = sql;
    while let Some(inner) = enclosed(inside) {
        inside = inner;
    }
    let text = canonical(inside, columns);
    let found = one_of(&text, columns).or_else(|| range(inside, columns));
    found.unwrap_or_else(|| Rule::Raw(text.into()))
}

/// `"size" IN ('s', 'l')`
fn one_of(sql: &str, columns: &[Name]) -> Option<Rule> {
    let mut cursor = Cursor::new(sql);
    let column = column(columns, &cursor.take_name()?)?.clone();
    cursor.take_words(&["IN"]).then_some(())?;
    let inside = cursor.take_enclosed()?;
    cursor.is_end().then_some(())?;
    if inside.is_empty() {
        let labels = Vec::new();
        return Some(Rule::OneOf { column, labels });
    }
    let labels = items(inside)
        .into_iter()
        .map(label)
        .collect::<Option<_>>()?;
    Some(Rule::OneOf { column, labels })
}

fn label(sql: &str) -> Option<Name> {
    let mut cursor = Cursor::new(sql);
    let token = cursor.take()?;
    let is_text = token.kind == TokenKind::String && cursor.is_end();
    is_text.then(|| token.value().into_owned().into())
}

/// `"age" BETWEEN 0 AND 255`; beyond 64 bits with a sign, both bounds are texts.
fn range(sql: &str, columns: &[Name]) -> Option<Rule> {
    let mut cursor = Cursor::new(sql);
    let column = column(columns, &cursor.take_name()?)?.clone();
    cursor.take_words(&["BETWEEN"]).then_some(())?;
    let (least, first_is_text) = bound(&mut cursor)?;
    cursor.take_words(&["AND"]).then_some(())?;
    let (most, second_is_text) = bound(&mut cursor)?;
    cursor.is_end().then_some(())?;
    let (least, most) = (i64::try_from(least).ok()?, u64::try_from(most).ok()?);
    let is_wide = i64::try_from(most).is_err();
    let is_written_so = first_is_text == is_wide && second_is_text == is_wide;
    is_written_so.then_some(Rule::Range {
        column,
        least,
        most,
    })
}

/// An integer, and whether it is the text of one.
fn bound(cursor: &mut Cursor<'_>) -> Option<(i128, bool)> {
    let sign = if cursor.take_char('-') { -1 } else { 1 };
    let token = cursor.take()?;
    let is_text = token.kind == TokenKind::String;
    let is_written = is_text || token.kind == TokenKind::Word;
    let number: i128 = token.value().parse().ok().filter(|_| is_written)?;
    (!is_text || sign == 1).then_some((number * sign, is_text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Vec<Name> {
        vec!["size".into(), "Age".into()]
    }

    #[test]
    fn rules_of_types_are_found() {
        let labels = vec!["s".into(), "it's".into()];
        let column = Name::from("size");
        let one_of = Rule::OneOf { column, labels };
        assert_eq!(read("\"size\" IN ('s', 'it''s')", &columns()), one_of);
        assert_eq!(read("(size) IN (\"s\", 'it''s')", &columns()), one_of);
        let column = Name::from("Age");
        let range = |least, most| Rule::Range {
            column: column.clone(),
            least,
            most,
        };
        assert_eq!(read("age between -5 and 5", &columns()), range(-5, 5));
        let wide = "\"Age\" BETWEEN '0' AND '18446744073709551615'";
        assert_eq!(read(wide, &columns()), range(0, u64::MAX));
    }

    #[test]
    fn what_ddl_writes_otherwise_is_no_rule() {
        for sql in [
            "size IN ('s', 1)",
            "size IN ('s') OR 1",
            "other IN ('s')",
            "age BETWEEN '0' AND '5'",
            "age BETWEEN 0 AND 5.5",
            "age BETWEEN 0 AND -1",
        ] {
            assert!(matches!(read(sql, &columns()), Rule::Raw(_)), "{sql}");
        }
    }
}
