//! The first tokens of a statement as words, quotes taken off: what `script.rs` tells statements by.

use super::lex::{Lexer, Lexis, Token};

/// Words and names as they mean, punctuation as it stands.
#[derive(Clone, Debug, Default)]
pub(super) struct Words(Vec<String>);

impl Words {
    /// The first `count` tokens of a statement, comments left out.
    pub(super) fn of(statement: &str, lexis: Lexis, count: usize) -> Self {
        let mut lexer = Lexer::new(statement, lexis);
        let mut words = Vec::new();
        while words.len() < count {
            match lexer.next() {
                Ok(Some((start, Token::Quoted))) => {
                    words.push(unquoted(&statement[start..lexer.position()]));
                }
                Ok(Some((start, _))) => words.push(statement[start..lexer.position()].to_owned()),
                _ => break,
            }
        }
        Self(words)
    }

    /// All tokens, with `''` in the place of whatever is quoted: a comma there is none.
    pub(super) fn without_quoted(statement: &str, lexis: Lexis) -> Self {
        let mut lexer = Lexer::new(statement, lexis);
        let mut words = Vec::new();
        while let Ok(Some((start, token))) = lexer.next() {
            words.push(match token {
                Token::Quoted => "''".to_owned(),
                _ => statement[start..lexer.position()].to_owned(),
            });
        }
        Self(words)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The word at a place.
    pub(super) fn get(&self, at: usize) -> Option<&str> {
        self.0.get(at).map(String::as_str)
    }

    /// Whether one of `names` stands at a place, in any case.
    pub(super) fn is(&self, at: usize, names: &[&str]) -> bool {
        self.get(at)
            .is_some_and(|word| names.iter().any(|name| word.eq_ignore_ascii_case(name)))
    }

    /// The first place from `from` on at which one of `names` stands.
    pub(super) fn find(&self, from: usize, names: &[&str]) -> Option<usize> {
        (from..self.0.len()).find(|at| self.is(*at, names))
    }

    /// The object that is named at a place, and the place behind it: its schema is passed over.
    pub(super) fn object(&self, at: usize) -> Option<(&str, usize)> {
        let at = if self.is(at + 1, &["."]) { at + 2 } else { at };
        self.get(at).map(|name| (name, at + 1))
    }
}

// Inside, the closing quote is doubled; a comment that MySQL runs as code stays as it is.
fn unquoted(token: &str) -> String {
    let Some(close) = token.chars().last().filter(|_| !token.starts_with("/*")) else {
        return token.to_owned();
    };
    let inside = token.get(1..token.len() - close.len_utf8());
    inside
        .unwrap_or(token)
        .replace(&format!("{close}{close}"), &close.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_quotes_and_schemas() {
        let words = Words::of(
            "DROP /* x */ TABLE main.\"a\"\"b\", [c d], `e` 'f''g'",
            Lexis::Sqlite,
            9,
        );
        assert_eq!(
            words.0,
            ["DROP", "TABLE", "main", ".", "a\"b", ",", "c d", ",", "e"]
        );
        assert_eq!(words.object(2), Some(("a\"b", 5)));
        assert_eq!(words.object(6), Some(("c d", 7)));
        assert!(words.is(0, &["create", "drop"]) && !words.is(20, &["drop"]));
        assert_eq!(words.find(0, &["E"]), Some(8));
        let code = Words::of("/*!40101 SET x = 1 */", Lexis::Mysql, 3);
        assert_eq!(code.get(0), Some("/*!40101 SET x = 1 */"));
    }
}
