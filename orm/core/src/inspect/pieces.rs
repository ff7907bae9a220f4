//! The tokens of an expression as the parser needs them: numbers, names with dots and operators in one piece.

use std::iter::Peekable;

use crate::lex::{Lexer, LexicalRules, Token, TokenKind};

/// A part of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// A keyword or an unquoted name in lower case, a name with its schema or table, or a number.
    Word(String),
    /// A quoted name, with its quotes where it needs them.
    Name(String),
    /// A string in single quotes.
    Text(String),
    /// An operator, a comma, a bracket or a parenthesis.
    Sign(String),
}

impl Piece {
    /// The text of the piece.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Word(text) | Self::Name(text) | Self::Text(text) | Self::Sign(text) => text,
        }
    }

    /// Whether the piece is this keyword.
    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(self, Self::Word(own) if own == word)
    }

    /// Whether the piece is this operator or punctuation.
    pub(super) fn is_sign(&self, sign: &str) -> bool {
        matches!(self, Self::Sign(own) if own == sign)
    }
}

/// Reads the pieces of an expression.
pub(super) fn pieces(sql: &str, rules: LexicalRules) -> Vec<Piece> {
    let tokens: Vec<Token<'_>> = Lexer::new(sql, rules).collect();
    let mut rest = tokens.iter().copied().peekable();
    let mut found = Vec::new();
    while let Some(token) = rest.next() {
        match token.kind {
            TokenKind::Blank | TokenKind::Comment | TokenKind::CodeStart | TokenKind::CodeEnd => {}
            TokenKind::String => found.push(Piece::Text(string(token))),
            TokenKind::Word | TokenKind::QuotedName => found.push(dotted(token, &mut rest)),
            _ if token.is_char('.') && next_is_digit(&mut rest) => {
                let digits = rest.next().map_or("", |digits| digits.text);
                found.push(Piece::Word(format!("0.{}", digits.to_lowercase())));
            }
            _ => {
                let sign = sign(&sql[token.start..]);
                let end = token.start + sign.len();
                while rest.next_if(|next| next.start < end).is_some() {}
                found.push(Piece::Sign(sign.to_owned()));
            }
        }
    }
    found
}

fn next_is_digit<'a>(rest: &mut Peekable<impl Iterator<Item = Token<'a>>>) -> bool {
    rest.peek()
        .is_some_and(|token| token.text.starts_with(|c: char| c.is_ascii_digit()))
}

/// A string of MySQL in double quotes gets single ones.
fn string(token: Token<'_>) -> String {
    if token.text.starts_with('"') {
        format!("'{}'", token.value().replace('\'', "''"))
    } else {
        token.text.to_owned()
    }
}

/// A word or name with those behind its dots, and a number with its fraction.
fn dotted<'a>(first: Token<'a>, rest: &mut Peekable<impl Iterator<Item = Token<'a>>>) -> Piece {
    let mut text = part(first);
    let mut is_word = first.kind == TokenKind::Word;
    while rest.peek().is_some_and(|token| token.is_char('.')) {
        rest.next();
        text.push('.');
        if let Some(next) = rest.next_if(|token| is_name(*token)) {
            is_word &= next.kind == TokenKind::Word;
            text.push_str(&part(next));
        }
    }
    if is_word {
        Piece::Word(text)
    } else {
        Piece::Name(text)
    }
}

fn is_name(token: Token<'_>) -> bool {
    matches!(token.kind, TokenKind::Word | TokenKind::QuotedName)
}

fn part(token: Token<'_>) -> String {
    if token.kind == TokenKind::Word {
        return token.text.to_lowercase();
    }
    let name = token.value();
    if is_plain(&name) && !RESERVED.contains(&&*name) {
        name.into_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}

/// Whether a name means the same without quotes.
fn is_plain(name: &str) -> bool {
    let is_first = |byte: &u8| byte.is_ascii_lowercase() || *byte == b'_';
    let mut bytes = name.as_bytes().iter();
    bytes.next().is_some_and(is_first) && bytes.all(|byte| is_first(byte) || byte.is_ascii_digit())
}

/// Words that can't stand without quotes in an expression of one of the databases, or would mean something else.
const RESERVED: &[&str] = &[
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "between",
    "both",
    "by",
    "case",
    "cast",
    "check",
    "collate",
    "column",
    "constraint",
    "create",
    "current_date",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "delete",
    "desc",
    "distinct",
    "div",
    "do",
    "drop",
    "else",
    "end",
    "except",
    "exists",
    "false",
    "for",
    "foreign",
    "from",
    "grant",
    "group",
    "having",
    "if",
    "in",
    "index",
    "insert",
    "intersect",
    "interval",
    "into",
    "is",
    "isnull",
    "join",
    "key",
    "keys",
    "leading",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "mod",
    "not",
    "notnull",
    "null",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "placing",
    "primary",
    "range",
    "read",
    "references",
    "regexp",
    "returning",
    "right",
    "row",
    "rows",
    "select",
    "session_user",
    "set",
    "some",
    "symmetric",
    "table",
    "then",
    "to",
    "trailing",
    "trigger",
    "true",
    "union",
    "unique",
    "update",
    "user",
    "using",
    "values",
    "variadic",
    "when",
    "where",
    "window",
    "with",
    "xor",
];

/// The operator that `rest` begins with: the longest known one, or one character.
fn sign(rest: &str) -> &str {
    let known = OPERATORS.iter().filter(|known| rest.starts_with(**known));
    let length = known.map(|known| known.len()).max();
    let one = rest.chars().next().map_or(0, char::len_utf8);
    &rest[..length.unwrap_or(one)]
}

/// The operators of more than one character.
const OPERATORS: &[&str] = &[
    "<=>", "<=", "<>", "<<", "<@", "<->", ">=", ">>", "!=", "!~~*", "!~~", "!~*", "!~", "==", "||",
    "|/", "&&", "&<", "&>", "::", "->>", "->", "#>>", "#>", "#-", "@>", "@@", "@?", "?|", "?&",
    "~~*", "~~", "~*", "~=", "-|-", "*=", "^@",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(sql: &str) -> Vec<String> {
        let rules = LexicalRules::STANDARD;
        let pieces = pieces(sql, rules).into_iter();
        pieces.map(|piece| piece.text().to_owned()).collect()
    }

    #[test]
    fn names_numbers_and_operators_are_one_piece() {
        assert_eq!(
            texts(r#"T."a"->>'x' >= .5 /* half */"#),
            ["t.a", "->>", "'x'", ">=", "0.5"]
        );
        assert_eq!(
            texts(r#""Order"<>1.25e3 -- x"#),
            ["\"Order\"", "<>", "1.25e3"]
        );
        assert_eq!(texts(r#""order"=-1"#), ["\"order\"", "=", "-", "1"]);
        assert_eq!(texts("a<-1"), ["a", "<", "-", "1"]);
    }
}
