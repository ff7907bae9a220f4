//! Parts of queries in one way of writing: names, expressions, and tokens that are not understood.
//!
//! Used by `views.rs` and `from_clause.rs`.

use orm_core::inspect::Expression;
use orm_core::lex::{Token, TokenKind, is_any};

use super::expressions;
use super::prepare::string_value;
use crate::types;

/// The clauses of a query in their order.
pub(super) const CLAUSES: &[&str] = &[
    "select", "from", "where", "group", "having", "order", "limit",
];

/// All tokens with one blank between them, names without needless quotes, words in lower case where they can't be names.
pub(super) fn plain(tokens: &[Token<'_>]) -> String {
    let mut text = String::new();
    for token in tokens {
        let word = match token.kind {
            TokenKind::String => types::quoted(&string_value(token.text)),
            TokenKind::QuotedName => name(token),
            TokenKind::Word if is_keyword(token.text) => token.text.to_lowercase(),
            _ => token.text.to_owned(),
        };
        let is_tight = text.is_empty()
            || text.ends_with(['(', '.'])
            || matches!(word.as_str(), ")" | "," | ".");
        text.push_str(if is_tight { "" } else { " " });
        text.push_str(&word);
    }
    text
}

/// A name as it is written: without quotes if it is a plain word.
pub(super) fn name(token: &Token<'_>) -> String {
    let name = token.value();
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.chars().all(is_word)
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && is_free(&name)
    {
        name.into_owned()
    } else {
        format!("`{}`", name.replace('`', "``"))
    }
}

/// Whether a word is no keyword of expressions.
fn is_free(name: &str) -> bool {
    !is_keyword(name) && expressions::value(&format!("`{name}`")).to_string() == name.to_lowercase()
}

/// Whether a word has a meaning in queries.
pub(super) fn is_keyword(word: &str) -> bool {
    const WORDS: &[&str] = &[
        "as",
        "on",
        "join",
        "left",
        "right",
        "inner",
        "outer",
        "cross",
        "straight_join",
        "natural",
        "using",
        "distinct",
        "all",
        "by",
        "asc",
        "desc",
        "and",
        "or",
        "not",
        "in",
        "is",
        "null",
        "like",
        "between",
        "exists",
        "case",
        "when",
        "then",
        "else",
        "end",
        "union",
        "intersect",
        "except",
        "with",
        "recursive",
        "over",
        "partition",
        "rows",
        "range",
        "window",
        "offset",
        "lateral",
        "values",
        "row",
    ];
    is_any(word, CLAUSES) || is_any(word, WORDS)
}

/// An expression, without the name of the only table before its columns.
pub(super) fn expression(
    tokens: &[Token<'_>],
    only: Option<&str>,
    is_condition: bool,
) -> Option<String> {
    let (first, last) = (tokens.first()?, tokens.last()?);
    if tokens.iter().any(|token| is_any(token.text, &["select"])) {
        return Some(plain(tokens));
    }
    let mut sql = String::new();
    let mut end = first.start;
    for token in tokens {
        sql.push_str(if token.start > end { " " } else { "" });
        sql.push_str(token.text);
        end = token.end();
    }
    debug_assert!(end == last.end(), "tokens are in order");
    let read = if is_condition {
        expressions::condition(&sql)
    } else {
        expressions::value(&sql)
    };
    let Some(only) = only else {
        return Some(read.to_string());
    };
    let prefixes = [
        format!("{}.", only.to_lowercase()),
        format!("`{}`.", only.to_lowercase().replace('`', "``")),
    ];
    let unqualified = read.rewrite(&mut |node| match node {
        Expression::Atom(text) if !text.starts_with('\'') => {
            let rest = prefixes
                .iter()
                .find_map(|prefix| text.strip_prefix(prefix.as_str()));
            Expression::Atom(rest.map_or_else(|| text.clone(), str::to_owned))
        }
        other => other,
    });
    Some(unqualified.to_string())
}
