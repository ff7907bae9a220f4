//! [`Cursor`]: a place among the tokens of a statement. Used by all parsers of this folder.

use orm_core::lex::{Lexer, Token, TokenKind};
use orm_core::schema::Name;

use crate::capability::LEXICAL_RULES;

/// Reads the tokens of a text, without blanks and comments. Methods that begin with `take` go on if they find what they
/// are for, and else stay.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'a> {
    sql: &'a str,
    tokens: Vec<Token<'a>>,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(sql: &'a str) -> Self {
        let tokens = Lexer::new(sql, LEXICAL_RULES);
        Self {
            sql,
            tokens: tokens.filter(|token| !token.is_trivia()).collect(),
            at: 0,
        }
    }

    pub(super) fn is_end(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// The token that is `offset` tokens further.
    pub(super) fn peek(&self, offset: usize) -> Option<Token<'a>> {
        self.tokens.get(self.at + offset).copied()
    }

    /// The token before this place.
    pub(super) fn before(&self) -> Option<Token<'a>> {
        self.at
            .checked_sub(1)
            .and_then(|at| self.tokens.get(at))
            .copied()
    }

    pub(super) fn take(&mut self) -> Option<Token<'a>> {
        let token = self.peek(0)?;
        self.at += 1;
        Some(token)
    }

    /// Whether these keywords follow.
    pub(super) fn has_words(&self, words: &[&str]) -> bool {
        let mut pairs = words.iter().enumerate();
        pairs.all(|(offset, word)| self.peek(offset).is_some_and(|token| is_word(token, word)))
    }

    /// Whether one of these keywords follows.
    pub(super) fn has_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.has_words(&[word]))
    }

    pub(super) fn take_words(&mut self, words: &[&str]) -> bool {
        let has = self.has_words(words);
        self.at += if has { words.len() } else { 0 };
        has
    }

    pub(super) fn take_any(&mut self, words: &[&str]) -> bool {
        words.iter().any(|word| self.take_words(&[word]))
    }

    pub(super) fn has_char(&self, c: char) -> bool {
        self.peek(0).is_some_and(|token| token.is_char(c))
    }

    pub(super) fn take_char(&mut self, c: char) -> bool {
        let has = self.has_char(c);
        self.at += usize::from(has);
        has
    }

    /// A name: SQLite takes a string for one, too.
    pub(super) fn take_name(&mut self) -> Option<Name> {
        let token = self.peek(0).filter(|token| is_name(*token))?;
        self.at += 1;
        Some(token.value().into_owned().into())
    }

    /// The name of an object behind the name of its schema.
    pub(super) fn take_object(&mut self) -> Option<Name> {
        let first = self.take_name()?;
        if self.take_char('.') {
            self.take_name()
        } else {
            Some(first)
        }
    }

    /// The text between an opening parenthesis and its end.
    pub(super) fn take_enclosed(&mut self) -> Option<&'a str> {
        let mut here = self.at;
        let begin = self
            .tokens
            .get(here)
            .filter(|token| token.is_char('('))?
            .end();
        let mut open = 0_usize;
        loop {
            let token = self.tokens.get(here)?;
            here += 1;
            if token.is_char('(') {
                open += 1;
            } else if token.is_char(')') {
                open -= 1;
                if open == 0 {
                    self.at = here;
                    return Some(self.sql[begin..token.start].trim());
                }
            }
        }
    }

    /// The text from here to the end, without what is not a token.
    pub(super) fn rest(&self) -> &'a str {
        match (self.peek(0), self.tokens.last()) {
            (Some(first), Some(last)) => &self.sql[first.start..last.end()],
            _ => "",
        }
    }

    /// The text of the tokens that follow, as long as they are wanted.
    pub(super) fn take_while(&mut self, mut is_wanted: impl FnMut(Token<'a>) -> bool) -> &'a str {
        let Some(first) = self.peek(0) else {
            return "";
        };
        let mut end = first.start;
        while let Some(token) = self.peek(0).filter(|token| is_wanted(*token)) {
            end = token.end();
            self.at += 1;
        }
        &self.sql[first.start..end]
    }
}

pub(super) fn is_word(token: Token<'_>, word: &str) -> bool {
    token.kind == TokenKind::Word && token.text.eq_ignore_ascii_case(word)
}

/// Whether a token can be a name.
pub(super) fn is_name(token: Token<'_>) -> bool {
    match token.kind {
        TokenKind::Word => !token.text.starts_with(|c: char| c.is_ascii_digit()),
        TokenKind::QuotedName | TokenKind::String => token.is_closed,
        _ => false,
    }
}

/// The parts of a text between commas that are in no parentheses.
pub(super) fn items(sql: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut begin, mut open) = (0, 0_usize);
    for token in Cursor::new(sql).tokens {
        if token.is_char('(') {
            open += 1;
        } else if token.is_char(')') {
            open = open.saturating_sub(1);
        } else if token.is_char(',') && open == 0 {
            found.push(sql[begin..token.start].trim());
            begin = token.end();
        }
    }
    found.push(sql[begin..].trim());
    found
}

/// A name in quotes.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The names of a list.
pub(super) fn names(inside: &str) -> Option<Vec<Name>> {
    if inside.is_empty() {
        return Some(Vec::new());
    }
    let name = |item: &str| Cursor::new(item).take_name();
    items(inside).into_iter().map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_four_kinds_of_quotes() {
        let mut cursor = Cursor::new("a \"b\"\"c\" /* x */ `d` [e f] 'g' -- end");
        let mut names = Vec::new();
        while let Some(name) = cursor.take_name() {
            names.push(name);
        }
        assert_eq!(names, ["a", "b\"c", "d", "e f", "g"]);
        assert!(cursor.is_end());
    }

    #[test]
    fn parentheses_end_where_they_are_closed() {
        let mut cursor = Cursor::new("( a, (b /* ) */), ')' ) c");
        assert_eq!(cursor.take_enclosed(), Some("a, (b /* ) */), ')'"));
        assert_eq!(cursor.rest(), "c");
        assert_eq!(Cursor::new("(a").take_enclosed(), None);
        assert_eq!(items("a, (b, c), 'd,e'"), ["a", "(b, c)", "'d,e'"]);
    }
}
