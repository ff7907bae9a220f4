//! Whether a statement may be run again when it is not known whether an earlier run of it took effect.

use orm_core::lex::Tokens;

use super::statement_kind;
use crate::dialect::{Family, Grammar};

/// Whether a second run of a statement fails, or leaves what the first one has left: it says what there should be, and
/// not what is to be done. `resume.rs` runs such a statement again, and asks the user about all others.
pub(super) fn may_run_twice(statement: &str, grammar: Grammar) -> bool {
    let tokens = Tokens::unquoted(statement, grammar.rules);
    let is = |words: &[&str]| tokens.is(0, words);
    match () {
        () if statement_kind::is_divisible(statement, grammar) => false,
        () if is(&["CREATE"]) => is_creation(&tokens, grammar),
        () if is(&["ALTER"]) => is_alteration(&tokens),
        // A second `RENAME TABLE a TO c, b TO a, c TO b` swaps them back.
        () if is(&["RENAME"]) => tokens.find(0, &[","]).is_none(),
        () if is(&["DROP", "TRUNCATE", "GRANT", "REVOKE", "ANALYZE"]) => true,
        () => match grammar.family {
            Family::Sqlite => is(&["VACUUM", "REINDEX", "SELECT"]),
            Family::Postgres => is(&["VACUUM", "COMMENT", "REFRESH", "CLUSTER"]),
            Family::Mysql => is(&[
                "CHECK", "FLUSH", "LOCK", "OPTIMIZE", "REPAIR", "SHOW", "UNLOCK",
            ]),
        },
    }
}

/// Whether what is created has a name, by which it is found the second time.
fn is_creation(tokens: &Tokens<'_>, grammar: Grammar) -> bool {
    // The names that PostgreSQL gives are new each time.
    if let Some(at) = tokens.find(1, &["INDEX", "STATISTICS"])
        && at < 4
        && tokens.is(after_if_not_exists(tokens, at + 1), &["ON", "("])
    {
        return false;
    }
    // The rows are the statement's too, and MariaDB may keep the table without them.
    let fills = grammar.family == Family::Mysql
        && tokens.is(1, &["TABLE"])
        && tokens.find(2, &["SELECT"]).is_some();
    !fills
}

fn is_alteration(tokens: &Tokens<'_>) -> bool {
    // `TYPE … USING n * 100` computes from what it computed; EXCHANGE swaps back; ADD PARTITION adds more.
    const REPEATS: &[&str] = &["USING", "EXCHANGE", "PARTITION", "PARTITIONS"];
    let renames = (1..tokens.len()).filter(|at| tokens.is(*at, &["RENAME", "CHANGE"]));
    let adds_unnamed = |at: usize| tokens.is(at, &["ADD"]) && is_unnamed(tokens, at + 1);
    // Two renames may swap two columns, and the second time swap them back.
    tokens.find(1, REPEATS).is_none() && renames.count() < 2 && !(1..tokens.len()).any(adds_unnamed)
}

/// Whether the index or constraint that begins here gets its name from the server: a new one each time.
fn is_unnamed(tokens: &Tokens<'_>, at: usize) -> bool {
    if tokens.is(at, &["CONSTRAINT"]) {
        let at = after_if_not_exists(tokens, at + 1);
        return tokens.is(at, &["CHECK", "FOREIGN", "UNIQUE", "EXCLUDE"]);
    }
    if tokens.is(at, &["CHECK", "FOREIGN", "EXCLUDE"]) {
        return true;
    }
    let mut next = at;
    for words in [&["UNIQUE", "FULLTEXT", "SPATIAL"][..], &["INDEX", "KEY"]] {
        next += usize::from(tokens.is(next, words));
    }
    next > at && tokens.is(after_if_not_exists(tokens, next), &["(", "NULLS"])
}

fn after_if_not_exists(tokens: &Tokens<'_>, at: usize) -> usize {
    let is_there = tokens.is(at, &["IF"]) && tokens.is(at + 1, &["NOT"]);
    if is_there { at + 3 } else { at }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect;

    #[track_caller]
    fn check(dialect: &str, expected: bool, statements: &[&str]) {
        let grammar = dialect::grammar(dialect::by_name(dialect).unwrap());
        for statement in statements {
            assert_eq!(may_run_twice(statement, grammar), expected, "{statement}");
        }
    }

    #[test]
    fn what_names_its_objects_may_run_twice() {
        check(
            "postgres",
            true,
            &[
                "CREATE TABLE a (id INTEGER, CHECK (id > 0))",
                "CREATE TABLE a AS SELECT 1",
                "CREATE UNIQUE INDEX IF NOT EXISTS ix ON a (n)",
                "ALTER TABLE a ADD CONSTRAINT c CHECK (n > 0)",
                "ALTER TYPE t ADD VALUE 'RENAME RENAME'",
                "ALTER TABLE a RENAME TO b",
                "DROP TABLE a, b",
                "COMMENT ON TABLE a IS 'b'",
                "VACUUM a",
            ],
        );
        check(
            "mysql",
            true,
            &[
                "ALTER TABLE a ADD COLUMN n INT, ADD UNIQUE INDEX ix (n), ADD KEY `k` (n)",
                "ALTER TABLE a ADD PRIMARY KEY (n)",
                "ALTER TABLE a CHANGE b c INT",
                "RENAME TABLE a TO b",
                "TRUNCATE TABLE a",
                "FLUSH TABLES",
            ],
        );
        check("sqlite", true, &["CREATE INDEX ix ON a (n)", "VACUUM"]);
    }

    #[test]
    fn what_would_be_done_twice_may_not() {
        check(
            "postgres",
            false,
            &[
                "CREATE INDEX ON a (n)",
                "CREATE UNIQUE INDEX ON a (n)",
                "CREATE INDEX CONCURRENTLY ix ON a (n)",
                "CREATE STATISTICS ON a, b FROM c",
                "ALTER TABLE a ALTER n TYPE INTEGER USING n * 100",
                "ALTER TABLE a ADD CHECK (n > 0)",
                "ALTER TABLE a ADD UNIQUE (n)",
                "ALTER TABLE a ADD UNIQUE NULLS NOT DISTINCT (n)",
                "ALTER TABLE a ADD FOREIGN KEY (n) REFERENCES b",
                "SELECT setval('s', 1)",
                "DO $$ BEGIN END $$",
                "COPY a FROM 'b'",
            ],
        );
        check(
            "mysql",
            false,
            &[
                "CREATE TABLE a AS SELECT 1 AS n",
                "ALTER TABLE a ADD INDEX (n)",
                "ALTER TABLE a ADD UNIQUE KEY (n)",
                "ALTER TABLE a ADD CONSTRAINT CHECK (n > 0)",
                "ALTER TABLE a RENAME COLUMN b TO c, RENAME COLUMN c TO b",
                "ALTER TABLE a CHANGE b c INT, CHANGE c b INT",
                "ALTER TABLE a ADD PARTITION PARTITIONS 4",
                "ALTER TABLE a EXCHANGE PARTITION p WITH TABLE b",
                "RENAME TABLE a TO c, b TO a, c TO b",
                "DROP TABLE a, b",
                "CALL p()",
                "INSERT INTO a VALUES (1)",
                "SET GLOBAL sql_mode = ''",
            ],
        );
        check("sqlite", false, &["INSERT INTO a VALUES (1)"]);
    }
}
