//! What a statement does to the transaction around it, as far as its first words tell.
//!
//! Asked by `script.rs` before a script runs, and by `execute.rs` for each statement.

use super::lex::Lexis;
use super::settings::leaves_transaction;
use super::words::Words;

/// What a statement does to the transaction around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Begins one.
    Begin,
    /// Ends one, keeping its work.
    Commit,
    /// Ends one, undoing its work.
    Rollback,
    /// Ends one, keeping its work, in a way that only this very statement knows: `COMMIT AND CHAIN`.
    CommitRaw,
    /// Ends one, undoing its work, in such a way.
    RollbackRaw,
    /// Reads or writes rows, or sets what is put back behind the migration: it neither ends the transaction nor
    /// stays after its rollback, on every database.
    Data,
    /// Creates, alters or drops, so that it ends the transaction where DDL isn't transactional.
    Definition,
    /// Runs statements of its own, which may begin and end transactions.
    Program,
    /// Switches the checks of foreign keys, which SQLite ignores inside a transaction.
    ForeignKeySwitch,
    /// Anything else.
    Other,
}

/// How many tokens of a statement are looked at.
pub(super) const HEAD: usize = 12;

pub(super) fn effect(statement: &str, lexis: Lexis) -> Effect {
    if let Some(code) = code_of_comment(statement, lexis) {
        return effect(code, lexis);
    }
    let words = Words::of(statement, lexis, HEAD);
    if let Some(effect) = transaction_effect(&words) {
        return effect;
    }
    let is = |names: &[&str]| words.is(0, names);
    match () {
        () if is(DATA) || is_query_in_parentheses(&words) => Effect::Data,
        () if lexis == Lexis::Mysql && is(MYSQL_DATA) => Effect::Data,
        () if lexis == Lexis::Mysql && is(&["SET"]) && leaves_transaction(statement) => {
            Effect::Data
        }
        () if is(&["CALL"]) => Effect::Program,
        () if lexis == Lexis::Postgres && is(&["DO"]) => Effect::Program,
        () if lexis == Lexis::Mysql && is(&["EXECUTE"]) => Effect::Program,
        () if lexis == Lexis::Mysql && is_about_temporary(&words) => Effect::Other,
        () if is(DEFINITIONS) => Effect::Definition,
        () if lexis == Lexis::Sqlite && switches_foreign_keys(&words) => Effect::ForeignKeySwitch,
        () => Effect::Other,
    }
}

/// What a statement that is nothing but a comment with a version in front, as mysqldump writes them, holds.
fn code_of_comment(statement: &str, lexis: Lexis) -> Option<&str> {
    let inside = statement
        .strip_suffix("*/")
        .filter(|_| lexis == Lexis::Mysql)?;
    let code = ["/*!", "/*M!"]
        .iter()
        .find_map(|start| inside.strip_prefix(start))?;
    let is_single = Words::of(statement, lexis, 2).get(1).is_none();
    is_single.then(|| code.trim_start_matches(|c: char| c.is_ascii_digit()).trim())
}

fn is_query_in_parentheses(words: &Words) -> bool {
    let first = (0..HEAD).find(|at| !words.is(*at, &["("]));
    first.is_some_and(|at| at > 0 && words.is(at, &["SELECT", "WITH", "VALUES", "TABLE"]))
}

fn transaction_effect(words: &Words) -> Option<Effect> {
    let is = |at: usize, names: &[&str]| words.is(at, names);
    match () {
        () if is(0, &["BEGIN"]) && is(1, &["NOT"]) => Some(Effect::Program),
        () if is(0, &["BEGIN"]) => Some(Effect::Begin),
        () if is(0, &["START"]) && is(1, &["TRANSACTION"]) => Some(Effect::Begin),
        // That of somebody else, who has prepared it.
        () if is(1, &["PREPARED"]) => None,
        () if is(0, &["PREPARE"]) && is(1, &["TRANSACTION"]) => Some(Effect::CommitRaw),
        () if is(0, &["COMMIT", "END"]) && ends_plainly(words) => Some(Effect::Commit),
        () if is(0, &["COMMIT", "END"]) => Some(Effect::CommitRaw),
        // `ROLLBACK TO s`, `ROLLBACK WORK TO s`, `ROLLBACK TRANSACTION TO SAVEPOINT s`.
        () if is(1, &["TO"]) || is(2, &["TO"]) => None,
        () if is(0, &["ROLLBACK", "ABORT"]) && ends_plainly(words) => Some(Effect::Rollback),
        () if is(0, &["ROLLBACK", "ABORT"]) => Some(Effect::RollbackRaw),
        () => None,
    }
}

