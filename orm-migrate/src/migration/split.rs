//! Splits a script into statements with their lines, so that they can be executed one by one.
//!
//! Drivers hide errors of scripts: `mysql` reports success although a later statement failed, and PostgreSQL runs a
//! script of several statements in an implicit transaction, in which CREATE INDEX CONCURRENTLY fails. `orm_core::lex`
//! finds the ends of statements.

use orm_core::lex::{LexicalRules, statements};

/// Holds one statement of a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement<'a> {
    /// The text, from its first token to before its `;`.
    pub text: &'a str,
    /// The line of its first token, counted from 1.
    pub line: usize,
}

/// Describes a string or a comment that is not closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SplitError {
    /// The kind of the token, in words.
    pub what: &'static str,
    /// The line on which it begins, counted from 1.
    pub line: usize,
}

/// Splits `script` into statements. Semicolons in strings, comments and the bodies of triggers and procedures do not
/// end a statement, nor semicolons while MySQL's DELIMITER command has set another delimiter.
///
/// ```
/// use orm_migrate::{dialect, migration::split};
/// let rules = dialect::by_name("sqlite").unwrap().capabilities().lexical_rules;
/// let script = "CREATE TABLE a (b TEXT DEFAULT ';');\n-- a comment;\nDROP TABLE a;\n";
/// let statements = split(script, rules).unwrap();
/// assert_eq!(statements[0].text, "CREATE TABLE a (b TEXT DEFAULT ';')");
/// assert_eq!((statements[1].text, statements[1].line), ("DROP TABLE a", 3));
/// ```
///
/// # Errors
/// A string or comment is not closed.
pub fn split(script: &str, rules: LexicalRules) -> Result<Vec<Statement<'_>>, SplitError> {
    let (statements, error) = split_all(script, rules);
    error.map_or(Ok(statements), Err)
}

/// The statements up to the first mistake, that one included as far as it goes; and the mistake.
pub(super) fn split_all(
    script: &str,
    rules: LexicalRules,
) -> (Vec<Statement<'_>>, Option<SplitError>) {
    let mut lines = Lines {
        script,
        at: 0,
        line: 1,
    };
    let mut found = Vec::new();
    for statement in statements(script, rules) {
        found.push(Statement {
            text: statement.text,
            line: lines.of(statement.start),
        });
        if let Some(unclosed) = statement.unclosed {
            let (what, line) = (unclosed.describe(), lines.of(unclosed.start));
            return (found, Some(SplitError { what, line }));
        }
    }
    (found, None)
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
mod tests {
    use super::*;
    use crate::dialect;

    #[test]
    fn statements_and_mistakes_have_lines() {
        let rules = dialect::by_name("postgres")
            .unwrap()
            .capabilities()
            .lexical_rules;
        let found = split("-- a\nSELECT 1;\r\n\n SELECT '\n';", rules).unwrap();
        let lines: Vec<_> = found.iter().map(|found| found.line).collect();
        assert_eq!(lines, [2, 4]);
        let error = split("SELECT 1;\nSELECT\n'a;\n;", rules).unwrap_err();
        assert_eq!((error.what, error.line), ("a text", 3));
    }
}
