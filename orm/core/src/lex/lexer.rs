//! [`Lexer`]: splits text into tokens. Every text can be split, and the concatenated tokens are the text.

use super::rules::{LexicalRule, LexicalRules};
use super::scan;
use super::token::{Token, TokenKind};

const BYTE_ORDER_MARK: char = '\u{feff}';

/// Iterates over the tokens of a text. Tokens are read on demand.
///
/// ```
/// use orm_core::lex::{Lexer, LexicalRules, TokenKind};
/// let mut tokens = Lexer::new("SELECT 'a;b';", LexicalRules::STANDARD);
/// let string = tokens.find(|token| token.kind == TokenKind::String).unwrap();
/// assert_eq!((string.start, string.text), (7, "'a;b'"));
/// ```
#[derive(Clone, Debug)]
pub struct Lexer<'a> {
    text: &'a str,
    at: usize,
    rules: LexicalRules,
    delimiter: &'a str,
    /// Whether no statement has begun since the last one ended.
    between_statements: bool,
    /// Whether it is within a comment whose text is run.
    in_code: bool,
}

/// What is found at a place: its kind and its length; `None` for what is never closed.
type Found = (TokenKind, Option<usize>);

impl<'a> Lexer<'a> {
    /// Creates a lexer of `text` by `rules`.
    #[inline]
    pub fn new(text: &'a str, rules: LexicalRules) -> Self {
        Self {
            text,
            at: 0,
            rules,
            delimiter: ";",
            between_statements: true,
            in_code: false,
        }
    }

    /// Returns whether statements end with `;`, and not with another delimiter set by the DELIMITER command.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::lex::{Lexer, LexicalRules};
    /// # use orm_core::lex::LexicalRule;
    /// let rules = LexicalRules::of(&[LexicalRule::DelimiterCommand]);
    /// let mut lexer = Lexer::new("DELIMITER //\nSELECT 1 //", rules);
    /// assert!(lexer.ends_with_semicolon());
    /// lexer.next();
    /// assert!(!lexer.ends_with_semicolon());
    /// ```
    pub fn ends_with_semicolon(&self) -> bool {
        self.delimiter == ";"
    }

    fn scan(&mut self, rest: &'a str) -> Found {
        let bytes = rest.as_bytes();
        let quoted = |kind, escapes| (kind, scan::quoted(bytes, bytes[0], escapes));
        let escapes = self.has(LexicalRule::BackslashEscapes);
        if rest.starts_with(self.delimiter) {
            return (TokenKind::Terminator, Some(self.delimiter.len()));
        }
        match bytes[0] {
            b'\'' => quoted(TokenKind::String, escapes),
            b'"' if self.has(LexicalRule::DoubleQuotedStrings) => {
                quoted(TokenKind::String, escapes)
            }
            b'"' => quoted(TokenKind::QuotedName, false),
            b'`' if self.has(LexicalRule::BacktickNames) => quoted(TokenKind::QuotedName, false),
            b'[' if self.has(LexicalRule::BracketNames) => {
                (TokenKind::QuotedName, scan::bracketed(bytes))
            }
            b'$' if self.has(LexicalRule::DollarQuotes) => dollar(rest),
            byte if scan::is_word(byte) => self.word(rest),
            _ => {
                let length = rest.chars().next().map_or(1, char::len_utf8);
                (TokenKind::Other, Some(length))
            }
        }
    }

    /// Blanks and comments, which stand before what may end a statement.
    fn trivia(&mut self, rest: &str) -> Option<Found> {
        let bytes = rest.as_bytes();
        let line = || scan::line_comment(bytes, self.has(LexicalRule::ReturnEndsLine));
        let found = match bytes[0] {
            b'-' if bytes.get(1) == Some(&b'-') && self.dashes_begin_comment(bytes) => {
                (TokenKind::Comment, Some(line()))
            }
            b'#' if self.has(LexicalRule::HashComments) => (TokenKind::Comment, Some(line())),
            b'/' if bytes.get(1) == Some(&b'*') => self.block_comment(rest),
            b'*' if self.in_code && bytes.get(1) == Some(&b'/') => {
                self.in_code = false;
                (TokenKind::CodeEnd, Some(2))
            }
            _ if self.at == 0 && rest.starts_with(BYTE_ORDER_MARK) => {
                (TokenKind::Blank, Some(BYTE_ORDER_MARK.len_utf8()))
            }
            _ => match scan::blanks(bytes) {
                0 => return None,
                length => (TokenKind::Blank, Some(length)),
            },
        };
        Some(found)
    }

