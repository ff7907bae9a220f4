//! Writes the SQL of CHECKs, indexes and generated columns in one way.
//!
//! [`Expression`] has one precedence of operators for all databases. Where SQLite's differs, or where something is no
//! expression to it, the tokens are kept, with blanks in one way.

use orm_core::inspect::Expression;
use orm_core::lex::{Lexer, Token, TokenKind};
use orm_core::schema::Name;

use super::cursor::{Cursor, is_word, quoted};
use super::precedence::has_known_precedence;
use crate::capability::LEXICAL_RULES;

/// Keywords that stand for themselves in an expression, even if a column has the same name in quotes.
const KEYWORDS: &[&str] = &[
    "and",
    "as",
    "between",
    "case",
    "cast",
    "collate",
    "current_date",
    "current_time",
    "current_timestamp",
    "distinct",
    "else",
    "end",
    "escape",
    "exists",
    "false",
    "from",
    "glob",
    "in",
    "is",
    "isnull",
    "like",
    "match",
    "not",
    "notnull",
    "null",
    "or",
    "regexp",
    "then",
    "true",
    "when",
];

/// The expression in one way of writing. Names of `columns` are in quotes, as they are declared.
pub(super) fn canonical(sql: &str, columns: &[Name]) -> String {
    let mut sql = resolved(sql, columns);
    while let Some(inside) = enclosed(&sql) {
        sql = inside.to_owned();
    }
    // A text that is read as another tree than it was written from is not used: `-3 COLLATE x` is `-(3 COLLATE x)`.
    let text = written(&sql, columns);
    let text = text.filter(|text| written(text, columns).as_ref() == Some(text));
    text.unwrap_or_else(|| tidy(&sql))
}

/// The text of the tree of an expression. `None` if it has parts without a node.
fn written(sql: &str, columns: &[Name]) -> Option<String> {
    has_known_precedence(sql).then_some(())?;
    let mut is_known = true;
    let expression = Expression::parse(sql, LEXICAL_RULES).rewrite(&mut |node| match node {
        Expression::Atom(text) => Expression::Atom(column_atom(text, columns)),
        Expression::Opaque(_) => {
            is_known = false;
            node
        }
        Expression::Binary {
            ref operator,
            ref right,
            ..
        } => {
            is_known &= !(operator.starts_with("is") && is_state(right));
            node
        }
        _ => node,
    });
    let text = expression.to_string();
    let text = enclosed(&text).map_or(text.clone(), ToOwned::to_owned);
    is_known.then_some(text)
}

/// `a IS +TRUE` compares values, but would be written as IS TRUE, which does not.
fn is_state(operand: &Expression) -> bool {
    matches!(operand, Expression::Atom(word) if ["true", "false"].contains(&word.as_str()))
}

/// The text in the parentheses around a whole expression.
pub(super) fn enclosed(sql: &str) -> Option<&str> {
    let mut cursor = Cursor::new(sql);
    let inside = cursor.take_enclosed()?;
    // `(1, 2)` is a row, and `(SELECT 1)` a value.
    let is_one = super::cursor::items(inside).len() == 1 && !inside.is_empty();
    let is_query = Cursor::new(inside).has_any(&["SELECT", "VALUES", "WITH"]);
    (cursor.is_end() && is_one && !is_query).then_some(inside)
}

/// An atom that names a column, in quotes: the parser has removed those that other databases don't need.
fn column_atom(text: String, columns: &[Name]) -> String {
    if KEYWORDS.contains(&text.as_str()) {
        return text;
    }
    match columns.iter().find(|name| name.as_ref() == text) {
        Some(name) => quoted(name),
        None => text,
    }
}

/// The text with the names of columns as they are declared. Other names in double quotes are strings to SQLite
/// (<https://sqlite.org/quirks.html>, 8).
fn resolved(sql: &str, columns: &[Name]) -> String {
    let tokens: Vec<Token<'_>> = Lexer::new(sql, LEXICAL_RULES).collect();
    let mut text = String::with_capacity(sql.len());
    for (at, token) in tokens.iter().enumerate() {
        let mut behind = tokens[at + 1..].iter().filter(|token| !token.is_trivia());
        let is_path = behind
            .next()
            .is_some_and(|next| next.is_char('(') || next.is_char('.'));
        let mut before = tokens[..at].iter().rev().filter(|token| !token.is_trivia());
        let follows_name = before.next().is_some_and(|last| {
            last.is_char('.') || is_word(*last, "collate") || is_word(*last, "as")
        });
        if is_path || follows_name {
            text.push_str(token.text);
        } else {
            text.push_str(&resolved_token(*token, columns));
        }
    }
    text
}

