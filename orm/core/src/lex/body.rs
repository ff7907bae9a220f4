//! Finds the end of the body of a trigger, function or procedure, in which `;` does not end the statement.
//!
//! `statements.rs` passes the tokens of one statement. A body that is not recognized ends at its first `;`, and the
//! database's error then names the line.

use super::rules::{LexicalRule, LexicalRules};
use super::token::{Token, TokenKind};
use super::tokens::is_any;

/// The kind of a statement, by its first words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Head {
    /// No word yet.
    Start,
    /// `CREATE` and what may stand before the kind of object.
    Create,
    /// `CREATE DEFINER = …`, whose value may be any name.
    Definer,
    /// `BEGIN`, which on MariaDB may begin a block: `BEGIN NOT ATOMIC`.
    Begin,
    /// `BEGIN NOT`.
    BeginNot,
    /// `EXECUTE`, which may run a block.
    Execute,
    /// Nothing with a body.
    Plain,
    /// A rule of PostgreSQL: `DO (…; …)`.
    Rule,
    /// A trigger of SQLite: ends with `; END ;`, by the rule of SQLite's own shell.
    Trigger,
    /// A body of nested blocks.
    Program,
}

/// What a block was opened by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Block {
    Begin,
    Case,
    /// A CASE within an expression, where no other block can begin.
    CaseExpression,
    If,
    Loop,
    While,
    Repeat,
    /// Never open here: MariaDB's FOR ends with `END FOR` and stands in a BEGIN block.
    For,
}

/// The last token, as far as it matters for the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Last {
    Dot,
    /// `;` or BEGIN: a statement may begin here, or the block may end.
    Boundary,
    /// Another place where a statement may begin.
    Start,
    /// `END` at a boundary, not yet known of what.
    EndOfBlock,
    /// `END` elsewhere: of a CASE expression, of REPEAT … UNTIL, or a column's name.
    EndInside,
    /// `COMMENT` before a body, whose text comes next.
    Comment,
    Other,
}

/// How far a statement has come.
#[derive(Clone, Debug)]
pub(super) struct Body {
    rules: LexicalRules,
    head: Head,
    last: Last,
    blocks: Vec<Block>,
    parentheses: usize,
    /// Whether a DECLARE stands before the body.
    declares: bool,
}

impl Body {
    pub(super) fn new(rules: LexicalRules) -> Self {
        Self {
            rules,
            head: Head::Start,
            last: Last::Other,
            blocks: Vec::new(),
            parentheses: 0,
            declares: false,
        }
    }

    /// Takes the next token, `;` excepted.
    pub(super) fn feed(&mut self, token: &Token<'_>) {
        match token.kind {
            TokenKind::Word => self.feed_word(token.text),
            TokenKind::Other => self.feed_other(token.text),
            TokenKind::String | TokenKind::QuotedName => {
                self.no_word();
                self.last = if self.last == Last::Comment {
                    Last::Start
                } else {
                    Last::Other
                };
            }
            _ => {}
        }
    }

    /// Takes a `;` and returns whether it ends the statement.
    pub(super) fn ends_at_semicolon(&mut self) -> bool {
        let ended = match self.head {
            Head::Trigger => self.last == Last::EndOfBlock,
            Head::Rule => self.parentheses == 0,
            _ => {
                self.close_end(None);
                self.blocks.is_empty() && !self.declares
            }
        };
        self.last = Last::Boundary;
        ended
    }

    fn no_word(&mut self) {
        if matches!(
            self.head,
            Head::Start | Head::Begin | Head::BeginNot | Head::Execute
        ) {
            self.head = Head::Plain;
        }
        self.close_end(None);
    }

    fn feed_other(&mut self, text: &str) {
        self.no_word();
        match text {
            "(" => self.parentheses += 1,
            ")" => self.parentheses = self.parentheses.saturating_sub(1),
            _ => {}
        }
        self.last = match text {
            "." => Last::Dot,
            // A label, or the end of a procedure's parameters.
            ":" | ")" => Last::Start,
            _ => Last::Other,
        };
    }

    fn feed_word(&mut self, word: &str) {
        let after_dot = self.last == Last::Dot;
        if self.head == Head::Program {
            let block = block(word);
            let ends_own = |_: &Block| !self.rules.has(LexicalRule::DeclaredBodies);
            if self.close_end(block.filter(ends_own)) {
                self.last = Last::Other;
                return;
            }
            if self.has_declarations() && is_any(word, &["DECLARE"]) {
                self.declares = true;
            }
            if let Some(block) = block
                .filter(|_| !after_dot)
                .and_then(|block| self.opened(block))
            {
                self.declares = false;
                self.blocks.push(block);
            }
        } else {
            self.feed_head(word);
        }
        self.last = if after_dot {
            Last::Other
        } else {
            self.after(word)
        };
    }

    fn after(&self, word: &str) -> Last {
        let is = |names| is_any(word, names);
        if is(&["END"]) {
            return match self.last {
                Last::Boundary | Last::EndOfBlock => Last::EndOfBlock,
                _ => Last::EndInside,
            };
        }
        // `DO IF(a, b, c)` is an expression; the DO of `WHILE … DO` and `EVERY 1 DAY DO` precedes statements.
        let is_statement = is(&["DO"]) && matches!(self.last, Last::Boundary | Last::Start);
        if is(&["BEGIN", "ATOMIC"]) {
            Last::Boundary
        } else if is_statement {
            Last::Other
        } else if is(&["THEN", "ELSE", "DO", "LOOP", "REPEAT", "ROW"])
            || self.may_precede_body(word)
        {
            Last::Start
        } else if is(&["COMMENT"]) && self.is_before_body() {
            Last::Comment
        } else {
            Last::Other
        }
    }