    fn dashes_begin_comment(&self, bytes: &[u8]) -> bool {
        let is_blank = |byte: &u8| byte.is_ascii_whitespace() || byte.is_ascii_control();
        !self.has(LexicalRule::DashesNeedBlank) || bytes.get(2).is_none_or(is_blank)
    }

    fn block_comment(&mut self, rest: &str) -> Found {
        let mark = if rest.starts_with("/*!") && self.has(LexicalRule::ExecutableComments) {
            3
        } else if rest.starts_with("/*M!") && self.has(LexicalRule::MariaDbComments) {
            4
        } else {
            let nests = self.has(LexicalRule::NestedComments);
            return (
                TokenKind::Comment,
                scan::block_comment(rest.as_bytes(), nests),
            );
        };
        self.in_code = true;
        let version = rest.bytes().skip(mark).take_while(u8::is_ascii_digit);
        (TokenKind::CodeStart, Some(mark + version.count()))
    }

    fn word(&mut self, rest: &'a str) -> Found {
        let mut length = scan::word(rest.as_bytes());
        if self.between_statements && self.has(LexicalRule::DelimiterCommand) {
            let line = scan::line_comment(rest.as_bytes(), false);
            if rest[..length].eq_ignore_ascii_case("DELIMITER") {
                self.take_delimiter(&rest[length..line]);
                return (TokenKind::DelimiterCommand, Some(line));
            }
        }
        if !self.ends_with_semicolon() {
            // `END$$` ends with a delimiter, though `$` may stand in a name.
            length = rest[..length].find(self.delimiter).unwrap_or(length);
        }
        let is_escape_string = length == 1
            && rest.as_bytes().get(1) == Some(&b'\'')
            && rest.starts_with(['e', 'E'])
            && self.has(LexicalRule::EscapeStrings);
        if is_escape_string {
            let string = scan::escape_string(&rest.as_bytes()[1..]);
            return (TokenKind::String, string.map(|string| 1 + string));
        }
        (TokenKind::Word, Some(length))
    }

    /// If the line has no word, the old delimiter stays.
    fn take_delimiter(&mut self, line: &'a str) {
        if let Some(delimiter) = line.split_whitespace().next() {
            let bare = delimiter.trim_matches(['"', '\'', '`']);
            self.delimiter = if bare.is_empty() { delimiter } else { bare };
        }
    }

    #[inline]
    fn has(&self, rule: LexicalRule) -> bool {
        self.rules.has(rule)
    }
}

impl<'a> Iterator for Lexer<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let start = self.at;
        let rest = &self.text[start..];
        if rest.is_empty() {
            return None;
        }
        let found = self.trivia(rest);
        let (kind, length) = found.unwrap_or_else(|| self.scan(rest));
        let text = &rest[..length.unwrap_or(rest.len())];
        self.at += text.len();
        match kind {
            TokenKind::Blank | TokenKind::Comment | TokenKind::DelimiterCommand => {}
            kind => self.between_statements = kind == TokenKind::Terminator,
        }
        // The end of code is looked for when it begins: what is inside is tokens like any others.
        let is_closed = match kind {
            TokenKind::CodeStart => rest.contains("*/"),
            _ => length.is_some(),
        };
        Some(Token {
            kind,
            text,
            start,
            is_closed,
        })
    }
}

/// A string in dollar quotes, or a word that begins with a dollar sign.
fn dollar(rest: &str) -> Found {
    match scan::dollar_tag(rest.as_bytes()) {
        Some(tag) => {
            let (tag, inside) = rest.split_at(tag);
            let body = inside.find(tag);
            (TokenKind::String, body.map(|body| body + 2 * tag.len()))
        }
        None => (TokenKind::Word, Some(scan::word(rest.as_bytes()).max(1))),
    }
}

/// Returns the first word of a statement, after blanks, comments and opening parentheses. Empty if it begins with
/// anything else, such as an executable comment, whose code depends on the server's version.
///
/// # Examples
///
/// ```
/// # use orm_core::lex::{Lexer, LexicalRules};
/// # use orm_core::lex::first_word;
/// assert_eq!(first_word("/* all */ (SELECT 1)", LexicalRules::STANDARD), "SELECT");
/// ```
#[inline]
pub fn first_word(sql: &str, rules: LexicalRules) -> &str {
    // Most statements begin with it. A letter in front of a quote is part of a string.
    let (word, rest) = sql.split_at(scan::word(sql.as_bytes()));
    let is_plain = word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    if is_plain && rest.starts_with(' ') && !word.eq_ignore_ascii_case("DELIMITER") {
        return word;
    }
    let mut tokens = Lexer::new(sql, rules);
    match tokens.find(|token| !(token.is_trivia() || token.is_char('('))) {
        Some(token) if token.kind == TokenKind::Word => token.text,
        _ => "",
    }
}
