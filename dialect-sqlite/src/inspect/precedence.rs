//! Finds expressions that SQLite and the parser of expressions read alike (<https://sqlite.org/lang_expr.html>, 2).
//!
//! On SQLite `||` and `->` bind tighter than `*`, and `<` tighter than `=`. Used by `expression.rs`.

use orm_core::lex::{Token, TokenKind};

use super::cursor::{Cursor, is_word};

/// Groups of operators that bind equally on SQLite, and otherwise or relative to others on other databases.
#[derive(Clone, Copy, Default)]
struct Operators {
    comparisons: usize,
    has_arithmetic: bool,
    has_concatenation: bool,
    /// BETWEEN waits for its AND.
    is_between: bool,
}

impl Operators {
    /// Whether all databases read them alike: at most one comparison, and `||` and `->` not next to arithmetic.
    fn are_known(self) -> bool {
        self.comparisons <= 1 && !(self.has_arithmetic && self.has_concatenation)
    }
}

/// Whether every part between AND, OR, commas, parentheses and the words of CASE has operators that all databases read alike.
pub(super) fn has_known_precedence(sql: &str) -> bool {
    let mut cursor = Cursor::new(sql);
    let mut outer = Vec::new();
    let mut own = Operators::default();
    while let Some(token) = cursor.peek(0) {
        let is_bound = is_word(token, "AND") && std::mem::take(&mut own.is_between);
        let closes = token.is_char(')') || is_word(token, "END");
        if token.is_char('(') || is_word(token, "CASE") {
            outer.push(std::mem::take(&mut own));
        } else if closes || (ends_part(token) && !is_bound) {
            if !own.are_known() {
                return false;
            }
            own = Operators::default();
            if closes {
                own = outer.pop().unwrap_or_default();
            }
        } else if token.kind == TokenKind::String && follows(&cursor, token) {
            // x'00' would be a typed literal elsewhere.
            return false;
        }
        let length = count(&cursor, &mut own);
        for _ in 0..length {
            cursor.take();
        }
    }
    own.are_known()
}

/// Whether a string is the text of a blob: right behind a word.
fn follows(cursor: &Cursor<'_>, token: Token<'_>) -> bool {
    cursor
        .before()
        .is_some_and(|last| last.kind == TokenKind::Word && last.end() == token.start)
}

fn ends_part(token: Token<'_>) -> bool {
    const WORDS: &[&str] = &["AND", "OR", "WHEN", "THEN", "ELSE", "END"];
    token.is_char(',') || WORDS.iter().any(|word| is_word(token, word))
}

/// Counts the operator that follows, if any. Returns its number of tokens, or 1.
fn count(cursor: &Cursor<'_>, own: &mut Operators) -> usize {
    const WORDS: &[&str] = &[
        "IS", "LIKE", "GLOB", "REGEXP", "MATCH", "IN", "BETWEEN", "ISNULL", "NOTNULL",
    ];
    let Some(token) = cursor.peek(0) else {
        return 0;
    };
    if cursor.has_words(&["NOT", "NULL"]) || cursor.has_any(WORDS) {
        // `a IS NULL + 1` compares with the sum.
        let is_whole = postfix(cursor).is_none_or(|length| is_end(cursor.peek(length)));
        own.is_between |= cursor.has_words(&["BETWEEN"]);
        own.comparisons += if is_whole { 1 } else { 2 };
        return if cursor.has_words(&["IS", "NOT"]) {
            2
        } else {
            1
        };
    }
    let is_sign = |sign: &str| {
        let signs = sign.chars().enumerate();
        let mut signs = signs.map(|(offset, c)| (cursor.peek(offset), c));
        signs.all(|(token, c)| token.is_some_and(|token| token.is_char(c)))
    };
    let longest = ["->>", "->", "||", "<<", ">>", "<=", ">=", "<>", "!=", "=="];
    let sign = longest.into_iter().find(|sign| is_sign(sign));
    match sign {
        Some("->>" | "->" | "||") => own.has_concatenation = true,
        Some("<<" | ">>") => own.has_arithmetic = true,
        Some(_) => own.comparisons += 1,
        None if ['=', '<', '>'].iter().any(|c| token.is_char(*c)) => own.comparisons += 1,
        None if ['+', '-', '*', '/', '%', '&', '|', '~']
            .iter()
            .any(|c| token.is_char(*c)) =>
        {
            own.has_arithmetic = true;
        }
        None => {}
    }
    sign.map_or(1, str::len)
}

/// The number of tokens of IS NULL and the like, whose operand is before them.
fn postfix(cursor: &Cursor<'_>) -> Option<usize> {
    const POSTFIX: &[&[&str]] = &[
        &["IS", "NOT", "NULL"],
        &["IS", "NOT", "TRUE"],
        &["IS", "NOT", "FALSE"],
        &["IS", "NULL"],
        &["IS", "TRUE"],
        &["IS", "FALSE"],
        &["NOT", "NULL"],
        &["ISNULL"],
        &["NOTNULL"],
    ];
    let mut known = POSTFIX.iter();
    let found = known.find(|words| cursor.has_words(words));
    found.map(|words| words.len())
}

fn is_end(token: Option<Token<'_>>) -> bool {
    token.is_none_or(|token| token.is_char(')') || ends_part(token))
}
