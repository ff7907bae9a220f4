//! [`Change`]: what one statement changes, as far as the rules ask.
//!
//! ALTER TABLE with several actions is several changes. Not a parser of SQL: words at the places where the grammars of the
//! databases have them.

use orm_core::lex::{Lexer, LexicalRules, TokenKind};

/// What a statement is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    CreateTable,
    DropTable,
    /// One action of ALTER TABLE.
    AlterTable,
    CreateIndex,
    DropIndex,
    /// INSERT, UPDATE, DELETE and the like.
    Rows,
    Other,
}

/// One change of a statement.
#[derive(Debug)]
pub(super) struct Change<'a> {
    /// What it is.
    pub what: What,
    /// The table or index, without its schema.
    pub object: String,
    /// The words of the statement.
    pub all: &'a Words,
    /// The words of the action of ALTER TABLE, or those behind the name of the object.
    pub words: Words,
}

/// Words, names without quotes, strings and signs, of which keywords are compared without regard to case.
#[derive(Clone, Debug, Default)]
pub(super) struct Words(Vec<Word>);

#[derive(Clone, Debug)]
struct Word {
    text: String,
    /// Whether it was a string or a quoted name, and so is no keyword.
    is_quoted: bool,
}

impl Words {
    /// Reads a statement.
    pub(super) fn read(statement: &str, rules: LexicalRules) -> Self {
        let tokens = Lexer::new(statement, rules).filter(|token| !token.is_trivia());
        let word = |token: orm_core::lex::Token<'_>| Word {
            text: token.value().into_owned(),
            is_quoted: matches!(token.kind, TokenKind::String | TokenKind::QuotedName),
        };
        Self(tokens.map(word).collect())
    }

    /// The number of words.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The word at a place, with its case.
    pub(super) fn get(&self, at: usize) -> Option<&str> {
        self.0.get(at).map(|word| word.text.as_str())
    }

    /// Whether the word at a place is one of these keywords.
    pub(super) fn is(&self, at: usize, keywords: &[&str]) -> bool {
        self.0.get(at).is_some_and(|word| word.is_any(keywords))
    }

    /// Whether the words begin with these keywords.
    pub(super) fn begin(&self, keywords: &[&str]) -> bool {
        let mut pairs = keywords.iter().enumerate();
        pairs.all(|(at, keyword)| self.is(at, &[keyword]))
    }

    /// Whether these keywords follow each other anywhere.
    pub(super) fn have(&self, keywords: &[&str]) -> bool {
        self.find(keywords).is_some()
    }

    /// The place at which these keywords follow each other.
    pub(super) fn find(&self, keywords: &[&str]) -> Option<usize> {
        (0..self.0.len()).find(|start| {
            let mut pairs = keywords.iter().enumerate();
            pairs.all(|(at, keyword)| self.is(start + at, &[keyword]))
        })
    }

    /// The words from a place on.
    pub(super) fn from(&self, at: usize) -> Self {
        Self(self.0.get(at..).unwrap_or_default().to_vec())
    }

    /// The name at a place, without its schema, and the place behind it.
    fn name(&self, mut at: usize) -> (String, usize) {
        while self.is(at + 1, &["."]) {
            at += 2;
        }
        (self.get(at).unwrap_or_default().to_owned(), at + 1)
    }

    /// The parts between the commas outside of parentheses.
    fn split(&self) -> Vec<Self> {
        let (mut parts, mut depth) = (vec![Self::default()], 0_i32);
        for word in &self.0 {
            match word.text.as_str() {
                "(" if !word.is_quoted => depth += 1,
                ")" if !word.is_quoted => depth -= 1,
                "," if !word.is_quoted && depth == 0 => {
                    parts.push(Self::default());
                    continue;
                }
                _ => {}
            }
            if let Some(last) = parts.last_mut() {
                last.0.push(word.clone());
            }
        }
        parts
    }
}

impl Word {
    fn is_any(&self, keywords: &[&str]) -> bool {
        let is_it = |keyword: &&str| self.text.eq_ignore_ascii_case(keyword);
        !self.is_quoted && keywords.iter().any(is_it)
    }
}

/// The changes of a statement.
pub(super) fn changes(all: &Words) -> Vec<Change<'_>> {
    let change = |what, (object, behind): (String, usize)| Change {
        what,
        object,
        all,
        words: all.from(behind),
    };
    if all.begin(&["CREATE"]) {
        return vec![created(all)];
    }
    if all.begin(&["ALTER", "TABLE"]) {
        return altered(all);
    }
    if all.begin(&["DROP", "TABLE"]) {
        return vec![change(What::DropTable, all.name(behind_condition(all, 2)))];
    }
    if all.begin(&["DROP", "INDEX"]) {
        let at = 2 + usize::from(all.is(2, &["CONCURRENTLY"]));
        return vec![change(What::DropIndex, all.name(behind_condition(all, at)))];
    }
    let rows = [("INSERT", 2), ("UPDATE", 1), ("DELETE", 2), ("REPLACE", 2)];
    if let Some((_, at)) = rows.iter().find(|(word, _)| all.is(0, &[word])) {
        return vec![change(What::Rows, all.name(*at))];
    }
    vec![change(What::Other, (String::new(), 0))]
}

/// The place behind IF [NOT] EXISTS and ONLY.
fn behind_condition(words: &Words, mut at: usize) -> usize {
    if words.is(at, &["IF"]) {
        at += 2 + usize::from(words.is(at + 1, &["NOT"]));
    }
    at + usize::from(words.is(at, &["ONLY"]))
}

