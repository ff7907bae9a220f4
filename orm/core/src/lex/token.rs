//! [`Token`]: a piece of SQL text and its kind.

use std::borrow::Cow;

/// Distinguishes tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenKind {
    /// Blanks and line ends; a byte order mark at the beginning.
    Blank,
    /// A comment that is not executed.
    Comment,
    /// The beginning of an executable comment with its version: `/*!80000`. Its text follows as tokens.
    CodeStart,
    /// The `*/` of an executable comment.
    CodeEnd,
    /// A keyword, an unquoted name or a number, such as `1e3`; `$1`.
    Word,
    /// A string with its quotes, and with the `E` of PostgreSQL's.
    String,
    /// A name with its quotes.
    QuotedName,
    /// The delimiter of a statement: `;`, or what the DELIMITER command has set.
    Terminator,
    /// The DELIMITER command with the rest of its line.
    DelimiterCommand,
    /// Any other single character.
    Other,
}

/// Holds a piece of SQL text. The concatenated tokens of a text are the text.
///
/// # Examples
///
/// ```
/// # use orm_core::lex::{Lexer, LexicalRules, Token};
/// let tokens: Vec<Token> = Lexer::new(r#"a "b" ;"#, LexicalRules::STANDARD).collect();
/// assert_eq!(tokens[0].end(), 1);
/// assert!(tokens[1].is_trivia());
/// assert_eq!((tokens[2].value().as_ref(), tokens[2].describe()), ("b", "a quoted name"));
/// assert!(!tokens[4].is_char('('));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// The kind of the token.
    pub kind: TokenKind,
    /// The text of the token.
    pub text: &'a str,
    /// The byte offset at which the token begins.
    pub start: usize,
    /// False for a string, name or comment without its end, which is the last token, except inside an executable
    /// comment.
    pub is_closed: bool,
}

impl<'a> Token<'a> {
    /// Returns the byte offset at which the token ends.
    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Returns whether the token is a blank or a comment.
    #[inline]
    pub fn is_trivia(&self) -> bool {
        matches!(self.kind, TokenKind::Blank | TokenKind::Comment)
    }

    /// Returns whether the token is this single character, which begins neither a word nor a quoted token.
    #[inline]
    pub fn is_char(&self, c: char) -> bool {
        self.kind == TokenKind::Other && self.text.starts_with(c)
    }

    /// Returns the text of the token, without quotes for a name or string.
    pub fn value(&self) -> Cow<'a, str> {
        match self.kind {
            TokenKind::String | TokenKind::QuotedName => unquoted(self.text),
            _ => Cow::Borrowed(self.text),
        }
    }

    /// Describes the kind of the token in words, for messages.
    pub fn describe(&self) -> &'static str {
        match self.kind {
            TokenKind::String if self.text.starts_with('$') => "a dollar-quoted text",
            TokenKind::String => "a text",
            TokenKind::QuotedName if self.text.starts_with('[') => "a name in brackets",
            TokenKind::QuotedName => "a quoted name",
            TokenKind::Comment | TokenKind::CodeStart => "a comment",
            _ => "a token",
        }
    }
}

// A doubled quote stands for one. Escapes by backslash are kept: no word is read from such a string.
fn unquoted(text: &str) -> Cow<'_, str> {
    let Some(close) = text.chars().last() else {
        return Cow::Borrowed(text);
    };
    let inside = text.get(1..text.len() - close.len_utf8()).unwrap_or(text);
    if inside.contains(close) {
        let doubled: String = [close, close].iter().collect();
        Cow::Owned(inside.replace(&doubled, close.encode_utf8(&mut [0; 4])))
    } else {
        Cow::Borrowed(inside)
    }
}
