//! Finding `:name` in raw SQL, past string literals, quoted names, comments and casts.

use orm_core::sql::{Capabilities, Placeholder};

/// A piece of raw SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::query) enum Piece<'s> {
    /// Text as it is.
    Text(&'s str),
    /// The name of a bind, without the colon.
    Name(&'s str),
}

/// What the databases disagree on in their lexical rules.
#[derive(Clone, Copy, Debug)]
pub(in crate::query) struct Lexis {
    /// MySQL: `\` escapes in strings, `#` begins a comment, `--` only before a space.
    mysql: bool,
    /// PostgreSQL: `$tag$…$tag$` and `E'…\'…'` strings, and comments nest.
    postgres: bool,
    /// SQLite: names in brackets.
    brackets: bool,
}

impl Lexis {
    /// The rules of a database, told by its quotes and placeholders.
    pub(in crate::query) fn of(capabilities: &Capabilities) -> Self {
        Self {
            mysql: capabilities.quote == '`',
            postgres: capabilities.placeholder == Placeholder::Dollar,
            brackets: capabilities.bracket_names,
        }
    }
}

/// Splits `sql` at its names. `\:` is a colon.
pub(in crate::query) fn pieces(sql: &str, lexis: Lexis) -> Vec<Piece<'_>> {
    let mut scanner = Scanner {
        sql,
        bytes: sql.as_bytes(),
        lexis,
        at: 0,
        text: 0,
        found: Vec::new(),
    };
    while scanner.at < sql.len() {
        scanner.step();
    }
    scanner.end_text(sql.len());
    scanner.found
}

struct Scanner<'s> {
    sql: &'s str,
    bytes: &'s [u8],
    lexis: Lexis,
    at: usize,
    /// Where the text began that is not yet among the pieces.
    text: usize,
    found: Vec<Piece<'s>>,
}

impl Scanner<'_> {
    fn step(&mut self) {
        match (self.bytes[self.at], self.peek(1)) {
            (b'\'', _) => {
                let escapes = self.lexis.mysql || self.lexis.postgres && self.is_escape_string();
                self.skip_quoted(b'\'', escapes);
            }
            (b'"', _) => self.skip_quoted(b'"', self.lexis.mysql),
            (b'`', _) => self.skip_quoted(b'`', false),
            (b'[', _) if self.lexis.brackets => self.skip_quoted(b']', false),
            (b'-', Some(b'-')) if self.begins_comment() => self.skip_line(),
            (b'#', _) if self.lexis.mysql => self.skip_line(),
            (b'/', Some(b'*')) => self.skip_comment(),
            (b'$', _) if self.lexis.postgres => self.skip_dollar_quoted(),
            (b'\\', Some(b':')) => {
                self.end_text(self.at);
                self.text = self.at + 1;
                self.at += 2;
            }
            (b':', Some(b':')) => self.at += 2,
            (b':', Some(next)) if is_name_start(next) => self.take_name(),
            _ => self.at += 1,
        }
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn end_text(&mut self, end: usize) {
        if self.text < end {
            self.found.push(Piece::Text(&self.sql[self.text..end]));
        }
    }

    fn take_name(&mut self) {
        self.end_text(self.at);
        let start = self.at + 1;
        let rest = &self.bytes[start..];
        let length = rest.iter().take_while(|byte| is_name_part(**byte)).count();
        self.at = start + length;
        self.found.push(Piece::Name(&self.sql[start..self.at]));
        self.text = self.at;
    }

    // A doubled quote ends a string and begins the next one, which comes to the same.
    fn skip_quoted(&mut self, quote: u8, escapes: bool) {
        self.at += 1;
        while let Some(byte) = self.peek(0) {
            self.at += if byte == b'\\' && escapes { 2 } else { 1 };
            if byte == quote {
                return;
            }
        }
    }

    // E'…': the letter alone, not as the end of a longer word.
    fn is_escape_string(&self) -> bool {
        let before = |back: usize| self.at.checked_sub(back).map(|at| self.bytes[at]);
        matches!(before(1), Some(b'e' | b'E')) && !before(2).is_some_and(is_name_part)
    }

    fn begins_comment(&self) -> bool {
        !self.lexis.mysql || self.peek(2).is_none_or(|byte| byte.is_ascii_whitespace())
    }

    fn skip_line(&mut self) {
        let rest = self.bytes[self.at..].iter();
        self.at += rest.take_while(|byte| **byte != b'\n').count();
    }

    fn skip_comment(&mut self) {
        let mut depth = 0_usize;
        while let Some(byte) = self.peek(0) {
            match (byte, self.peek(1)) {
                (b'/', Some(b'*')) if depth == 0 || self.lexis.postgres => depth += 1,
                (b'*', Some(b'/')) => depth -= 1,
                _ => {
                    self.at += 1;
                    continue;
                }
            }
            self.at += 2;
            if depth == 0 {
                return;
            }
        }
    }

    fn skip_dollar_quoted(&mut self) {
        let rest = &self.sql[self.at + 1..];
        let tag = rest.bytes().take_while(|byte| is_name_part(*byte)).count();
        let in_word = self.at > 0 && is_name_part(self.bytes[self.at - 1]);
        if in_word
            || self.peek(1 + tag) != Some(b'$')
            || rest.starts_with(|c: char| c.is_ascii_digit())
        {
            self.at += 1;
            return;
        }
        let fence = &self.sql[self.at..self.at + tag + 2];
        let body = self.at + fence.len();
        let end = self.sql[body..]
            .find(fence)
            .map(|length| body + length + fence.len());
        self.at = end.unwrap_or(self.sql.len());
    }
}

fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_'
}

// Bytes of characters beyond ASCII belong to words, but not to the names of binds.
fn is_name_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Lexis = Lexis {
        mysql: false,
        postgres: false,
        brackets: false,
    };
    const MYSQL: Lexis = Lexis {
        mysql: true,
        ..PLAIN
    };
    const POSTGRES: Lexis = Lexis {
        postgres: true,
        ..PLAIN
    };
    const SQLITE: Lexis = Lexis {
        brackets: true,
        ..PLAIN
    };

    fn names(sql: &str, lexis: Lexis) -> Vec<&str> {
        let name = |piece| match piece {
            Piece::Name(name) => Some(name),
            Piece::Text(_) => None,
        };
        pieces(sql, lexis).into_iter().filter_map(name).collect()
    }

    #[test]
    fn splits_at_names() {
        let found = pieces("a = :id AND b IN :list_2", PLAIN);
        let expected = [
            Piece::Text("a = "),
            Piece::Name("id"),
            Piece::Text(" AND b IN "),
            Piece::Name("list_2"),
        ];
        assert_eq!(found, expected);
        assert_eq!(pieces(":a:b", PLAIN), [Piece::Name("a"), Piece::Name("b")]);
    }

    #[test]
    fn skips_what_is_no_name() {
        let sql = r#"':a' ":b" `:c` -- :d
            /* :e */ x::text :=  ' ''  :f' a[1:2] "ü:g" :yes :"#;
        assert_eq!(names(sql, PLAIN), ["yes"]);
    }

    #[test]
    fn a_backslash_makes_a_plain_colon() {
        assert_eq!(
            pieces(r"a[\:n]", PLAIN),
            [Piece::Text("a["), Piece::Text(":n]")]
        );
    }

    #[test]
    fn knows_the_rules_of_mysql() {
        assert_eq!(
            names(
                r"'\':a' # :b
            5--:c -- :d
            '' :e",
                MYSQL
            ),
            ["c", "e"]
        );
        assert_eq!(names(r"'\' :a", PLAIN), ["a"]);
    }

    #[test]
    fn knows_the_rules_of_postgres() {
        let sql = r"$$:a$$ $t$ $$ :b $t$ /* /* :c */ :d */ E'\':e' '\' $1 :f";
        assert_eq!(names(sql, POSTGRES), ["f"]);
    }

    #[test]
    fn knows_the_rules_of_sqlite() {
        let sql = "SELECT [a:b], [it's :c] -- :d\n, [/* :e], [\":f] , ':]' + :g, [x]:h";
        assert_eq!(names(sql, SQLITE), ["g", "h"]);
    }

    #[test]
    fn survives_what_is_not_closed() {
        for sql in [
            "'", "\"a", "/*", "/* *", "$$", "$t$ a", "E'\\", ":", "\\", "--", "a'\\", "[",
        ] {
            for lexis in [MYSQL, POSTGRES, SQLITE] {
                assert_eq!(names(sql, lexis), [""; 0], "{sql}");
            }
        }
        // Elsewhere a bracket begins no name.
        assert_eq!(names("[:a", SQLITE), [""; 0]);
        assert_eq!(names("[:a", POSTGRES), ["a"]);
    }
}
