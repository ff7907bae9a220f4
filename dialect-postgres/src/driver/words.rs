//! What a statement does to the transaction, read from its words, and what is left after an error.
//!
//! Needed here only: the drivers of the other databases tell whether a transaction is open. Pure text,
//! no I/O; `connection.rs` asks it before and after each statement.

use orm_core::driver::TransactionState;
use orm_core::error::{Error, ErrorKind, Result};

/// What a statement, or several, do to the transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each answers a question of its own"
)]
pub(super) struct Effect {
    step: Step,
    is_single: bool,
    begins: bool,
    copies: bool,
    /// Whether it may have stored a part of its work when it fails: procedures and blocks commit by themselves.
    pub(super) may_store: bool,
}

/// The last of them that counts, since each leaves one state behind whatever was before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// No transaction control.
    Nothing,
    /// `BEGIN`, `START TRANSACTION`.
    Begin,
    /// `COMMIT`, `ROLLBACK` and their synonyms; `PREPARE TRANSACTION`.
    End,
    /// `COMMIT AND CHAIN`: the next one begins at once.
    Chain,
    /// `ROLLBACK TO SAVEPOINT`.
    Resume,
}

impl Effect {
    /// That of a statement that controls no transaction.
    pub(super) const NOTHING: Self = Self {
        step: Step::Nothing,
        is_single: true,
        begins: false,
        copies: false,
        may_store: false,
    };

    /// Refuses what the native client's ordinary verbs can't follow: it would wait for ever.
    ///
    /// # Errors
    /// `Unsupported` for a COPY whose other end is the client.
    pub(super) fn check(self) -> Result<()> {
        if !self.copies {
            return Ok(());
        }
        Err(Error::with_message(
            ErrorKind::Unsupported,
            "copying from or to the client is not a statement that can be executed",
        )
        .with_hint("use copy_in or copy_out of the native connection, postgres::Client"))
    }

    /// What `sql` does, which may hold several statements.
    pub(super) fn of(sql: &str) -> Self {
        let mut effect = Self::NOTHING;
        let mut count = 0;
        for statement in Statements(Tokens(sql)) {
            count += 1;
            let step = Step::of(&statement.words);
            effect.begins |= matches!(step, Step::Begin | Step::Chain);
            effect.copies |= statement.copies;
            effect.may_store |= statement.may_store();
            if step != Step::Nothing {
                effect.step = step;
            }
        }
        effect.is_single = count < 2;
        effect
    }

    /// The state after success. The server answers COMMIT of an aborted transaction with success as
    /// well; none is open then either.
    pub(super) fn done(self, state: TransactionState) -> TransactionState {
        match self.step {
            Step::Nothing => state,
            Step::End => TransactionState::None,
            Step::Begin | Step::Chain | Step::Resume => TransactionState::Open,
        }
    }

    /// The state after the server's refusal. Where that can't be known it is `Aborted`, which asks for
    /// a ROLLBACK: one too many is harmless.
    pub(super) fn failed(self, state: TransactionState, code: &str) -> TransactionState {
        let ends = self.is_single && matches!(self.step, Step::End | Step::Chain);
        // A deferred constraint and a conflict are found at COMMIT, and end the transaction.
        let is_final = code.starts_with("23") || code.starts_with("40");
        match state {
            TransactionState::None if self.is_single || !self.begins => state,
            _ if ends && is_final => TransactionState::None,
            _ => TransactionState::Aborted,
        }
    }
}

impl Step {
    fn of(words: &[&str]) -> Self {
        let is = |index: usize, word: &str| {
            words
                .get(index)
                .is_some_and(|found| found.eq_ignore_ascii_case(word))
        };
        let is_any = |words: &[&str]| words.iter().any(|word| is(0, word));
        if is_any(&["BEGIN", "START"]) {
            return Self::Begin;
        }
        if is(0, "PREPARE") && is(1, "TRANSACTION") {
            return Self::End;
        }
        let may_resume = is_any(&["ROLLBACK", "ABORT"]);
        // COMMIT PREPARED is about a transaction that no connection holds any more.
        if !(may_resume || is_any(&["COMMIT", "END"])) || is(1, "PREPARED") {
            return Self::Nothing;
        }
        // WORK and TRANSACTION may stand between.
        let next = if is(1, "WORK") || is(1, "TRANSACTION") {
            2
        } else {
            1
        };
        if may_resume && is(next, "TO") {
            Self::Resume
        } else if is(next, "AND") && is(next + 1, "CHAIN") {
            Self::Chain
        } else {
            Self::End
        }
    }
}

