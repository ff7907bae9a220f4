//! Which rules statements break, on each database.

use orm_core::ServerVersion;

use super::{Finding, Target, lint_script};
use crate::dialect;
use crate::migration::split;

fn findings(dialect: &str, script: &str, in_transaction: bool) -> Vec<Finding> {
    let grammar = dialect::grammar(dialect::by_name(dialect).unwrap());
    let statements = split(script, grammar.rules).unwrap();
    let target = Target {
        grammar,
        version: None,
        has_lock_timeout: true,
        off: &[],
    };
    lint_script(
        ("m", "up.sql"),
        script,
        &statements,
        (in_transaction, target),
    )
}

#[track_caller]
fn check(dialect: &str, script: &str, expected: &[&str]) {
    let found = findings(dialect, script, true);
    let rules: Vec<&str> = found.iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, expected, "{script}");
}

#[test]
fn what_loses_rows_is_found_on_every_database() {
    for dialect in ["sqlite", "postgres", "mysql"] {
        check(dialect, "DROP TABLE users", &["drop-table"]);
        check(
            dialect,
            "ALTER TABLE users DROP COLUMN age",
            &["drop-column"],
        );
        check(dialect, "ALTER TABLE users DROP age", &["drop-column"]);
        check(
            dialect,
            "ALTER TABLE users RENAME COLUMN a TO b",
            &["rename"],
        );
        check(dialect, "ALTER TABLE users RENAME TO people", &["rename"]);
        check(
            dialect,
            "ALTER TABLE users ADD COLUMN a INT NOT NULL",
            &["add-not-null"],
        );
        check(dialect, "UPDATE users SET a = 1", &["unbounded-update"]);
        check(dialect, "DELETE FROM users WHERE a = 1", &[]);
        check(dialect, "TRUNCATE users", &["truncate"]);
        check(dialect, "DROP VIEW a CASCADE", &["drop-cascade"]);
        check(dialect, "DROP SCHEMA a", &["drop-schema"]);
        check(dialect, "ALTER TABLE users ADD COLUMN a INT", &[]);
        check(
            dialect,
            "ALTER TABLE users ADD a INT NOT NULL DEFAULT 0",
            &[],
        );
        let own = "CREATE TABLE users (a INT);\nALTER TABLE users DROP COLUMN a;\nUPDATE users SET b = 1;";
        check(dialect, own, &[]);
    }
}

#[test]
fn what_blocks_postgres_is_found() {
    for (script, expected) in [
        (
            "CREATE INDEX i ON users (a)",
            &["index-without-concurrently"][..],
        ),
        ("DROP INDEX i", &["index-without-concurrently"]),
        (
            "CREATE INDEX CONCURRENTLY i ON users (a)",
            &["concurrently-in-transaction"],
        ),
        (
            "ALTER TABLE users ADD CONSTRAINT c CHECK (a > 0)",
            &["constraint-without-not-valid"],
        ),
        (
            "ALTER TABLE users ADD CONSTRAINT c CHECK (a > 0) NOT VALID",
            &[],
        ),
        ("ALTER TABLE users VALIDATE CONSTRAINT c", &[]),
        (
            "ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES c (d)",
            &["constraint-without-not-valid"],
        ),
        (
            "ALTER TABLE a ADD CONSTRAINT u UNIQUE (b)",
            &["unique-without-index"],
        ),
        ("ALTER TABLE a ADD CONSTRAINT u UNIQUE USING INDEX i", &[]),
        (
            "ALTER TABLE a ADD CONSTRAINT e EXCLUDE (b WITH =)",
            &["exclusion"],
        ),
        (
            "ALTER TABLE a ALTER COLUMN b SET NOT NULL",
            &["set-not-null"],
        ),
        (
            "ALTER TABLE a ADD b uuid DEFAULT gen_random_uuid()",
            &["volatile-default"],
        ),
        ("ALTER TABLE a ADD b timestamptz DEFAULT now()", &[]),
        ("ALTER TABLE a ADD b bigserial", &["rewriting-column"]),
    ] {
        check("postgres", script, expected);
    }
    let outside = findings(
        "postgres",
        "CREATE INDEX CONCURRENTLY i ON users (a)",
        false,
    );
    assert_eq!(outside, []);
}

