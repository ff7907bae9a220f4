//! From SQL text to tokens, as far as finding the ends of statements needs: words, quoted text as a
//! whole, punctuation. Comments and blanks are skipped.
//!
//! Used by `split.rs` and `script.rs`. No grammar here: what a token means is decided there.

/// Whose rules of quoting and comments a script follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lexis {
    /// `[name]` and `` `name` `` beside the standard's quotes; comments don't nest.
    Sqlite,
    /// Dollar quotes, `E'…'` with backslashes, comments that nest.
    Postgres,
    /// Backslashes in every string, `#` comments, `/*! … */` as code, the DELIMITER command.
    Mysql,
}

/// A token that isn't blank and isn't a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A keyword, an unquoted name or a number.
    Word(&'a str),
    /// What ends a statement: `;`, or what the DELIMITER command has set.
    Delimiter,
    /// A quoted text or name, or a comment that MySQL runs as code.
    Quoted,
    /// Any other single character; `;` among them where it isn't the delimiter.
    Other(char),
}

/// Quoted text or a comment that is never closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unclosed {
    /// Where it begins, in bytes.
    pub start: usize,
    /// What it is, in words.
    pub what: &'static str,
}

/// Reads tokens from the front of a text.
#[derive(Clone, Debug)]
pub(super) struct Lexer<'a> {
    text: &'a str,
    lexis: Lexis,
    delimiter: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str, lexis: Lexis) -> Self {
        // Editors on Windows put a byte order mark in front, which databases refuse.
        let at = if text.starts_with('\u{feff}') {
            '\u{feff}'.len_utf8()
        } else {
            0
        };
        Self {
            text,
            lexis,
            delimiter: ";",
            at,
        }
    }

    /// The place behind the last token, in bytes.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// Whether statements end with `;`.
    pub(super) fn ends_with_semicolon(&self) -> bool {
        self.delimiter == ";"
    }

    /// Takes the rest of the line as the delimiter, as the DELIMITER command of MySQL's shell does.
    /// Without one there the old one stays.
    pub(super) fn take_delimiter(&mut self) {
        let rest = &self.text[self.at..];
        let line = &rest[..rest.find('\n').unwrap_or(rest.len())];
        self.at += line.len();
        if let Some(delimiter) = line.split_whitespace().next() {
            let bare = delimiter.trim_matches(['"', '\'', '`']);
            self.delimiter = if bare.is_empty() { delimiter } else { bare };
        }
    }

    /// The next token and where it begins, in bytes. `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<(usize, Token<'a>)>, Unclosed> {
        self.skip_blanks_and_comments()?;
        let start = self.at;
        let rest = &self.text[start..];
        let Some(first) = rest.chars().next() else {
            return Ok(None);
        };
        if rest.starts_with(self.delimiter) {
            self.at += self.delimiter.len();
            return Ok(Some((start, Token::Delimiter)));
        }
        let token = match first {
            '\'' => self.quoted(start, '\'', self.lexis == Lexis::Mysql)?,
            '"' => self.quoted(start, '"', self.lexis == Lexis::Mysql)?,
            '`' if self.lexis != Lexis::Postgres => self.quoted(start, '`', false)?,
            '[' if self.lexis == Lexis::Sqlite => self.bracketed()?,
            'e' | 'E' if self.lexis == Lexis::Postgres && rest[1..].starts_with('\'') => {
                self.at += 1;
                self.quoted(start, '\'', true)?
            }
            '$' if self.lexis == Lexis::Postgres => self.dollar()?,
            '/' if rest.starts_with("/*") => self.code_comment()?,
            _ if is_word(first) => self.word(),
            _ => {
                self.at += first.len_utf8();
                Token::Other(first)
            }
        };
        Ok(Some((start, token)))
    }

    fn skip_blanks_and_comments(&mut self) -> Result<(), Unclosed> {
        loop {
            let rest = &self.text[self.at..];
            let blanks = rest.len() - rest.trim_start().len();
            self.at += blanks;
            let rest = &rest[blanks..];
            if self.is_line_comment(rest) {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else if rest.starts_with("/*") && !self.is_code_comment(rest) {
                self.block_comment()?;
            } else {
                return Ok(());
            }
        }
    }

    fn is_line_comment(&self, rest: &str) -> bool {
        match rest.strip_prefix("--") {
            // MySQL reads `5--3` as 5 - (-3).
            Some(rest) if self.lexis == Lexis::Mysql => rest
                .chars()
                .next()
                .is_none_or(|c| c.is_whitespace() || c.is_control()),
            Some(_) => true,
            None => self.lexis == Lexis::Mysql && rest.starts_with('#'),
        }
    }

    fn is_code_comment(&self, rest: &str) -> bool {
        self.lexis == Lexis::Mysql && (rest.starts_with("/*!") || rest.starts_with("/*M!"))
    }

    fn block_comment(&mut self) -> Result<(), Unclosed> {
        let start = self.at;
        let mut depth = 0_usize;
        while let Some(offset) = self.text[self.at..].find(['*', '/']) {
            self.at += offset;
            let rest = &self.text[self.at..];
            if rest.starts_with("*/") {
                self.at += 2;
                depth -= 1;
                if depth == 0 {
                    return Ok(());
                }
            } else if rest.starts_with("/*") {
                self.at += 2;
                if depth == 0 || self.lexis == Lexis::Postgres {
                    depth += 1;
                }
            } else {
                self.at += 1;
            }
        }
        Err(Unclosed {
            start,
            what: "a comment",
        })
    }

    fn code_comment(&mut self) -> Result<Token<'a>, Unclosed> {
        self.block_comment()?;
        Ok(Token::Quoted)
    }

    // Stands on the quote; `start` is where the token began, a prefix included.
    fn quoted(
        &mut self,
        start: usize,
        quote: char,
        backslash: bool,
    ) -> Result<Token<'a>, Unclosed> {
        self.at += 1;
        while let Some(offset) = self.text[self.at..].find([quote, '\\']) {
            self.at += offset;
            let rest = &self.text[self.at..];
            if let Some(rest) = rest.strip_prefix('\\') {
                let escaped = rest.chars().next().filter(|_| backslash);
                self.at += 1 + escaped.map_or(0, char::len_utf8);
            } else if rest[1..].starts_with(quote) {
                self.at += 2;
            } else {
                self.at += 1;
                return Ok(Token::Quoted);
            }
        }
        let what = if quote == '\'' {
            "a text"
        } else {
            "a quoted name"
        };
        Err(Unclosed { start, what })
    }

    fn bracketed(&mut self) -> Result<Token<'a>, Unclosed> {
        let Some(end) = self.text[self.at..].find(']') else {
            return Err(Unclosed {
                start: self.at,
                what: "a name in brackets",
            });
        };
        self.at += end + 1;
        Ok(Token::Quoted)
    }

    // `$$ … $$`, `$tag$ … $tag$`, or a parameter such as `$1`.
    fn dollar(&mut self) -> Result<Token<'a>, Unclosed> {
        let start = self.at;
        let rest = &self.text[start..];
        let tag = rest[1..]
            .find('$')
            .map(|end| &rest[..end + 2])
            .filter(|tag| is_tag(tag));
        let Some(tag) = tag else {
            self.at += 1;
            return Ok(Token::Other('$'));
        };
        let Some(end) = rest[tag.len()..].find(tag) else {
            return Err(Unclosed {
                start,
                what: "a dollar-quoted text",
            });
        };
        self.at += tag.len() + end + tag.len();
        Ok(Token::Quoted)
    }

    fn word(&mut self) -> Token<'a> {
        let rest = &self.text[self.at..];
        // `END$$` ends with a delimiter, though `$` may stand in a name.
        let ends =
            |(at, c): &(usize, char)| !is_word(*c) || rest[*at..].starts_with(self.delimiter);
        let length = rest
            .char_indices()
            .skip(1)
            .find(ends)
            .map_or(rest.len(), |(at, _)| at);
        self.at += length;
        Token::Word(&rest[..length])
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$' || !c.is_ascii()
}

