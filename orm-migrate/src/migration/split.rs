//! From a script to its statements, each with its line, so that they can be run one by one.
//!
//! Drivers hide failures of scripts: `mysql` answers a script with success although a later statement
//! failed, and PostgreSQL runs a script of several statements in a transaction of its own making, in
//! which CREATE INDEX CONCURRENTLY can't work.

use super::body::Body;
use super::lex::{Lexer, Lexis, Token, Unclosed};

/// One statement of a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement<'a> {
    /// Its text, from its first token to before its `;`.
    pub text: &'a str,
    /// The line of its first token, counted from 1.
    pub line: usize,
}

/// A quoted text or a comment that is never closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SplitError {
    /// What it is, in words.
    pub what: &'static str,
    /// The line on which it begins, counted from 1.
    pub line: usize,
}

/// Splits `script` at the semicolons that end statements: not those in quotes, comments, the bodies of
/// triggers and procedures, nor any but the delimiter that MySQL's DELIMITER command has set.
///
/// ```
/// use orm_migrate::migration::{Lexis, split};
/// let script = "CREATE TABLE a (b TEXT DEFAULT ';');\n-- a comment;\nDROP TABLE a;\n";
/// let statements = split(script, Lexis::Sqlite).unwrap();
/// assert_eq!(statements[0].text, "CREATE TABLE a (b TEXT DEFAULT ';')");
/// assert_eq!((statements[1].text, statements[1].line), ("DROP TABLE a", 3));
/// ```
///
/// # Errors
/// A quote or comment without an end.
pub fn split(script: &str, lexis: Lexis) -> Result<Vec<Statement<'_>>, SplitError> {
    let (statements, error) = split_all(script, lexis);
    error.map_or(Ok(statements), Err)
}

/// The statements up to the first mistake, that one included as far as it goes; and the mistake.
pub(super) fn split_all(script: &str, lexis: Lexis) -> (Vec<Statement<'_>>, Option<SplitError>) {
    let mut lines = Lines {
        script,
        at: 0,
        line: 1,
    };
    let mut lexer = Lexer::new(script, lexis);
    let mut statements = Vec::new();
    loop {
        let begin = lexer.position();
        match next(&mut lexer, lexis) {
            Ok(None) => return (statements, None),
            Ok(Some((start, end))) => statements.push(Statement {
                text: script[start..end].trim_end(),
                line: lines.of(start),
            }),
            Err(unclosed) => {
                let text = script[begin..unclosed.start].trim();
                let start = unclosed.start - script[begin..unclosed.start].trim_start().len();
                let line = lines.of(start);
                statements.push(Statement { text, line });
                let (what, line) = (unclosed.what, lines.of(unclosed.start));
                return (statements, Some(SplitError { what, line }));
            }
        }
    }
}

/// The place of the next statement, without what ends it.
fn next(lexer: &mut Lexer<'_>, lexis: Lexis) -> Result<Option<(usize, usize)>, Unclosed> {
    let mut body = Body::new(lexis);
    let mut first = None;
    let mut end = 0;
    while let Some((start, token)) = lexer.next()? {
        if token == Token::Delimiter {
            if lexer.ends_with_semicolon() && first.is_some() && !body.ends_at_semicolon() {
                end = lexer.position();
                continue;
            }
            if let Some(first) = first {
                return Ok(Some((first, end)));
            }
            continue;
        }
        if first.is_none() && is_delimiter_command(token, lexis) {
            lexer.take_delimiter();
            continue;
        }
        first.get_or_insert(start);
        end = lexer.position();
        body.feed(token);
    }
    Ok(first.map(|first| (first, end)))
}

fn is_delimiter_command(token: Token<'_>, lexis: Lexis) -> bool {
    let is_named = matches!(token, Token::Word(word) if word.eq_ignore_ascii_case("DELIMITER"));
    is_named && lexis == Lexis::Mysql
}

/// Counts lines on the way from one place to a later one.
struct Lines<'a> {
    script: &'a str,
    at: usize,
    line: usize,
}

impl Lines<'_> {
    fn of(&mut self, place: usize) -> usize {
        self.line += self.script[self.at..place].matches('\n').count();
        self.at = place;
        self.line
    }
}

#[cfg(test)]
mod tests;