fn created(all: &Words) -> Change<'_> {
    // CREATE OR REPLACE TEMPORARY UNLOGGED UNIQUE FULLTEXT … comes before what is created.
    let kind = (1..6).find(|at| all.is(*at, &["TABLE", "INDEX"]));
    let Some(kind) = kind else {
        return Change {
            what: What::Other,
            object: String::new(),
            all,
            words: all.from(1),
        };
    };
    if all.is(kind, &["TABLE"]) {
        let (object, behind) = all.name(behind_condition(all, kind + 1));
        return Change {
            what: What::CreateTable,
            object,
            all,
            words: all.from(behind),
        };
    }
    let on = all.find(&["ON"]).unwrap_or(kind);
    let (object, behind) = all.name(behind_condition(all, on + 1));
    Change {
        what: What::CreateIndex,
        object,
        all,
        words: all.from(behind),
    }
}

fn altered(all: &Words) -> Vec<Change<'_>> {
    let (object, behind) = all.name(behind_condition(all, 2));
    let actions = all.from(behind).split();
    let change = |words: Words| Change {
        what: What::AlterTable,
        object: object.clone(),
        all,
        words,
    };
    actions.into_iter().map(change).collect()
}

impl Change<'_> {
    /// The column that ADD [COLUMN] adds, with the words behind its name.
    pub(super) fn added_column(&self) -> Option<(&str, Words)> {
        if self.what != What::AlterTable || !self.words.is(0, &["ADD"]) {
            return None;
        }
        let is_column = self.words.is(1, &["COLUMN"]);
        if !is_column && self.words.is(1, OTHERS_ADDED) {
            return None;
        }
        let at = behind_condition(&self.words, 1 + usize::from(is_column));
        Some((self.words.get(at)?, self.words.from(at + 1)))
    }

    /// The column that an action changes: ALTER, MODIFY or CHANGE [COLUMN], with the words behind its name.
    pub(super) fn altered_column(&self) -> Option<(&str, Words)> {
        if self.what != What::AlterTable || !self.words.is(0, &["ALTER", "MODIFY", "CHANGE"]) {
            return None;
        }
        if self.words.is(1, &["INDEX", "CONSTRAINT", "CHECK"]) {
            return None;
        }
        let at = 1 + usize::from(self.words.is(1, &["COLUMN"]));
        let behind = at + 1 + usize::from(self.words.is(0, &["CHANGE"]));
        Some((self.words.get(at)?, self.words.from(behind)))
    }

    /// The words behind ADD [CONSTRAINT name] of a constraint.
    pub(super) fn added_constraint(&self) -> Option<Words> {
        if self.what != What::AlterTable || !self.words.is(0, &["ADD"]) {
            return None;
        }
        let at = if self.words.is(1, &["CONSTRAINT"]) {
            3
        } else {
            1
        };
        let words = self.words.from(at);
        words.is(0, CONSTRAINTS).then_some(words)
    }
}

/// What ADD adds that is no column.
const OTHERS_ADDED: &[&str] = &[
    "CONSTRAINT",
    "PRIMARY",
    "UNIQUE",
    "FOREIGN",
    "CHECK",
    "EXCLUDE",
    "INDEX",
    "KEY",
    "FULLTEXT",
    "SPATIAL",
    "PARTITION",
    "PERIOD",
    "SYSTEM",
    "VALUE",
    "GENERATED",
];

const CONSTRAINTS: &[&str] = &["PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "EXCLUDE"];

#[cfg(test)]
mod tests {
    use super::*;

    fn objects(sql: &str) -> Vec<(What, String, usize)> {
        let words = Words::read(sql, LexicalRules::STANDARD);
        let found = changes(&words).into_iter();
        found
            .map(|change| (change.what, change.object, change.words.0.len()))
            .collect()
    }

    #[test]
    fn the_object_of_a_statement_is_found() {
        for (sql, what, object) in [
            (
                "CREATE TABLE IF NOT EXISTS a.\"B\" (c int)",
                What::CreateTable,
                "B",
            ),
            ("create unlogged table t (c int)", What::CreateTable, "t"),
            ("DROP TABLE IF EXISTS t, u", What::DropTable, "t"),
            (
                "CREATE UNIQUE INDEX CONCURRENTLY i ON ONLY s.t (a)",
                What::CreateIndex,
                "t",
            ),
            ("DROP INDEX CONCURRENTLY IF EXISTS i", What::DropIndex, "i"),
            ("UPDATE t SET a = 1", What::Rows, "t"),
            ("INSERT INTO t VALUES (1)", What::Rows, "t"),
            ("VACUUM", What::Other, ""),
        ] {
            let found = objects(sql);
            assert_eq!((found[0].0, found[0].1.as_str()), (what, object), "{sql}");
        }
    }

    #[test]
    fn alter_table_is_a_list_of_actions() {
        let words = Words::read(
            "ALTER TABLE s.t ADD COLUMN IF NOT EXISTS a numeric(10, 2) NOT NULL, DROP b, ADD CONSTRAINT c CHECK (a > 0, 1)",
            LexicalRules::STANDARD,
        );
        let found = changes(&words);
        assert_eq!(found.len(), 3);
        let (column, behind) = found[0].added_column().unwrap();
        assert_eq!(column, "a");
        assert!(behind.begin(&["numeric"]) && behind.have(&["NOT", "NULL"]));
        assert!(found[1].words.begin(&["DROP", "b"]));
        assert!(found[2].added_column().is_none());
        assert!(found[2].added_constraint().unwrap().begin(&["CHECK"]));
    }

    #[test]
    fn a_keyword_in_quotes_is_none() {
        let words = Words::read("ALTER TABLE t ADD \"unique\" int", LexicalRules::STANDARD);
        assert!(changes(&words)[0].added_column().is_some());
    }
}