fn resolved_token(token: Token<'_>, columns: &[Name]) -> String {
    let is_keyword = KEYWORDS.iter().any(|word| is_word(token, word));
    let is_name =
        token.kind == TokenKind::QuotedName || (token.kind == TokenKind::Word && !is_keyword);
    if !is_name {
        return token.text.to_owned();
    }
    let value = token.value();
    match column(columns, &value) {
        Some(name) => quoted(name),
        None if token.text.starts_with('"') => format!("'{}'", value.replace('\'', "''")),
        None => token.text.to_owned(),
    }
}

/// The column of a name: SQLite compares names without regard to the case of ASCII letters.
pub(super) fn column<'c>(columns: &'c [Name], name: &str) -> Option<&'c Name> {
    let mut columns = columns.iter();
    columns.find(|column| column.eq_ignore_ascii_case(name))
}

/// The blanks of an SQL text in one way: none after `(` and before `)` and `,`, one behind a comma, one elsewhere where
/// there was any. Comments are dropped.
pub(super) fn tidy(sql: &str) -> String {
    let mut text = String::with_capacity(sql.len());
    let (mut has_blank, mut opens) = (false, true);
    for token in Lexer::new(sql, LEXICAL_RULES) {
        if token.is_trivia() {
            has_blank = true;
            continue;
        }
        let closes = token.is_char(')') || token.is_char(',');
        if has_blank && !opens && !closes {
            text.push(' ');
        }
        text.push_str(token.text);
        opens = token.is_char('(');
        has_blank = token.is_char(',');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(sql: &str) -> String {
        let columns: Vec<Name> = ["a", "b", "Age", "add"].map(Into::into).to_vec();
        let text = canonical(sql, &columns);
        assert_eq!(canonical(&text, &columns), text, "{sql}");
        text
    }

    #[test]
    fn equal_expressions_are_written_in_one_way() {
        for (one, other, expected) in [
            ("AGE>=0", "((\"Age\" >= 0))", "\"Age\" >= 0"),
            ("[a] = `B`", "a=b", "\"a\" = \"b\""),
            (
                "a in ('x' , 'y')",
                "\"A\" IN ('x','y')",
                "\"a\" in ('x', 'y')",
            ),
            ("a IN (\"x\")", "a IN ('x')", "\"a\" in ('x')"),
            ("\"add\" /* no */ > 1", "add > 1", "\"add\" > 1"),
            ("LOWER(a) || b", "lower( a )||b", "lower(\"a\") || \"b\""),
            ("a NOT NULL", "\"a\"  NOT  NULL", "\"a\" NOT NULL"),
        ] {
            assert_eq!(written(one), expected);
            assert_eq!(written(other), expected);
        }
    }

    #[test]
    fn what_sqlite_reads_otherwise_keeps_its_tokens() {
        for (sql, expected) in [
            ("a || b + 1", "\"a\" || \"b\" + 1"),
            ("a = b  <  1", "\"a\" = \"b\" < 1"),
            ("a = X'0a'", "\"a\" = X'0a'"),
            ("a BETWEEN 1 AND 5 < b", "\"a\" BETWEEN 1 AND 5 < \"b\""),
            ("a IS + TRUE", "\"a\" IS + TRUE"),
            ("a IS NULL * b", "\"a\" IS NULL * \"b\""),
            ("( -3 )COLLATE x", "(-3)COLLATE x"),
            ("a - -1.5", "\"a\" - -1.5"),
            ("( a , b ) = ( 1,2 )", "(\"a\", \"b\") = (1, 2)"),
        ] {
            assert_eq!(written(sql), expected);
        }
        assert_ne!(written("(a || b) + 1"), written("a || (b + 1)"));
        assert_ne!(written("a - (b - 1)"), written("a - b - 1"));
    }

    #[test]
    fn blanks_are_written_in_one_way() {
        let sql = "SELECT  a ,b -- c\nFROM t WHERE x IN( 1,2 )";
        assert_eq!(tidy(sql), "SELECT a, b FROM t WHERE x IN(1, 2)");
        assert_eq!(tidy(&tidy(sql)), tidy(sql));
        assert_eq!(tidy("a - -1"), "a - -1");
    }
}
