//! [`StatementKind`]: the effect of a statement on the transaction, by its first words.
//!
//! Used by `script.rs` before a script runs, and by `execute.rs` for each statement.

use orm_core::lex::{Tokens, TransactionControl, TransactionEnd};

use super::settings::leaves_transaction;
use crate::dialect::{Family, Grammar};

/// What a statement does to the transaction around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StatementKind {
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
const HEAD: usize = 12;

pub(super) fn statement_kind(statement: &str, grammar: Grammar) -> StatementKind {
    let tokens = Tokens::first(HEAD, statement, grammar.rules);
    let control = TransactionControl::of(statement, grammar.rules);
    if let Some(kind) = control.and_then(|control| transaction_kind(&control)) {
        return kind;
    }
    let is = |words: &[&str]| tokens.is(0, words);
    let (is_mysql, is_postgres) = (
        grammar.family == Family::Mysql,
        grammar.family == Family::Postgres,
    );
    match () {
        () if is(&["BEGIN"]) => StatementKind::Program,
        () if is(DATA) || is_query_in_parentheses(&tokens) => StatementKind::Data,
        () if is_mysql && is(MYSQL_DATA) => StatementKind::Data,
        () if is_mysql && is(&["SET"]) && leaves_transaction(statement, grammar.rules) => {
            StatementKind::Data
        }
        () if is(&["CALL"]) => StatementKind::Program,
        () if is_postgres && is(&["DO"]) => StatementKind::Program,
        () if is_mysql && is(&["EXECUTE"]) => StatementKind::Program,
        () if is_mysql && is_about_temporary(&tokens) => StatementKind::Other,
        () if is(DEFINITIONS) => StatementKind::Definition,
        () if grammar.family == Family::Sqlite && switches_foreign_keys(&tokens) => {
            StatementKind::ForeignKeySwitch
        }
        () => StatementKind::Other,
    }
}

fn is_query_in_parentheses(tokens: &Tokens<'_>) -> bool {
    let first = (0..HEAD).find(|at| !tokens.is(*at, &["("]));
    first.is_some_and(|at| at > 0 && tokens.is(at, &["SELECT", "WITH", "VALUES", "TABLE"]))
}

fn transaction_kind(control: &TransactionControl) -> Option<StatementKind> {
    use TransactionControl::{Begin, Commit, Prepare, Release, Rollback, RollbackTo, Savepoint};
    let plain = TransactionEnd::default();
    match control {
        Begin => Some(StatementKind::Begin),
        Commit(end) if *end == plain => Some(StatementKind::Commit),
        Commit(_) | Prepare => Some(StatementKind::CommitRaw),
        Rollback(end) if *end == plain => Some(StatementKind::Rollback),
        Rollback(_) => Some(StatementKind::RollbackRaw),
        Savepoint(_) | Release(_) | RollbackTo(_) => None,
    }
}

// MySQL commits at neither of the two, and would at every other statement about such a table.
fn is_about_temporary(tokens: &Tokens<'_>) -> bool {
    let replaces = tokens.is(1, &["OR"]) && tokens.is(2, &["REPLACE"]);
    let at = if replaces { 3 } else { 1 };
    tokens.is(0, &["CREATE", "DROP"]) && tokens.is(at, &["TEMPORARY"])
}

// `PRAGMA foreign_keys = OFF`, `pragma main."foreign_keys"(0)`; without a value it only reads.
fn switches_foreign_keys(tokens: &Tokens<'_>) -> bool {
    let named = tokens.object(1).filter(|_| tokens.is(0, &["PRAGMA"]));
    named.is_some_and(|(name, next)| {
        name.eq_ignore_ascii_case("foreign_keys") && tokens.is(next, &["=", "("])
    })
}

/// Whether a statement that fails may have done a part of its work, with no transaction around it.
pub(super) fn is_divisible(statement: &str, grammar: Grammar) -> bool {
    let tokens = Tokens::first(HEAD, statement, grammar.rules);
    match grammar.family {
        // INSERT OR FAIL keeps the rows before the one that failed.
        Family::Sqlite => tokens.is(1, &["OR"]) && tokens.is(2, &["FAIL"]),
        // An index that could not be built stays behind as an invalid one.
        Family::Postgres => tokens.find(1, &["CONCURRENTLY"]).is_some(),
        Family::Mysql => tokens.is(0, &["DROP", "GRANT", "REVOKE"]) && statement.contains(','),
    }
}

/// Whether a statement sets up the session, and is run again where a migration continues in another one.
pub(super) fn is_session(statement: &str, grammar: Grammar) -> bool {
    let words = Tokens::first(2, statement, grammar.rules);
    match grammar.family {
        Family::Sqlite => words.is(0, &["PRAGMA", "ATTACH", "DETACH"]),
        Family::Postgres => words.is(0, &["SET", "RESET"]) && !words.is(1, &["TRANSACTION"]),
        Family::Mysql => {
            let is_prepared = words.is(0, &["PREPARE", "DEALLOCATE"]);
            let is_setting = words.is(0, &["SET", "USE"]);
            is_prepared
                || is_setting && !words.is(1, &["PASSWORD", "GLOBAL", "PERSIST", "TRANSACTION"])
        }
    }
}

