//! Names of columns in SQL texts, found by the lexer.
//!
//! A name is renamed where it stands for a column: not as a function, a type, a collation, a qualifier or in a string.

use std::borrow::Cow;

use crate::lex::{Lexer, LexicalRule, LexicalRules, Token, TokenKind, is_any};
use crate::schema::{Name, SqlText};

/// Renames a column in a text of each dialect.
pub(super) fn rename(sql: &mut SqlText, from: &str, to: &str) {
    match sql {
        SqlText::Same(text) => rename_text(text, LexicalRules::STANDARD, from, to),
        SqlText::PerDialect(texts) => {
            for (dialect, text) in texts.to_mut() {
                rename_text(text, rules_of(dialect), from, to);
            }
        }
    }
}

/// Returns whether a text of any dialect uses a column.
#[cfg(feature = "compare")]
pub(in crate::schema) fn mentions(sql: &SqlText, column: &str) -> bool {
    let found = |text: &str, rules| !places(text, rules, column).is_empty();
    match sql {
        SqlText::Same(text) => found(text, LexicalRules::STANDARD),
        SqlText::PerDialect(texts) => texts
            .iter()
            .any(|(dialect, text)| found(text, rules_of(dialect))),
    }
}

// A schema is plain data: no dialect is at hand to ask for its rules. What differs in expressions is few.
fn rules_of(dialect: &str) -> LexicalRules {
    match dialect {
        "mysql" | "mariadb" => LexicalRules::of(&[
            LexicalRule::BackslashEscapes,
            LexicalRule::DoubleQuotedStrings,
            LexicalRule::HashComments,
        ]),
        "sqlite" => LexicalRules::of(&[LexicalRule::BracketNames]),
        _ => LexicalRules::of(&[LexicalRule::EscapeStrings, LexicalRule::DollarQuotes]),
    }
}

fn rename_text(text: &mut Name, rules: LexicalRules, from: &str, to: &str) {
    let places = places(text, rules, from);
    if places.is_empty() {
        return;
    }
    let mut renamed = String::with_capacity(text.len());
    let mut end = 0;
    for token in places {
        renamed.push_str(&text[end..token.start]);
        renamed.push_str(&written(token, to, rules));
        end = token.end();
    }
    renamed.push_str(&text[end..]);
    *text = renamed.into();
}

/// The new name in the quotes of the old one. Without quotes it gets some only if it needs them: a text of every dialect
/// can have none that all of them read as those of a name.
fn written<'n>(token: Token<'_>, name: &'n str, rules: LexicalRules) -> Cow<'n, str> {
    let open = match token.kind {
        TokenKind::QuotedName => token.text.chars().next(),
        _ if is_plain(name) => None,
        _ if rules.has(LexicalRule::DoubleQuotedStrings) => Some('`'),
        _ => Some('"'),
    };
    let Some(open) = open else {
        return Cow::Borrowed(name);
    };
    let close = if open == '[' { ']' } else { open };
    let doubled = name.replace(close, &format!("{close}{close}"));
    format!("{open}{doubled}{close}").into()
}

fn is_plain(name: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    name.bytes().all(is_word) && !name.starts_with(|first: char| first.is_ascii_digit())
}

/// The tokens that stand for a column.
fn places<'t>(text: &'t str, rules: LexicalRules, column: &str) -> Vec<Token<'t>> {
    let rules = rules.and(&[LexicalRule::BacktickNames]);
    let tokens: Vec<_> = Lexer::new(text, rules)
        .filter(|token| !token.is_trivia())
        .collect();
    let is_column = |at: &usize| {
        let is_name = match tokens[*at].kind {
            TokenKind::QuotedName => tokens[*at].value() == column,
            TokenKind::Word => tokens[*at].text.eq_ignore_ascii_case(column),
            _ => false,
        };
        is_name && stands_for_column(&tokens, *at)
    };
    let found = (0..tokens.len()).filter(is_column);
    found.map(|at| tokens[at]).collect()
}

fn stands_for_column(tokens: &[Token<'_>], at: usize) -> bool {
    let next = tokens.get(at + 1);
    let is_next = |c| next.is_some_and(|token| token.is_char(c));
    if is_next('.') {
        return false;
    }
    let is_literal = next.is_some_and(|token| token.kind == TokenKind::String);
    if tokens[at].kind == TokenKind::Word && (is_next('(') || is_literal) {
        return false;
    }
    let Some(before) = at.checked_sub(1).map(|before| &tokens[before]) else {
        return true;
    };
    !(before.is_char(':') || is_any(before.text, &["AS", "COLLATE"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn renamed(sql: &'static str) -> String {
        let mut text = Name::Borrowed(sql);
        rename_text(&mut text, LexicalRules::STANDARD, "age", "years");
        text.into_owned()
    }

    #[test]
    fn a_column_is_renamed_where_it_is_used() {
        for (sql, expected) in [
            ("age >= 0", "years >= 0"),
            ("\"age\" + AGE", "\"years\" + years"),
            ("`age`>ages", "`years`>ages"),
            ("users.age > 1", "users.years > 1"),
            ("lower('age') = age", "lower('age') = years"),
            ("x /* age */ + age -- age", "x /* age */ + years -- age"),
            ("age(age)::age", "age(years)::age"),
            ("CAST(age AS age)", "CAST(years AS age)"),
            ("age.x COLLATE age", "age.x COLLATE age"),
            ("age '1'", "age '1'"),
        ] {
            assert_eq!(renamed(sql), expected, "{sql}");
        }
    }

    #[test]
    fn a_name_that_needs_quotes_gets_them() {
        let mut sql = SqlText::from("age > `age`");
        rename(&mut sql, "age", "My `age\"");
        assert_eq!(sql, "\"My `age\"\"\" > `My ``age\"`".into());
    }

    #[test]
    fn the_rules_are_those_of_the_dialect() {
        let of = |dialect, sql| {
            SqlText::PerDialect(vec![(Name::Borrowed(dialect), Name::Borrowed(sql))].into())
        };
        let mut sql = of("mysql", r#"age > "age" AND x <> 'it\'s age'"#);
        rename(&mut sql, "age", "years");
        assert_eq!(sql, of("mysql", r#"years > "age" AND x <> 'it\'s age'"#));
        let mut sql = of("mysql", "age > 0");
        rename(&mut sql, "age", "My age");
        assert_eq!(sql, of("mysql", "`My age` > 0"));
        let mut sql = of("sqlite", "[age] > 1");
        rename(&mut sql, "age", "years");
        assert_eq!(sql, of("sqlite", "[years] > 1"));
    }
}
