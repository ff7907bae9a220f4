//! Finds commands of a database's shell in scripts: data of COPY, commands of psql, sqlite3 and mysql. Used by
//! `script.rs` before execution; servers would report a syntax error.

use orm_core::lex::{Lexer, LexicalRules, Tokens, first_word};

use super::split::Statement;
use crate::dialect::{Family, Grammar};

/// What a statement has that only a shell understands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ShellOnly {
    /// Lines behind the statement's first one.
    pub line: usize,
    /// What it is, in words.
    pub what: String,
    pub hint: &'static str,
}

/// Finds it.
pub(super) fn find(statement: &Statement<'_>, grammar: Grammar) -> Option<ShellOnly> {
    let (text, rules) = (statement.text, grammar.rules);
    match grammar.family {
        Family::Postgres => copy(text, rules).or_else(|| backslash(text, rules)),
        Family::Sqlite => dot(text),
        Family::Mysql => source(text, rules).or_else(|| leading_backslash(text)),
    }
}

fn copy(text: &str, rules: LexicalRules) -> Option<ShellOnly> {
    if !first_word(text, rules).eq_ignore_ascii_case("COPY") {
        return None;
    }
    let tokens = Tokens::unquoted(text, rules);
    if tokens.contains_pair("FROM", "STDIN") {
        return Some(ShellOnly {
            line: 0,
            what: "COPY … FROM STDIN is not supported: psql supplies its rows, and a migration is SQL alone"
                .to_owned(),
            hint: "write the rows as INSERT statements: pg_dump does so with --inserts or --column-inserts",
        });
    }
    tokens.contains_pair("TO", "STDOUT").then(|| ShellOnly {
        line: 0,
        what: "COPY … TO STDOUT is not supported: a migration has no output".to_owned(),
        hint: "remove it from the script, or copy to a file on the server",
    })
}

/// A backslash stands in quotes only.
fn backslash(text: &str, rules: LexicalRules) -> Option<ShellOnly> {
    let found = Lexer::new(text, rules).find(|token| token.is_char('\\'));
    found.map(|token| command(text, token.start, "psql"))
}

fn leading_backslash(text: &str) -> Option<ShellOnly> {
    text.starts_with('\\')
        .then(|| command(text, 0, "the mysql shell"))
}

fn dot(text: &str) -> Option<ShellOnly> {
    text.starts_with('.')
        .then(|| command(text, 0, "the sqlite3 shell"))
}

fn source(text: &str, rules: LexicalRules) -> Option<ShellOnly> {
    first_word(text, rules)
        .eq_ignore_ascii_case("SOURCE")
        .then(|| command(text, 0, "the mysql shell"))
}

fn command(text: &str, start: usize, shell: &str) -> ShellOnly {
    let name = text[start..].split_whitespace().next().unwrap_or_default();
    ShellOnly {
        line: text[..start].matches('\n').count(),
        what: format!("{name} is a command of {shell}, not SQL"),
        hint: "remove it from the script: a migration runs in the database of its URL, and each file contains only SQL",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect;

    #[track_caller]
    fn check(dialect: &str, text: &str, expected: Option<(usize, &str)>) {
        let grammar = dialect::grammar(dialect::by_name(dialect).unwrap());
        let found = find(&Statement { text, line: 1 }, grammar);
        let found = found.map(|found| (found.line, found.what));
        let starts = |what: &str| {
            found
                .as_ref()
                .is_some_and(|found| found.1.starts_with(what))
        };
        match expected {
            None => assert_eq!(found, None, "{text}"),
            Some((line, what)) => assert!(
                starts(what) && found.as_ref().is_some_and(|found| found.0 == line),
                "{text}: {found:?}"
            ),
        }
    }

    #[test]
    fn what_only_a_shell_understands_is_found() {
        check(
            "postgres",
            "COPY t (a) FROM stdin WITH CSV",
            Some((0, "COPY … FROM STDIN")),
        );
        check(
            "postgres",
            "COPY (SELECT 1) TO STDOUT",
            Some((0, "COPY … TO STDOUT")),
        );
        check(
            "postgres",
            "\\connect x\nSELECT 1",
            Some((0, "\\connect is a command of psql")),
        );
        check(
            "postgres",
            "SELECT 1\n\\gexec",
            Some((1, "\\gexec is a command of psql")),
        );
        check(
            "sqlite",
            ".mode csv",
            Some((0, ".mode is a command of the sqlite3 shell")),
        );
        check(
            "mysql",
            "source a.sql",
            Some((0, "source is a command of the mysql shell")),
        );
        check(
            "mysql",
            "\\. a.sql",
            Some((0, "\\. is a command of the mysql shell")),
        );
    }

    #[test]
    fn sql_is_left_alone() {
        for text in [
            "COPY t FROM '/a/b' WITH (FORMAT csv)",
            "SELECT '\\connect', E'\\\\', $$ \\gexec $$ -- \\x",
            "COPY t FROM PROGRAM 'cat stdin'",
        ] {
            check("postgres", text, None);
        }
        check("sqlite", "SELECT .5", None);
        check("mysql", "SELECT source FROM t", None);
    }
}