/// Whether a statement reads or sets a variable of the session of MySQL.
pub(super) fn has_variable(statement: &str, grammar: Grammar) -> bool {
    let tokens = Tokens::unquoted(statement, grammar.rules);
    let is_at = |at: usize| tokens.is(at, &["@"]);
    let is_variable = |at: usize| is_at(at) && !is_at(at + 1) && (at == 0 || !is_at(at - 1));
    grammar.family == Family::Mysql && (0..tokens.len()).any(is_variable)
}

/// Whether a statement calls a function.
pub(super) fn computes(statement: &str, grammar: Grammar) -> bool {
    Tokens::unquoted(statement, grammar.rules)
        .find(0, &["("])
        .is_some()
}

/// Whether a statement asks for what the one before it has left in the session.
pub(super) fn reads_last(statement: &str, grammar: Grammar) -> bool {
    const LAST: &[&str] = &[
        "LAST_INSERT_ID",
        "ROW_COUNT",
        "FOUND_ROWS",
        "LAST_INSERT_ROWID",
        "CHANGES",
        "LASTVAL",
        "CURRVAL",
    ];
    let tokens = Tokens::unquoted(statement, grammar.rules);
    (0..tokens.len()).any(|at| tokens.is(at, LAST) && tokens.is(at + 1, &["("]))
}

/// Whether a statement of MySQL names an engine whose rows no rollback reaches.
pub(super) fn names_engine(statement: &str, grammar: Grammar) -> bool {
    const ENGINES: &[&str] = &[
        "MyISAM",
        "Aria",
        "MEMORY",
        "HEAP",
        "CSV",
        "ARCHIVE",
        "MERGE",
        "MRG_MyISAM",
        "FEDERATED",
        "CONNECT",
    ];
    const WORDS: &[&str] = &["ENGINE", "default_storage_engine", "storage_engine"];
    if grammar.family != Family::Mysql {
        return false;
    }
    let tokens = Tokens::first(usize::MAX, statement, grammar.rules);
    let is_named = |at: usize| {
        let value = at + 1 + usize::from(tokens.is(at + 1, &["="]));
        tokens.is(at, WORDS) && tokens.is(value, ENGINES)
    };
    (0..tokens.len()).any(is_named)
}

