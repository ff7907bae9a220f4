//! [`Tokens`]: a statement as a list of tokens, to recognize its kind.

use std::borrow::Cow;

use super::lexer::Lexer;
use super::rules::LexicalRules;
use super::token::TokenKind;

/// Holds the tokens of a statement without blanks and comments. The code of executable comments is included.
///
/// # Examples
///
/// ```
/// # use orm_core::lex::{LexicalRules, Tokens};
/// let tokens = Tokens::first(4, r#"DROP TABLE main."a" -- why"#, LexicalRules::STANDARD);
/// assert_eq!((tokens.len(), tokens.is_empty()), (4, false));
/// assert!(tokens.is(0, &["DROP", "ALTER"]));
/// assert_eq!(tokens.get(3), Some("."));
/// assert_eq!(tokens.find(0, &["TABLE"]), Some(1));
/// assert!(tokens.contains_pair("drop", "table"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Tokens<'a>(Vec<Cow<'a, str>>);

impl<'a> Tokens<'a> {
    /// Reads the first `count` tokens. Strings and names are without their quotes.
    pub fn first(count: usize, statement: &'a str, rules: LexicalRules) -> Self {
        let tokens = significant(statement, rules).take(count);
        Self(tokens.map(|token| token.value()).collect())
    }

    /// Reads all tokens, with `''` instead of a string or a quoted name, so that a comma in them is not found.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::lex::{LexicalRules, Tokens};
    /// let tokens = Tokens::unquoted("VALUES ('a,b')", LexicalRules::STANDARD);
    /// assert_eq!(tokens.get(2), Some("''"));
    /// ```
    pub fn unquoted(statement: &'a str, rules: LexicalRules) -> Self {
        let tokens = significant(statement, rules).map(|token| match token.kind {
            TokenKind::String | TokenKind::QuotedName => "''",
            _ => token.text,
        });
        Self(tokens.map(Cow::Borrowed).collect())
    }

    /// Returns the number of tokens.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether there are no tokens.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the token at an index.
    pub fn get(&self, at: usize) -> Option<&str> {
        self.0.get(at).map(AsRef::as_ref)
    }

    /// Returns whether the token at an index is one of `words`, case-insensitively.
    pub fn is(&self, at: usize, words: &[&str]) -> bool {
        self.get(at).is_some_and(|token| is_any(token, words))
    }

    /// Returns the first index from `from` on whose token is one of `words`.
    pub fn find(&self, from: usize, words: &[&str]) -> Option<usize> {
        (from..self.0.len()).find(|at| self.is(*at, words))
    }

    /// Returns whether the word `second` directly follows the word `first` anywhere.
    pub fn contains_pair(&self, first: &str, second: &str) -> bool {
        (1..self.0.len()).any(|at| self.is(at - 1, &[first]) && self.is(at, &[second]))
    }

    /// Returns the name of the object at an index, without its schema, and the index after it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::lex::{LexicalRules, Tokens};
    /// let tokens = Tokens::first(9, r#"DROP TABLE main."a""#, LexicalRules::STANDARD);
    /// assert_eq!(tokens.object(2), Some(("a", 5)));
    /// ```
    pub fn object(&self, mut at: usize) -> Option<(&str, usize)> {
        while self.is(at + 1, &["."]) {
            at += 2;
        }
        self.get(at).map(|name| (name, at + 1))
    }
}

/// Returns whether a word is one of `words`, case-insensitively.
///
/// # Examples
///
/// ```
/// # use orm_core::lex::{LexicalRules, Tokens};
/// # use orm_core::lex::is_any;
/// assert!(is_any("Begin", &["BEGIN", "START"]));
/// ```
pub fn is_any(word: &str, words: &[&str]) -> bool {
    words.iter().any(|known| word.eq_ignore_ascii_case(known))
}

fn significant(statement: &str, rules: LexicalRules) -> impl Iterator<Item = super::Token<'_>> {
    Lexer::new(statement, rules).filter(|token| {
        !token.is_trivia() && !matches!(token.kind, TokenKind::CodeStart | TokenKind::CodeEnd)
    })
}
