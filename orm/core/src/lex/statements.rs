//! Splits a text into statements. Used by the engine, by drivers and by the splitter of migration scripts.

use super::body::Body;
use super::lexer::Lexer;
use super::rules::LexicalRules;
use super::token::{Token, TokenKind};

/// Holds one statement of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceStatement<'a> {
    /// The text from the first token to the delimiter, or to an unclosed token.
    pub text: &'a str,
    /// The byte offset at which the statement begins.
    pub start: usize,
    /// A string, name or comment that is not closed. No statement follows it.
    pub unclosed: Option<Token<'a>>,
}

/// Iterates over statements. Created by [`statements`].
#[derive(Clone, Debug)]
pub struct Statements<'a> {
    text: &'a str,
    rules: LexicalRules,
    lexer: Lexer<'a>,
}

/// Splits `text` into statements, at the semicolons outside strings, comments and the bodies of triggers and
/// procedures.
///
/// ```
/// use orm_core::lex::{LexicalRules, statements};
/// let texts = statements("SELECT ';'; -- a;\nSELECT 2", LexicalRules::STANDARD);
/// assert_eq!(texts.map(|found| found.text).collect::<Vec<_>>(), ["SELECT ';'", "SELECT 2"]);
/// ```
pub fn statements(text: &str, rules: LexicalRules) -> Statements<'_> {
    Statements {
        text,
        rules,
        lexer: Lexer::new(text, rules),
    }
}

impl<'a> Iterator for Statements<'a> {
    type Item = SourceStatement<'a>;

    fn next(&mut self) -> Option<SourceStatement<'a>> {
        let mut body = Body::new(self.rules);
        let mut place: Option<(usize, usize)> = None;
        let mut in_code = false;
        while let Some(token) = self.lexer.next() {
            if !token.is_closed {
                let start = place.map_or(token.start, |(start, _)| start);
                self.lexer = Lexer::new("", self.rules);
                return Some(self.statement((start, token.start), Some(token)));
            }
            match token.kind {
                TokenKind::Blank | TokenKind::Comment | TokenKind::DelimiterCommand => continue,
                TokenKind::Terminator => {
                    let inside = place.filter(|_| {
                        self.lexer.ends_with_semicolon() && (!body.ends_at_semicolon() || in_code)
                    });
                    match (inside, place) {
                        (None, None) => continue,
                        (None, Some(place)) => return Some(self.statement(place, None)),
                        (Some(_), _) => {}
                    }
                }
                TokenKind::CodeStart => in_code = true,
                TokenKind::CodeEnd => in_code = false,
                _ => body.feed(&token),
            }
            let start = place.map_or(token.start, |(start, _)| start);
            place = Some((start, token.end()));
        }
        place.map(|place| self.statement(place, None))
    }
}

impl<'a> Statements<'a> {
    fn statement(
        &self,
        (start, end): (usize, usize),
        unclosed: Option<Token<'a>>,
    ) -> SourceStatement<'a> {
        SourceStatement {
            text: self.text[start..end].trim_end(),
            start,
            unclosed,
        }
    }
}