/// Whether a statement leaves the session able to write to the bookkeeping's tables in the script's own transaction:
/// it changes neither the role nor when a transaction ends.
pub(super) fn is_plain(statement: &str, grammar: Grammar) -> bool {
    let words = Tokens::first(HEAD, statement, grammar.rules);
    match grammar.family {
        Family::Sqlite => true,
        Family::Postgres => {
            let sets = words.is(0, &["SET", "RESET", "DISCARD", "BEGIN", "START"]);
            let about = [
                "ROLE",
                "AUTHORIZATION",
                "ALL",
                "READ",
                "default_transaction_read_only",
            ];
            // What is prepared is committed by others.
            let is_prepared = words.is(0, &["PREPARE"]) && words.is(1, &["TRANSACTION"]);
            !(is_prepared || sets && words.find(1, &about).is_some())
        }
        Family::Mysql => {
            let locks = words.is(0, &["LOCK"]);
            let reads_only = words.is(0, &["START"]) && words.find(1, &["READ"]).is_some();
            let sets = words.is(0, &["SET"]) && !leaves_transaction(statement, grammar.rules);
            !(locks || reads_only || sets)
        }
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
    use crate::dialect;

    #[track_caller]
    fn check(dialect: &str, expected: StatementKind, statements: &[&str]) {
        let grammar = dialect::grammar(dialect::by_name(dialect).unwrap());
        for statement in statements {
            assert_eq!(statement_kind(statement, grammar), expected, "{statement}");
        }
    }

    #[test]
    fn the_first_words_tell() {
        check(
            "sqlite",
            StatementKind::Begin,
            &["BEGIN", "begin immediate", "/* a */ BEGIN TRANSACTION"],
        );
        check(
            "mysql",
            StatementKind::Begin,
            &["START TRANSACTION", "BEGIN WORK"],
        );
        check(
            "sqlite",
            StatementKind::Commit,
            &["COMMIT", "END", "end transaction"],
        );
        check(
            "postgres",
            StatementKind::Rollback,
            &["ROLLBACK", "ABORT", "ROLLBACK WORK"],
        );
        check(
            "postgres",
            StatementKind::Data,
            &["INSERT INTO a VALUES (1)", "WITH x AS (SELECT 1) SELECT 1"],
        );
        check(
            "mysql",
            StatementKind::Definition,
            &["CREATE TABLE a (b INT)", "drop table a"],
        );
    }

    #[test]
    fn what_leaves_mysqls_transaction_alone() {
        check(
            "mysql",
            StatementKind::Data,
            &[
                "SET NAMES utf8mb4",
                "SET @a = 1",
                "DO SLEEP(0)",
                "(SELECT 1)",
                "((SELECT 1) UNION (SELECT 2))",
                "/*!40101 SET NAMES utf8 */",
                "SHOW WARNINGS",
            ],
        );
        check(
            "mysql",
            StatementKind::Definition,
            &[
                "/*!40000 ALTER TABLE a DISABLE KEYS */",
                "/*!50003 CREATE*/ /*!50017 DEFINER=a@b*/ /*!50003 TRIGGER c */",
            ],
        );
        check(
            "mariadb",
            StatementKind::Data,
            &["/*M!100100 SET @a = 1 */"],
        );
        check(
            "mysql",
            StatementKind::Other,
            &["SET autocommit = 1", "(1)"],
        );
        check("postgres", StatementKind::Data, &["(SELECT 1)"]);
        check("postgres", StatementKind::Other, &["SET a = 1"]);
    }

    #[test]
    fn the_switch_of_foreign_keys_is_found_however_it_is_written() {
        check(
            "sqlite",
            StatementKind::ForeignKeySwitch,
            &[
                "PRAGMA foreign_keys = OFF",
                "pragma foreign_keys(0)",
                "PRAGMA main.foreign_keys=OFF",
                "PRAGMA \"foreign_keys\"=OFF",
                "PRAGMA /* x */ [main] . `Foreign_Keys` (OFF)",
            ],
        );
        check(
            "sqlite",
            StatementKind::Other,
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
            "postgres",
            StatementKind::Other,
            &[
                "ROLLBACK TO s",
                "ROLLBACK WORK TO s",
                "COMMIT PREPARED 'a'",
                "SAVEPOINT s",
                "",
            ],
        );
        check(
            "mysql",
            StatementKind::Other,
            &[
                "SET PASSWORD = 'a'",
                "CREATE TEMPORARY TABLE a (b INT)",
                "create or replace temporary table a (b INT)",
                "DROP TEMPORARY TABLE a",
            ],
        );
        check(
            "mysql",
            StatementKind::Program,
            &["BEGIN NOT ATOMIC SELECT 1; END", "call p()", "EXECUTE s"],
        );
        check("postgres", StatementKind::Program, &["DO $$ BEGIN END $$"]);
    }

    #[test]
    fn what_a_migration_repeats_where_it_continues() {
        let grammar = |name| dialect::grammar(dialect::by_name(name).unwrap());
        let mysql = grammar("mysql");
        for statement in [
            "SET foreign_key_checks = 0",
            "USE a",
            "/*!40101 SET NAMES utf8 */",
        ] {
            assert!(is_session(statement, mysql), "{statement}");
        }
        for statement in ["SET PASSWORD = 'a'", "SET GLOBAL a = 1", "SELECT 1"] {
            assert!(!is_session(statement, mysql), "{statement}");
        }
        assert!(is_session("PRAGMA foreign_keys = OFF", grammar("sqlite")));
        assert!(has_variable("SELECT max(id) INTO @a FROM b", mysql));
        assert!(!has_variable("SELECT '@a', @@sql_mode", mysql));
        assert!(reads_last("INSERT INTO a VALUES (last_insert_id())", mysql));
        assert!(!reads_last("SELECT changes FROM a", mysql));
        assert!(names_engine(
            "CREATE TABLE a (b INT) ENGINE = MyISAM",
            mysql
        ));
        assert!(names_engine("SET default_storage_engine = 'Aria'", mysql));
        assert!(!names_engine(
            "CREATE TABLE a (engine INT) ENGINE=InnoDB",
            mysql
        ));
        for statement in [
            "SET ROLE a",
            "SET LOCAL SESSION AUTHORIZATION a",
            "BEGIN READ ONLY",
            "PREPARE TRANSACTION 'a'",
        ] {
            assert!(!is_plain(statement, grammar("postgres")), "{statement}");
        }
        assert!(is_plain("SET search_path = a", grammar("postgres")));
        assert!(is_plain("SET sql_mode = ''", mysql));
        assert!(!is_plain("SET autocommit = 0", mysql));
        assert!(!is_plain("LOCK TABLES a WRITE", mysql));
    }

    #[test]
    fn the_ends_of_a_transaction_that_have_more_to_say_are_told_apart() {
        check(
            "mysql",
            StatementKind::CommitRaw,
            &[
                "COMMIT AND CHAIN",
                "COMMIT WORK AND CHAIN",
                "COMMIT RELEASE",
            ],
        );
        check(
            "postgres",
            StatementKind::CommitRaw,
            &["END AND CHAIN", "PREPARE TRANSACTION 'a'"],
        );
        check("mysql", StatementKind::RollbackRaw, &["ROLLBACK AND CHAIN"]);
        check(
            "mysql",
            StatementKind::Commit,
            &["COMMIT AND NO CHAIN NO RELEASE", "COMMIT WORK"],
        );
    }
}
