//! [`Tokens`]: a statement as a list of tokens, for telling what kind of statement it is.

use std::borrow::Cow;

use super::lexer::Lexer;
use super::rules::LexicalRules;
use super::token::TokenKind;

/// The tokens of a statement without blanks and comments. Code in comments that MySQL runs is part of it.
#[derive(Clone, Debug, Default)]
pub struct Tokens<'a>(Vec<Cow<'a, str>>);

impl<'a> Tokens<'a> {
    /// The first `count` ones; strings and names without their quotes.
    pub fn first(count: usize, statement: &'a str, rules: LexicalRules) -> Self {
        let tokens = significant(statement, rules).take(count);
        Self(tokens.map(|token| token.value()).collect())
    }

    /// All of them, with `''` instead of a string or a name in quotes: no comma there is one of the statement's.
    pub fn unquoted(statement: &'a str, rules: LexicalRules) -> Self {
        let tokens = significant(statement, rules).map(|token| match token.kind {
            TokenKind::String | TokenKind::QuotedName => "''",
            _ => token.text,
        });
        Self(tokens.map(Cow::Borrowed).collect())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The token at a place.
    pub fn get(&self, at: usize) -> Option<&str> {
        self.0.get(at).map(AsRef::as_ref)
    }

    /// Whether one of `words` stands at a place, in any case.
    pub fn is(&self, at: usize, words: &[&str]) -> bool {
        self.get(at).is_some_and(|token| is_any(token, words))
    }

    /// The first place from `from` on at which one of `words` stands.
    pub fn find(&self, from: usize, words: &[&str]) -> Option<usize> {
        (from..self.0.len()).find(|at| self.is(*at, words))
    }

    /// Whether the word `second` follows the word `first` anywhere.
    pub fn says(&self, first: &str, second: &str) -> bool {
        (1..self.0.len()).any(|at| self.is(at - 1, &[first]) && self.is(at, &[second]))
    }

    /// The object that is named at a place, and the place behind it: its schema is passed over.
    pub fn object(&self, mut at: usize) -> Option<(&str, usize)> {
        while self.is(at + 1, &["."]) {
            at += 2;
        }
        self.get(at).map(|name| (name, at + 1))
    }
}

/// Whether a word is one of `words`, in any case.
pub fn is_any(word: &str, words: &[&str]) -> bool {
    words.iter().any(|known| word.eq_ignore_ascii_case(known))
}

fn significant(statement: &str, rules: LexicalRules) -> impl Iterator<Item = super::Token<'_>> {
    Lexer::new(statement, rules).filter(|token| {
        !token.is_trivia() && !matches!(token.kind, TokenKind::CodeStart | TokenKind::CodeEnd)
    })
}