fn is_tag(tag: &str) -> bool {
    let name = &tag[1..tag.len() - 1];
    !name.starts_with(|c: char| c.is_ascii_digit())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str, lexis: Lexis) -> Vec<String> {
        let mut lexer = Lexer::new(text, lexis);
        let mut words = Vec::new();
        while let Some((start, token)) = lexer.next().unwrap() {
            words.push(match token {
                Token::Delimiter => ";".to_owned(),
                _ => text[start..lexer.position()].to_owned(),
            });
        }
        words
    }

    #[track_caller]
    fn check(lexis: Lexis, text: &str, expected: &[&str]) {
        assert_eq!(words(text, lexis), expected);
    }

    #[test]
    fn quotes_hold_semicolons() {
        check(
            Lexis::Sqlite,
            "'a;''b' [c;d] `e;` \"f;\"\"\" ;",
            &["'a;''b'", "[c;d]", "`e;`", "\"f;\"\"\"", ";"],
        );
        check(Lexis::Sqlite, r"'a\';", &[r"'a\'", ";"]);
        check(
            Lexis::Postgres,
            r"E'a\';''' 'b\';",
            &[r"E'a\';'''", r"'b\'", ";"],
        );
        check(
            Lexis::Mysql,
            r#"'a\';' "b\";" ;"#,
            &[r"'a\';'", r#""b\";""#, ";"],
        );
    }

    #[test]
    fn dollar_quotes_are_postgres_own() {
        check(
            Lexis::Postgres,
            "$a$ ; $$ $a$ x$b$c $1;",
            &["$a$ ; $$ $a$", "x$b$c", "$", "1", ";"],
        );
        check(Lexis::Postgres, "$$;$$$é$;$é$", &["$$;$$", "$é$;$é$"]);
        check(Lexis::Mysql, "a$$;", &["a$$", ";"]);
    }

    #[test]
    fn comments_are_skipped() {
        check(
            Lexis::Sqlite,
            "\u{feff}a -- ; '\r\nb /* ; /* */ c",
            &["a", "b", "c"],
        );
        check(Lexis::Postgres, "a /* ; /* */ ' */ b--x", &["a", "b"]);
        check(
            Lexis::Mysql,
            "5--3 # ;\n-- ;\n--\n/*! a; */ b",
            &["5", "-", "-", "3", "/*! a; */", "b"],
        );
    }

    #[test]
    fn what_is_never_closed_is_told() {
        for (text, what) in [
            ("a 'b;", "a text"),
            ("a $x$b;", "a dollar-quoted text"),
            ("a /* /* */ b;", "a comment"),
            ("a \"b;", "a quoted name"),
        ] {
            let mut lexer = Lexer::new(text, Lexis::Postgres);
            lexer.next().unwrap();
            assert_eq!(lexer.next(), Err(Unclosed { start: 2, what }), "{text}");
        }
    }

    #[test]
    fn a_delimiter_ends_words() {
        let mut lexer = Lexer::new(" $$ \nEND$$;", Lexis::Mysql);
        lexer.take_delimiter();
        assert!(!lexer.ends_with_semicolon());
        let mut next = || lexer.next().unwrap().map(|(_, token)| token);
        assert_eq!(next(), Some(Token::Word("END")));
        assert_eq!(next(), Some(Token::Delimiter));
        assert_eq!(next(), Some(Token::Other(';')));
        assert_eq!(next(), None);
    }
}
