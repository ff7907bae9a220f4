//! SQL that is no expression in one form: its tokens in lower case, with names quoted where they need it.

use orm_core::lex::{Lexer, TokenKind};

use crate::capability::LEXICAL_RULES;

/// The tokens of SQL without blanks, comments and a terminator at the end.
pub(super) fn tokens(sql: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut sign_end = None;
    for token in Lexer::new(sql, LEXICAL_RULES).filter(|token| !token.is_trivia()) {
        let is_sign = token.kind == TokenKind::Other && token.text.chars().all(is_operator);
        match (token.kind, found.last_mut()) {
            (TokenKind::Word, _) => found.push(token.text.to_lowercase()),
            (TokenKind::QuotedName, _) => found.push(name(&token.value())),
            (_, Some(sign))
                if is_sign && sign_end == Some(token.start) && continues(token.text) =>
            {
                sign.push_str(token.text);
            }
            _ => found.push(token.text.to_owned()),
        }
        sign_end = is_sign.then(|| token.end());
    }
    while found.last().is_some_and(|last| last == ";") {
        found.pop();
    }
    found
}

fn is_operator(c: char) -> bool {
    "+-*/<>=~!@#%^&|`?:".contains(c)
}

/// A sign behind an operator is that of a number: `a=-1`.
fn continues(sign: &str) -> bool {
    !matches!(sign, "+" | "-")
}

/// A name with quotes, unless it is the same without.
fn name(name: &str) -> String {
    let mut bytes = name.bytes();
    let is_first = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
    let is_plain = bytes.next().is_some_and(is_first)
        && bytes.all(|byte| is_first(byte) || byte.is_ascii_digit());
    if is_plain && !RESERVED.contains(&name) {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}

/// The reserved words of PostgreSQL that may be names of columns and tables.
const RESERVED: &[&str] = &[
    "all",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "both",
    "by",
    "case",
    "cast",
    "check",
    "collate",
    "column",
    "constraint",
    "create",
    "default",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "false",
    "for",
    "foreign",
    "from",
    "grant",
    "group",
    "having",
    "in",
    "initially",
    "intersect",
    "into",
    "is",
    "join",
    "lateral",
    "leading",
    "left",
    "like",
    "limit",
    "natural",
    "not",
    "null",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "placing",
    "primary",
    "references",
    "returning",
    "right",
    "select",
    "some",
    "symmetric",
    "table",
    "then",
    "to",
    "trailing",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "variadic",
    "when",
    "where",
    "window",
    "with",
];

/// Writes tokens with blanks where they are usual.
pub(super) fn joined<T: AsRef<str>>(tokens: &[T]) -> String {
    let mut out = String::new();
    for token in tokens {
        let token = token.as_ref();
        let is_close = matches!(token, "," | ")" | "(" | "." | "[" | "]" | "::" | ":");
        let after_open = out.is_empty() || out.ends_with(['(', '.', '[', ':']);
        if !is_close && !after_open {
            out.push(' ');
        }
        out.push_str(token);
    }
    out
}

/// The position of the parenthesis that closes the one at `open`.
pub(super) fn closing(tokens: &[String], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.as_str() {
            "(" => depth += 1,
            ")" if depth == 1 => return Some(at),
            ")" => depth = depth.checked_sub(1)?,
            _ => {}
        }
    }
    None
}

/// The tokens inside of parentheses around all of them, or all.
pub(super) fn enclosed(tokens: &[String]) -> &[String] {
    match tokens {
        [first, inside @ .., _] if first == "(" && closing(tokens, 0) == Some(tokens.len() - 1) => {
            enclosed(inside)
        }
        all => all,
    }
}

/// Splits tokens at one that is in no parentheses.
pub(super) fn split<'t>(tokens: &'t [String], at: &str) -> Vec<&'t [String]> {
    let mut depth = 0_usize;
    let is_outside = |token: &String| {
        match token.as_str() {
            "(" | "[" => depth += 1,
            ")" | "]" => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && token == at
    };
    tokens.split(is_outside).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_written_in_one_way() {
        let form = |sql: &str| joined(&tokens(sql));
        assert_eq!(form("RANGE ( \"created\" , B ) ;"), "range(created, b)");
        assert_eq!(
            form("x /* why */ ON  \"S\".\"order\""),
            "x on \"S\".\"order\""
        );
        assert_eq!(form(&form("f( 'A b' )")), "f('A b')");
        assert_eq!(
            form("a<>b AND c=-1 OR (d)::text->>'x' = ''"),
            "a <> b and c = - 1 or(d)::text ->> 'x' = ''"
        );
    }

    #[test]
    fn parentheses_are_found() {
        assert_eq!(joined(enclosed(&tokens("((a) + (b))"))), "(a) +(b)");
        assert_eq!(enclosed(&tokens("(a) = (b)")).len(), 7);
        assert_eq!(split(&tokens("a, f(b, c), d"), ",").len(), 3);
    }
}
