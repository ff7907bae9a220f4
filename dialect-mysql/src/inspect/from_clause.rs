//! The FROM clause of a view's query: joined tables without parentheses, with their aliases and conditions.

use orm_core::lex::{Token, TokenKind, is_any};

use super::tokens::{expression, is_keyword, name};

/// The tables of FROM, and the name of the table if it is the only one.
pub(super) fn tables(tokens: &[Token<'_>]) -> Option<(String, Option<String>)> {
    if tokens.iter().any(|token| {
        is_any(
            token.text,
            &["select", "using", "natural", "lateral", "json_table"],
        )
    }) {
        return None;
    }
    let is_join = |token: &Token<'_>| {
        token.is_char(',')
            || is_any(
                token.text,
                &["join", "left", "right", "inner", "cross", "straight_join"],
            )
    };
    let mut text = String::new();
    let (mut at, mut count, mut only) = (0, 0, None);
    while at < tokens.len() {
        let token = &tokens[at];
        if token.is_char('(') || token.is_char(')') {
            at += 1;
        } else if is_join(token) {
            let (words, next) = join(tokens, at);
            text.push_str(words);
            at = next;
        } else if token.text.eq_ignore_ascii_case("on") {
            let end = condition_end(tokens, at + 1, is_join);
            text.push_str(" on ");
            text.push_str(&expression(&tokens[at + 1..end], None, true)?);
            at = end;
        } else {
            let (table, alias, next) = table(tokens, at)?;
            text.push_str(&table);
            count += 1;
            only = Some(alias);
            at = next;
        }
    }
    Some((text, only.filter(|_| count == 1)))
}

/// The words of a join, and where they end. All joins without a side are alike.
fn join(tokens: &[Token<'_>], mut at: usize) -> (&'static str, usize) {
    let mut words = " join ";
    while let Some(token) = tokens.get(at) {
        if token.text.eq_ignore_ascii_case("left") {
            words = " left join ";
        } else if token.text.eq_ignore_ascii_case("right") {
            words = " right join ";
        } else if !token.is_char(',')
            && !is_any(
                token.text,
                &["inner", "cross", "outer", "straight_join", "join"],
            )
        {
            break;
        }
        at += 1;
    }
    (words, at)
}

/// Where the condition of a join ends: at the next join, or at a parenthesis that closes what is around it.
fn condition_end(tokens: &[Token<'_>], from: usize, is_join: impl Fn(&Token<'_>) -> bool) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(from) {
        if token.is_char('(') {
            depth += 1;
        } else if token.is_char(')') {
            if depth == 0 {
                return at;
            }
            depth -= 1;
        } else if depth == 0
            && is_join(token)
            && !tokens.get(at + 1).is_some_and(|next| next.is_char('('))
        {
            return at;
        }
    }
    tokens.len()
}

/// A table with its alias: the text, the name by which columns are qualified, and where it ends.
fn table(tokens: &[Token<'_>], mut at: usize) -> Option<(String, String, usize)> {
    let is_name = |token: &Token<'_>| matches!(token.kind, TokenKind::Word | TokenKind::QuotedName);
    let first = tokens.get(at).filter(|token| is_name(token))?;
    let (mut text, mut own) = (name(first), first.value().into_owned());
    at += 1;
    while tokens.get(at).is_some_and(|token| token.is_char('.')) {
        let next = tokens.get(at + 1).filter(|token| is_name(token))?;
        text = format!("{text}.{}", name(next));
        own = next.value().into_owned();
        at += 2;
    }
    at += usize::from(
        tokens
            .get(at)
            .is_some_and(|token| token.text.eq_ignore_ascii_case("as")),
    );
    let alias = tokens.get(at).filter(|token| {
        is_name(token) && !(token.kind == TokenKind::Word && is_keyword(token.text))
    });
    if let Some(alias) = alias {
        text = format!("{text} {}", name(alias));
        own = alias.value().into_owned();
        at += 1;
    }
    Some((text, own, at))
}