// `AND CHAIN` begins the next transaction, and MySQL's RELEASE ends the connection.
fn ends_plainly(words: &Words) -> bool {
    !["CHAIN", "RELEASE"]
        .into_iter()
        .any(|word| says(words, word))
}

fn says(words: &Words, word: &str) -> bool {
    words
        .find(1, &[word])
        .is_some_and(|at| !words.is(at - 1, &["NO"]))
}

/// Whether a statement that ends a transaction begins the next one at once.
pub(super) fn chains(statement: &str, lexis: Lexis) -> bool {
    let words = Words::of(statement, lexis, HEAD);
    let effect = transaction_effect(&words);
    let raw = matches!(effect, Some(Effect::CommitRaw | Effect::RollbackRaw));
    effect == Some(Effect::Begin) || raw && says(&words, "CHAIN")
}

// MySQL commits at neither of the two, and would at every other statement about such a table.
fn is_about_temporary(words: &Words) -> bool {
    let replaces = words.is(1, &["OR"]) && words.is(2, &["REPLACE"]);
    let at = if replaces { 3 } else { 1 };
    words.is(0, &["CREATE", "DROP"]) && words.is(at, &["TEMPORARY"])
}

// `PRAGMA foreign_keys = OFF`, `pragma main."foreign_keys"(0)`; without a value it only asks.
fn switches_foreign_keys(words: &Words) -> bool {
    let named = words.object(1).filter(|_| words.is(0, &["PRAGMA"]));
    named.is_some_and(|(name, next)| {
        name.eq_ignore_ascii_case("foreign_keys") && words.is(next, &["=", "("])
    })
}

/// Whether a statement that fails may have done a part of its work, with no transaction around it.
pub(super) fn is_divisible(statement: &str, lexis: Lexis) -> bool {
    let words = Words::of(statement, lexis, HEAD);
    match lexis {
        // INSERT OR FAIL keeps the rows before the one that failed.
        Lexis::Sqlite => words.is(1, &["OR"]) && words.is(2, &["FAIL"]),
        // An index that could not be built stays behind as an invalid one.
        Lexis::Postgres => words.find(1, &["CONCURRENTLY"]).is_some(),
        Lexis::Mysql => words.is(0, &["DROP", "GRANT", "REVOKE"]) && statement.contains(','),
    }
}

/// First words of statements about rows.
const DATA: &[&str] = &["INSERT", "UPDATE", "DELETE", "REPLACE", "SELECT", "WITH"];

/// The same on MySQL and MariaDB alone. CALL and EXECUTE may do anything.
const MYSQL_DATA: &[&str] = &[
    "DO", "TABLE", "VALUES", "SHOW", "EXPLAIN", "DESCRIBE", "DESC", "USE",
];