/// What matters of one statement.
#[derive(Default)]
struct Head<'a> {
    /// The first ones.
    words: Vec<&'a str>,
    /// Whether it is a COPY whose other end is the client.
    copies: bool,
}

impl<'a> Head<'a> {
    fn may_store(&self) -> bool {
        let first = self.words.first();
        first.is_some_and(|word| {
            ["CALL", "DO"]
                .iter()
                .any(|any| word.eq_ignore_ascii_case(any))
        })
    }

    /// Adds a word behind the word right before it, which may be empty.
    fn add(&mut self, word: &'a str, before: &str) {
        const WORDS: usize = 4;
        if self.words.len() < WORDS {
            self.words.push(word);
        }
        let is_copy = self.words[0].eq_ignore_ascii_case("COPY");
        let pairs = [("FROM", "STDIN"), ("TO", "STDOUT")];
        self.copies |= is_copy
            && pairs.iter().any(|(preposition, end)| {
                before.eq_ignore_ascii_case(preposition) && word.eq_ignore_ascii_case(end)
            });
    }
}

/// The statements in a text.
struct Statements<'a>(Tokens<'a>);

impl<'a> Iterator for Statements<'a> {
    type Item = Head<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let (mut head, mut is_empty) = (Head::default(), true);
        // The body of an SQL function, BEGIN ATOMIC … END, has semicolons of its own.
        let (mut depth, mut before) = (0_u32, "");
        for token in self.0.by_ref() {
            match token {
                Token::Semicolon if depth == 0 && !is_empty => return Some(head),
                Token::Semicolon => continue,
                Token::Other => before = "",
                Token::Word(word) => {
                    let is = |keyword: &str| word.eq_ignore_ascii_case(keyword);
                    if depth > 0 && is("END") {
                        depth -= 1;
                    } else if depth > 0 && is("CASE")
                        || is("ATOMIC") && before.eq_ignore_ascii_case("BEGIN")
                    {
                        depth += 1;
                    }
                    head.add(word, before);
                    before = word;
                }
            }
            is_empty = false;
        }
        (!is_empty).then_some(head)
    }
}

/// As much of the lexical rules as finding statements takes; comments and blanks are passed over.
struct Tokens<'a>(&'a str);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'a> {
    Word(&'a str),
    Semicolon,
    /// A literal, a quoted name, an operator, a number.
    Other,
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        self.skip_blanks();
        let first = self.0.chars().next()?;
        match first {
            ';' => {
                self.0 = &self.0[1..];
                return Some(Token::Semicolon);
            }
            '\'' | '"' => self.skip_past(1, &self.0[..1]),
            '$' => match dollar_tag(self.0) {
                Some(tag) => self.skip_past(tag.len(), tag),
                None => self.0 = &self.0[1..],
            },
            c if is_word(c) => {
                let end = self
                    .0
                    .find(|c| !is_word(c) && c != '$')
                    .unwrap_or(self.0.len());
                let (word, rest) = self.0.split_at(end);
                self.0 = rest;
                if word.eq_ignore_ascii_case("E") && rest.starts_with('\'') {
                    self.skip_escaped();
                }
                return Some(Token::Word(word));
            }
            c => self.0 = &self.0[c.len_utf8()..],
        }
        Some(Token::Other)
    }
}

