//! [`Token`]: a piece of SQL text with what it is.

use std::borrow::Cow;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenKind {
    /// Blanks and line ends; a byte order mark at the beginning.
    Blank,
    /// A comment that is not run.
    Comment,
    /// The beginning of a comment whose text is run, with its version: `/*!80000`. Its text follows as tokens.
    CodeStart,
    /// The `*/` of such a comment.
    CodeEnd,
    /// A keyword, an unquoted name or a number, such as `1e3`; `$1`.
    Word,
    /// A string with its quotes, and with the `E` of PostgreSQL's.
    String,
    /// A name with its quotes.
    QuotedName,
    /// What ends a statement: `;`, or what the DELIMITER command has set.
    Terminator,
    /// The DELIMITER command with the rest of its line.
    DelimiterCommand,
    /// Any other single character.
    Other,
}

/// A piece of SQL text. All tokens of a text, one after the other, are the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// What it is.
    pub kind: TokenKind,
    /// Its text.
    pub text: &'a str,
    /// Where it begins, in bytes.
    pub start: usize,
    /// False for a string, name or comment whose end is missing; it is the last token then, but for that of code.
    pub is_closed: bool,
}

impl<'a> Token<'a> {
    /// Where it ends, in bytes.
    pub fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Whether it is a blank or a comment.
    #[inline]
    pub fn is_trivia(&self) -> bool {
        matches!(self.kind, TokenKind::Blank | TokenKind::Comment)
    }

    /// Whether it is this single character, which begins neither a word nor anything quoted.
    #[inline]
    pub fn is_char(&self, c: char) -> bool {
        self.kind == TokenKind::Other && self.text.starts_with(c)
    }

    /// Its text, of a name or string what is between the quotes.
    pub fn value(&self) -> Cow<'a, str> {
        match self.kind {
            TokenKind::String | TokenKind::QuotedName => unquoted(self.text),
            _ => Cow::Borrowed(self.text),
        }
    }

    /// What it is, in words, for messages.
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