    /// Whether a word is the last one of a characteristic of a function or procedure: `DETERMINISTIC`,
    /// `READS SQL DATA`, `NO SQL`, `SQL SECURITY INVOKER`.
    fn may_precede_body(&self, word: &str) -> bool {
        const LAST_WORDS: &[&str] = &["DETERMINISTIC", "DATA", "SQL", "DEFINER", "INVOKER"];
        self.is_before_body() && is_any(word, LAST_WORDS)
    }

    fn is_before_body(&self) -> bool {
        self.has_programs() && self.head == Head::Program && self.blocks.is_empty()
    }

    /// The block that a word opens here, if it opens one.
    fn opened(&self, block: Block) -> Option<Block> {
        let at_start = matches!(self.last, Last::Boundary | Last::Start);
        let in_expression = self.blocks.last() == Some(&Block::CaseExpression);
        match block {
            // psql's own rule for `BEGIN ATOMIC`: outside the parameters.
            Block::Begin => (self.parentheses == 0).then_some(block),
            Block::Case if at_start && !in_expression => Some(block),
            // Also in a body without a block, such as that of `RETURN CASE … END`.
            Block::Case => Some(Block::CaseExpression),
            // As a function `IF(…)` and in `DROP TABLE IF EXISTS` they stand elsewhere.
            Block::If | Block::Loop | Block::While | Block::Repeat => {
                (self.has_programs() && at_start && !in_expression).then_some(block)
            }
            Block::CaseExpression | Block::For => None,
        }
    }

    /// Closes the block that an `END` before this token closes; `next` is the block that the token names. Returns whether
    /// the token belongs to the `END`.
    fn close_end(&mut self, next: Option<Block>) -> bool {
        let at_boundary = match self.last {
            Last::EndOfBlock => true,
            Last::EndInside => false,
            _ => return false,
        };
        let (closes, belongs) = match self.blocks.last() {
            Some(Block::CaseExpression) => (true, false),
            Some(Block::Begin) => (at_boundary && next.is_none(), next.is_some()),
            Some(open) => (next == Some(*open), next.is_some()),
            None => (false, false),
        };
        if closes {
            self.blocks.pop();
        }
        belongs
    }

    fn feed_head(&mut self, word: &str) {
        let is = |names| is_any(word, names);
        let has_programs = self.has_programs();
        let declared = self.rules.has(LexicalRule::DeclaredBodies);
        self.head = match self.head {
            Head::Start if is(&["CREATE"]) => Head::Create,
            Head::Start if has_programs && is(&["BEGIN"]) => Head::Begin,
            Head::Start if declared && is(&["ALTER", "RECREATE"]) => Head::Create,
            Head::Start if declared && is(&["EXECUTE"]) => Head::Execute,
            Head::Execute if is(&["BLOCK"]) => Head::Program,
            Head::Begin if is(&["NOT"]) => Head::BeginNot,
            Head::BeginNot if is(&["ATOMIC"]) => {
                self.blocks.push(Block::Begin);
                Head::Program
            }
            Head::Start | Head::Begin | Head::BeginNot | Head::Execute => Head::Plain,
            Head::Create if is(&["OR", "REPLACE", "TEMP", "TEMPORARY", "AGGREGATE"]) => {
                Head::Create
            }
            Head::Create if declared && is(&["ALTER"]) => Head::Create,
            Head::Create if has_programs && is(&["DEFINER"]) => Head::Definer,
            Head::Create => self.object(word).unwrap_or(Head::Plain),
            Head::Definer if is(&["VIEW", "SQL"]) => Head::Plain,
            Head::Definer => self.object(word).unwrap_or(Head::Definer),
            known @ (Head::Plain | Head::Rule | Head::Trigger | Head::Program) => known,
        };
    }

    fn object(&self, word: &str) -> Option<Head> {
        let is = |names| is_any(word, names);
        let has = |rule| self.rules.has(rule);
        match () {
            () if has(LexicalRule::TriggerBodies) && is(&["TRIGGER"]) => Some(Head::Trigger),
            () if has(LexicalRule::AtomicBodies) && is(&["RULE"]) => Some(Head::Rule),
            () if has(LexicalRule::DeclaredBodies)
                && is(&["TRIGGER", "FUNCTION", "PROCEDURE", "PACKAGE"]) =>
            {
                Some(Head::Program)
            }
            () if has(LexicalRule::AtomicBodies) && is(&["FUNCTION", "PROCEDURE"]) => {
                Some(Head::Program)
            }
            () if self.has_programs() && is(&["TRIGGER", "FUNCTION", "PROCEDURE", "EVENT"]) => {
                Some(Head::Program)
            }
            () => None,
        }
    }

    /// Whether declarations may stand here, each with a `;` behind it.
    fn has_declarations(&self) -> bool {
        self.rules.has(LexicalRule::DeclaredBodies) && self.blocks.is_empty()
    }

    fn has_programs(&self) -> bool {
        self.rules.has(LexicalRule::ProgramBodies)
    }
}

fn block(word: &str) -> Option<Block> {
    const BLOCKS: &[(&str, Block)] = &[
        ("BEGIN", Block::Begin),
        ("CASE", Block::Case),
        ("IF", Block::If),
        ("LOOP", Block::Loop),
        ("WHILE", Block::While),
        ("REPEAT", Block::Repeat),
        ("FOR", Block::For),
    ];
    BLOCKS
        .iter()
        .find(|(name, _)| word.eq_ignore_ascii_case(name))
        .map(|(_, block)| *block)
}
