//! Whether a text of the user's own ends the transaction that is open, read from its words.
//!
//! Drivers tell whether a transaction is open after a statement, but not whether it is still the same one:
//! `ROLLBACK; BEGIN` leaves one open, and so does `COMMIT AND CHAIN`. As much of the lexical rules as three
//! databases share; where a literal is written in one's own way, the text may be taken to end what it doesn't.

/// How a transaction has come to an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Stored,
    Undone,
}

/// Whether a single statement may end a transaction: those that only read or write rows are by far the most, and
/// are told by a letter or two.
#[inline]
pub(super) fn may_end(sql: &str) -> bool {
    let plain = [b'I', b'U', b'D', b'W', b'i', b'u', b'd', b'w'];
    !sql.starts_with("SELECT") && !sql.as_bytes().first().is_some_and(|c| plain.contains(c))
}

/// How `sql`, which may hold several statements, ends the open transaction, if it does. `begin_commits` tells
/// whether BEGIN does, as on MySQL.
#[cold]
pub(super) fn end_of(sql: &str, begin_commits: bool) -> Option<End> {
    let mut statement = Statement::default();
    for token in Tokens(sql) {
        match token {
            Token::Word(word) => statement.add(word),
            Token::Semicolon if statement.depth == 0 => {
                let end = statement.end(begin_commits);
                if end.is_some() {
                    return end;
                }
                statement = Statement::default();
            }
            Token::Semicolon => {}
        }
    }
    statement.end(begin_commits)
}

/// The first words of a statement.
#[derive(Default)]
struct Statement<'a> {
    words: Vec<&'a str>,
    /// How many blocks are open: the body of a trigger has semicolons of its own, and so has a block by
    /// itself.
    depth: u32,
    last: &'a str,
}

impl<'a> Statement<'a> {
    fn add(&mut self, word: &'a str) {
        const WORDS: usize = 4;
        // What END ends by name, but isn't counted.
        const INNER: &[&str] = &["IF", "LOOP", "WHILE", "REPEAT", "FOR"];
        let is = |keyword: &str| word.eq_ignore_ascii_case(keyword);
        let ends = self.last.eq_ignore_ascii_case("END");
        self.last = word;
        if self.words.len() < WORDS {
            self.words.push(word);
        }
        let is_block = self.is(0, "BEGIN") && self.is(1, "NOT");
        if is_block && self.words.len() == 2 {
            // That of its BEGIN, which is known only now.
            self.depth = 1;
        }
        if !is_block && !self.is(0, "CREATE") {
            return;
        }
        if is("BEGIN") || self.depth > 0 && !ends && is("CASE") {
            self.depth += 1;
        } else if is("END") {
            self.depth = self.depth.saturating_sub(1);
        } else if ends && INNER.iter().any(|inner| is(inner)) {
            self.depth += 1;
        }
    }

    fn is(&self, index: usize, keyword: &str) -> bool {
        let word = self.words.get(index);
        word.is_some_and(|word| word.eq_ignore_ascii_case(keyword))
    }

    fn end(&self, begin_commits: bool) -> Option<End> {
        // WORK and TRANSACTION may stand between.
        let next = if self.is(1, "WORK") || self.is(1, "TRANSACTION") {
            2
        } else {
            1
        };
        // COMMIT PREPARED is about a transaction that no connection holds any more.
        if self.is(1, "PREPARED") {
            return None;
        }
        if self.is(0, "ROLLBACK") || self.is(0, "ABORT") {
            return (!self.is(next, "TO")).then_some(End::Undone);
        }
        let commits = self.is(0, "COMMIT")
            || self.is(0, "END")
            || self.is(0, "PREPARE") && self.is(1, "TRANSACTION");
        // BEGIN NOT ATOMIC opens a block.
        let begins = self.is(0, "START") || self.is(0, "BEGIN") && !self.is(1, "NOT");
        (commits || begins && begin_commits).then_some(End::Stored)
    }
}

enum Token<'a> {
    Word(&'a str),
    Semicolon,
}

/// Words and semicolons; literals, quoted names, comments and signs are passed over.
struct Tokens<'a>(&'a str);

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let text = self.0;
            let first = text.chars().next()?;
            let (past, token) = match first {
                ';' => (1, Some(Token::Semicolon)),
                '\'' | '"' | '`' => (past(text, 1, &text[..1]), None),
                '-' if text.starts_with("--") => (past(text, 2, "\n"), None),
                '/' if text.starts_with("/*") => (past(text, 2, "*/"), None),
                '$' => (past_dollars(text), None),
                c if is_word(c) => {
                    let end = text.find(|c| !is_word(c)).unwrap_or(text.len());
                    (end, Some(Token::Word(&text[..end])))
                }
                c => (c.len_utf8(), None),
            };
            self.0 = &text[past..];
            if token.is_some() {
                return token;
            }
        }
    }
}

/// Where what began with `open` bytes ends. A quote that is doubled ends one literal and begins another.
fn past(text: &str, open: usize, close: &str) -> usize {
    text[open..]
        .find(close)
        .map_or(text.len(), |end| open + end + close.len())
}

/// Past `$$ … $$` and `$tag$ … $tag$`; `$1` is a placeholder.
fn past_dollars(text: &str) -> usize {
    let end = 1 + text[1..].find(|c| !is_word(c)).unwrap_or(text.len() - 1);
    let is_number = text[1..].starts_with(|c: char| c.is_ascii_digit());
    if is_number || !text[end..].starts_with('$') {
        return end;
    }
    past(text, end + 1, &text[..=end])
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_a_transaction_is_found() {
        for sql in [
            "ROLLBACK",
            "/* x */ rollback work",
            "ROLLBACK AND CHAIN",
            "rollback; begin",
            "INSERT INTO t VALUES (';'); ROLLBACK; BEGIN",
            "SELECT $x$;COMMIT;$x$; ABORT",
        ] {
            assert_eq!(end_of(sql, false), Some(End::Undone), "{sql}");
            assert!(may_end(sql) || sql.contains(';'), "{sql}");
        }
        for sql in [
            "COMMIT",
            "-- x\nCOMMIT AND CHAIN",
            "END TRANSACTION",
            "PREPARE TRANSACTION 'x'",
        ] {
            assert_eq!(end_of(sql, false), Some(End::Stored), "{sql}");
        }
        for sql in ["BEGIN", "start transaction"] {
            assert_eq!(end_of(sql, false), None, "{sql}");
            assert_eq!(end_of(sql, true), Some(End::Stored), "{sql}");
            assert!(may_end(sql), "{sql}");
        }
    }

    #[test]
    fn what_only_looks_like_it_is_left_alone() {
        for sql in [
            "",
            "ROLLBACK TO SAVEPOINT a",
            "rollback work to a",
            "COMMIT PREPARED 'x'",
            "SELECT 1; SELECT 'x; COMMIT'",
            "RELEASE SAVEPOINT orm_1",
            "SAVEPOINT a",
            "CREATE TRIGGER x AFTER INSERT ON t BEGIN UPDATE t SET a = CASE 1 WHEN 1 THEN 2 END; DELETE FROM u; END",
            "DO $$ BEGIN COMMIT; END $$; SELECT $1",
            "BEGIN NOT ATOMIC SELECT 1",
            "BEGIN NOT ATOMIC SELECT 1; END",
            "begin not atomic if true then select 1; end if; begin select case 1 when 1 then 2 end; end; end",
            "SELECT 1; -- COMMIT",
            "'",
            "$",
            "$a",
            "$$;COMMIT",
            "/*",
            "é;'",
        ] {
            assert_eq!(end_of(sql, true), None, "{sql}");
        }
    }
}