#[test]
fn what_postgres_has_better_forms_of_is_found() {
    for (script, expected) in [
        ("ALTER TABLE a ALTER b TYPE bigint", &["change-type"][..]),
        ("ALTER TABLE a ALTER COLUMN b SET DATA TYPE text", &[]),
        (
            "ALTER TYPE mood RENAME VALUE 'a' TO 'b'",
            &["rename-enum-value"],
        ),
        ("VACUUM FULL a", &["vacuum-full"]),
        ("LOCK TABLE a", &["lock-table"]),
        ("CREATE TABLE a (b json)", &["prefer-jsonb"]),
        ("ALTER TABLE a ADD b char(3)", &["prefer-text"]),
        (
            "CREATE TABLE a (id bigint, b timestamp)",
            &["prefer-timestamptz"],
        ),
        (
            "CREATE TABLE a (id integer PRIMARY KEY)",
            &["prefer-bigint-key"],
        ),
        (
            "ALTER TABLE a ADD b int;\nUPDATE a SET b = 1 WHERE b IS NULL",
            &["rows-with-definitions"],
        ),
    ] {
        check("postgres", script, expected);
    }
}

#[test]
fn what_copies_tables_of_mysql_is_found() {
    for (script, expected) in [
        ("ALTER TABLE a MODIFY b BIGINT", &["change-column"][..]),
        (
            "ALTER TABLE a MODIFY b BIGINT, ALGORITHM=INPLACE, LOCK=NONE",
            &[],
        ),
        ("ALTER TABLE a DROP PRIMARY KEY", &["primary-key"]),
        (
            "ALTER TABLE a CONVERT TO CHARACTER SET utf8mb4",
            &["convert-charset"],
        ),
        ("CREATE FULLTEXT INDEX i ON a (b)", &["locking-index"]),
        (
            "ALTER TABLE a ADD COLUMN b INT REFERENCES c (d)",
            &["inline-references"],
        ),
        ("SET foreign_key_checks = 0", &["foreign-key-checks"]),
        ("CREATE UNIQUE INDEX i ON a (b)", &["add-unique"]),
    ] {
        check("mysql", script, expected);
    }
}

#[test]
fn what_sqlite_refuses_is_found() {
    check(
        "sqlite",
        "ALTER TABLE a ADD b TEXT DEFAULT CURRENT_TIMESTAMP",
        &["non-constant-default"],
    );
    check(
        "sqlite",
        "ALTER TABLE a RENAME TO a_old",
        &["rename", "rename-away"],
    );
    check(
        "sqlite",
        "PRAGMA writable_schema = ON",
        &["writable-schema"],
    );
}

#[test]
fn a_comment_with_a_reason_accepts_a_statement() {
    check(
        "sqlite",
        "-- orm:allow(drop-table) it was never used\nDROP TABLE a;\nDROP TABLE b;",
        &["drop-table"],
    );
    check(
        "sqlite",
        "-- orm:allow-file(drop-table) all are empty\nDROP TABLE a;\nDROP TABLE b;",
        &[],
    );
    check(
        "sqlite",
        "-- orm:allow(drop-table)\nDROP TABLE a;",
        &["allow-without-reason", "drop-table"],
    );
}

#[test]
fn a_finding_has_its_line_and_what_to_write() {
    let found = findings("postgres", "SELECT 1;\n\nDROP TABLE users;", true);
    assert_eq!((found[0].line, found[0].file.as_str()), (3, "up.sql"));
    assert_eq!(found[0].message, "drops the table users with its rows");
    assert!(found[0].instead.contains("deploy"));
}

#[test]
fn the_version_of_the_server_decides() {
    let grammar = dialect::grammar(dialect::by_name("mysql").unwrap());
    let script = "CREATE TABLE a (b INT REFERENCES c (d))";
    let statements = split(script, grammar.rules).unwrap();
    let found = |version| {
        let target = Target {
            grammar,
            version,
            has_lock_timeout: false,
            off: &[],
        };
        lint_script(("m", "up.sql"), script, &statements, (true, target)).len()
    };
    assert_eq!(
        (found(None), found(Some(ServerVersion::new(9, 0, 1)))),
        (1, 0)
    );
}