impl Tokens<'_> {
    fn skip_blanks(&mut self) {
        loop {
            self.0 = self.0.trim_start();
            if self.0.starts_with("--") {
                self.skip_past(2, "\n");
            } else if self.0.starts_with("/*") {
                self.skip_comment();
            } else {
                return;
            }
        }
    }

    /// Passes over `open` bytes and everything up to `close`. A quote that is doubled inside a literal
    /// ends one and begins another, which comes to the same.
    fn skip_past(&mut self, open: usize, close: &str) {
        let inside = &self.0[open..];
        let end = inside
            .find(close)
            .map_or(inside.len(), |end| end + close.len());
        self.0 = &inside[end..];
    }

    /// They nest.
    fn skip_comment(&mut self) {
        let mut depth = 0;
        loop {
            let opens = self.0.starts_with("/*");
            if opens {
                depth += 1;
            } else if self.0.starts_with("*/") {
                depth -= 1;
            }
            let step = if opens || self.0.starts_with("*/") {
                2
            } else {
                1
            };
            let mut chars = self.0.chars();
            if chars.nth(step - 1).is_none() {
                return;
            }
            self.0 = chars.as_str();
            if depth == 0 {
                return;
            }
        }
    }

    /// `'…'` behind an E, in which a backslash takes the next character with it.
    fn skip_escaped(&mut self) {
        let mut chars = self.0[1..].chars();
        while let Some(c) = chars.next() {
            match c {
                '\\' => drop(chars.next()),
                '\'' => break,
                _ => {}
            }
        }
        self.0 = chars.as_str();
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// `$$` or `$tag$` at the beginning of `text`; `$1` is a placeholder.
fn dollar_tag(text: &str) -> Option<&str> {
    let inside = &text[1..];
    let end = inside.find(|c| !is_word(c))?;
    let is_tag =
        inside[end..].starts_with('$') && !inside.starts_with(|c: char| c.is_ascii_digit());
    is_tag.then(|| &text[..end + 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sql: &str, step: Step) {
        assert_eq!(Effect::of(sql).step, step, "of {sql}");
    }

    #[test]
    fn transaction_control_is_recognized() {
        for sql in [
            "BEGIN",
            "begin isolation level serializable;",
            "/* a /* b */ */ START TRANSACTION",
        ] {
            check(sql, Step::Begin);
        }
        for sql in [
            "COMMIT",
            " -- x\n COMMIT WORK",
            "END",
            "ROLLBACK",
            "abort;",
            "PREPARE TRANSACTION 'x'",
        ] {
            check(sql, Step::End);
        }
        for sql in ["COMMIT AND CHAIN", "ROLLBACK WORK AND CHAIN"] {
            check(sql, Step::Chain);
        }
        check("COMMIT AND NO CHAIN", Step::End);
        for sql in ["ROLLBACK TO s", "rollback transaction to savepoint s"] {
            check(sql, Step::Resume);
        }
        for sql in [
            "",
            ";",
            "SAVEPOINT s",
            "RELEASE SAVEPOINT s",
            "COMMIT PREPARED 'x'",
            "PREPARE p AS SELECT 1",
            "SELECT 'COMMIT'",
        ] {
            check(sql, Step::Nothing);
        }
    }

    #[test]
    fn several_statements_leave_what_the_last_one_leaves() {
        check(
            "BEGIN; INSERT INTO t VALUES (';', E'\\';COMMIT', \";\")",
            Step::Begin,
        );
        check("BEGIN; SELECT 1; COMMIT;", Step::End);
        check("DO $x$ BEGIN COMMIT; END $x$; SELECT $1", Step::Nothing);
        let body = "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END";
        check(body, Step::Nothing);
        assert!(Effect::of(body).is_single);
        assert!(Effect::of("COMMIT; ; -- nothing more").is_single);
        assert!(!Effect::of("COMMIT; SELECT 1").is_single);
    }

    #[test]
    fn procedures_and_blocks_may_store() {
        for sql in ["call p()", "SELECT 1; DO $$ BEGIN COMMIT; END $$"] {
            assert!(Effect::of(sql).may_store, "{sql}");
        }
        assert!(!Effect::of("SELECT call FROM do").may_store);
    }

    #[test]
    fn copying_from_or_to_the_client_is_recognized() {
        for (sql, copies) in [
            ("COPY t FROM STDIN", true),
            ("copy t (a, b, c, d) from stdin with (format csv)", true),
            ("COPY (SELECT a FROM t) TO STDOUT", true),
            ("SELECT 1; COPY t TO stdout", true),
            ("COPY t (stdin) FROM 'x.csv'", false),
            ("SELECT a FROM stdin", false),
        ] {
            assert_eq!(Effect::of(sql).copies, copies, "of {sql}");
        }
    }

    #[test]
    fn what_is_unknown_counts_as_aborted() {
        use TransactionState::{Aborted, None, Open};
        let failed = |sql: &str, state, code| Effect::of(sql).failed(state, code);
        assert_eq!(failed("SELECT 1", None, "42P01"), None);
        assert_eq!(failed("SELECT 1", Open, "42P01"), Aborted);
        assert_eq!(failed("COMMIT", Open, "23503"), None);
        assert_eq!(failed("COMMIT", Open, "40001"), None);
        assert_eq!(failed("COMMIT foo", Open, "42601"), Aborted);
        assert_eq!(failed("BEGIN foo", None, "42601"), None);
        assert_eq!(failed("BEGIN; SELECT x", None, "42703"), Aborted);
        assert_eq!(failed("SELECT x; SELECT y", None, "42703"), None);
    }

    #[test]
    fn unclosed_text_ends_the_scan() {
        for sql in ["'", "\"", "$$", "/*", "--", "E'\\", "$", "é;'", "/* é"] {
            Effect::of(sql);
        }
    }
}