/// First words of statements that commit by themselves on MySQL and MariaDB.
const DEFINITIONS: &[&str] = &[
    "CREATE", "ALTER", "DROP", "RENAME", "TRUNCATE", "GRANT", "REVOKE", "ANALYZE", "OPTIMIZE",
    "REPAIR", "LOCK", "UNLOCK",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(lexis: Lexis, expected: Effect, statements: &[&str]) {
        for statement in statements {
            assert_eq!(effect(statement, lexis), expected, "{statement}");
        }
    }

    #[test]
    fn the_first_words_tell() {
        check(
            Lexis::Sqlite,
            Effect::Begin,
            &["BEGIN", "begin immediate", "/* a */ BEGIN TRANSACTION"],
        );
        check(
            Lexis::Mysql,
            Effect::Begin,
            &["START TRANSACTION", "BEGIN WORK"],
        );
        check(
            Lexis::Sqlite,
            Effect::Commit,
            &["COMMIT", "END", "end transaction"],
        );
        check(
            Lexis::Postgres,
            Effect::Rollback,
            &["ROLLBACK", "ABORT", "ROLLBACK WORK"],
        );
        check(
            Lexis::Postgres,
            Effect::Data,
            &["INSERT INTO a VALUES (1)", "WITH x AS (SELECT 1) SELECT 1"],
        );
        check(
            Lexis::Mysql,
            Effect::Definition,
            &["CREATE TABLE a (b INT)", "drop table a"],
        );
    }

    #[test]
    fn what_leaves_mysqls_transaction_alone() {
        check(
            Lexis::Mysql,
            Effect::Data,
            &[
                "SET NAMES utf8mb4",
                "SET @a = 1",
                "DO SLEEP(0)",
                "(SELECT 1)",
                "((SELECT 1) UNION (SELECT 2))",
                "/*!40101 SET NAMES utf8 */",
                "/*M!100100 SET @a = 1 */",
                "SHOW WARNINGS",
            ],
        );
        check(
            Lexis::Mysql,
            Effect::Definition,
            &["/*!40000 ALTER TABLE a DISABLE KEYS */"],
        );
        check(
            Lexis::Mysql,
            Effect::Other,
            &[
                "SET autocommit = 1",
                "/*!50003 CREATE*/ /*!50017 DEFINER=a@b*/ /*!50003 TRIGGER c */",
                "(1)",
            ],
        );
        check(Lexis::Postgres, Effect::Data, &["(SELECT 1)"]);
        check(Lexis::Postgres, Effect::Other, &["SET a = 1"]);
    }

    #[test]
    fn the_switch_of_foreign_keys_is_found_however_it_is_written() {
        check(
            Lexis::Sqlite,
            Effect::ForeignKeySwitch,
            &[
                "PRAGMA foreign_keys = OFF",
                "pragma foreign_keys(0)",
                "PRAGMA main.foreign_keys=OFF",
                "PRAGMA \"foreign_keys\"=OFF",
                "PRAGMA /* x */ [main] . `Foreign_Keys` (OFF)",
            ],
        );
        check(
            Lexis::Sqlite,
            Effect::Other,
            &[
                "PRAGMA foreign_keys",
                "PRAGMA main.foreign_keys",
                "PRAGMA foreign_key_check",
            ],
        );
    }

    #[test]
    fn the_rest_is_left_to_the_database() {
        check(
            Lexis::Postgres,
            Effect::Other,
            &[
                "ROLLBACK TO s",
                "ROLLBACK WORK TO s",
                "COMMIT PREPARED 'a'",
                "SAVEPOINT s",
                "",
            ],
        );
        check(
            Lexis::Mysql,
            Effect::Other,
            &[
                "SET PASSWORD = 'a'",
                "CREATE TEMPORARY TABLE a (b INT)",
                "create or replace temporary table a (b INT)",
                "DROP TEMPORARY TABLE a",
            ],
        );
        check(
            Lexis::Mysql,
            Effect::Program,
            &["BEGIN NOT ATOMIC SELECT 1; END", "call p()", "EXECUTE s"],
        );
        check(Lexis::Postgres, Effect::Program, &["DO $$ BEGIN END $$"]);
    }

    #[test]
    fn the_ends_of_a_transaction_that_have_more_to_say_are_told_apart() {
        check(
            Lexis::Mysql,
            Effect::CommitRaw,
            &[
                "COMMIT AND CHAIN",
                "COMMIT WORK AND CHAIN",
                "COMMIT RELEASE",
            ],
        );
        check(
            Lexis::Postgres,
            Effect::CommitRaw,
            &["END AND CHAIN", "PREPARE TRANSACTION 'a'"],
        );
        check(Lexis::Mysql, Effect::RollbackRaw, &["ROLLBACK AND CHAIN"]);
        check(
            Lexis::Mysql,
            Effect::Commit,
            &["COMMIT AND NO CHAIN NO RELEASE", "COMMIT WORK"],
        );
    }
}
