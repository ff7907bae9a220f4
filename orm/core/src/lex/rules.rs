//! [`LexicalRules`]: the lexical differences between databases, as data of a dialect.

/// Names one difference between a database's lexical rules and the standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LexicalRule {
    /// `/* /* */ */` is one comment: PostgreSQL.
    NestedComments,
    /// `#` begins a comment: MySQL.
    HashComments,
    /// `--` begins a comment only before a blank: MySQL, where `5--3` is 8.
    DashesNeedBlank,
    /// A carriage return ends a comment of one line: PostgreSQL.
    ReturnEndsLine,
    /// The text of `/*! … */` and `/*!80000 … */` is executed: MySQL and MariaDB.
    ExecutableComments,
    /// The text of `/*M! … */` is executed: MariaDB.
    MariaDbComments,
    /// `\` escapes in every string: MySQL.
    BackslashEscapes,
    /// `\` escapes in `E'…'`: PostgreSQL.
    EscapeStrings,
    /// `$$…$$` and `$tag$…$tag$` are strings: PostgreSQL.
    DollarQuotes,
    /// `"…"` is a string, not a name: MySQL.
    DoubleQuotedStrings,
    /// `` `…` `` is a name: MySQL and SQLite.
    BacktickNames,
    /// `[…]` is a name: SQLite. Elsewhere a bracket is a subscript.
    BracketNames,
    /// The DELIMITER command of MySQL's shell sets the delimiter of statements.
    DelimiterCommand,
    /// A trigger has a body that ends with `; END`: SQLite.
    TriggerBodies,
    /// `BEGIN ATOMIC … END` and rules with several statements in parentheses: PostgreSQL.
    AtomicBodies,
    /// Triggers, functions, procedures and events have bodies of nested blocks: MySQL and MariaDB.
    ProgramBodies,
    /// Triggers, functions and procedures have bodies of `BEGIN … END` with declarations before them, and so has
    /// `EXECUTE BLOCK`: Firebird, whose IF and WHILE are no blocks.
    DeclaredBodies,
}

/// Holds the [`LexicalRule`]s of a dialect.
///
/// ```
/// use orm_core::lex::{LexicalRule, LexicalRules};
/// const RULES: LexicalRules = LexicalRules::of(&[LexicalRule::DollarQuotes]);
/// assert!(RULES.has(LexicalRule::DollarQuotes) && !RULES.has(LexicalRule::HashComments));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LexicalRules(u32);

impl LexicalRules {
    /// The rules of the SQL standard.
    pub const STANDARD: Self = Self(0);

    /// Creates the standard's rules with `rules`.
    pub const fn of(rules: &[LexicalRule]) -> Self {
        Self::STANDARD.and(rules)
    }

    /// Adds `rules`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::lex::{LexicalRule, LexicalRules};
    /// let rules = LexicalRules::STANDARD.and(&[LexicalRule::HashComments]);
    /// assert!(rules.has(LexicalRule::HashComments));
    /// ```
    #[must_use]
    pub const fn and(self, rules: &[LexicalRule]) -> Self {
        let (mut bits, mut at) = (self.0, 0);
        while at < rules.len() {
            bits |= 1 << rules[at] as u32;
            at += 1;
        }
        Self(bits)
    }

    /// Returns whether a rule is included.
    #[inline]
    pub const fn has(self, rule: LexicalRule) -> bool {
        self.0 & (1 << rule as u32) != 0
    }
}
