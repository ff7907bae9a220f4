//! What stands in scripts for a database's own shell and is no SQL: data behind COPY, commands of psql, of sqlite3
//! and of mysql. Found by `script.rs` before anything is run; servers answer it with a syntax error.

use super::lex::{Lexer, Lexis, Token};
use super::split::Statement;
use super::words::Words;

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
pub(super) fn find(statement: &Statement<'_>, lexis: Lexis) -> Option<ShellOnly> {
    match lexis {
        Lexis::Postgres => copy(statement).or_else(|| backslash(statement.text, lexis)),
        Lexis::Sqlite => dot(statement.text),
        Lexis::Mysql => source(statement.text).or_else(|| leading_backslash(statement.text)),
    }
}

fn copy(statement: &Statement<'_>) -> Option<ShellOnly> {
    let words = Words::without_quoted(statement.text, Lexis::Postgres);
    if !words.is(0, &["COPY"]) {
        return None;
    }
    let reads = |at: &usize| words.is(*at, &["FROM"]) && words.is(at + 1, &["STDIN"]);
    let writes = |at: &usize| words.is(*at, &["TO"]) && words.is(at + 1, &["STDOUT"]);
    if (1..words.len()).any(|at| reads(&at)) {
        return Some(ShellOnly {
            line: 0,
            what: "COPY … FROM STDIN takes its rows from psql, and a migration is SQL alone"
                .to_owned(),
            hint: "write the rows as INSERT statements: pg_dump does so with --inserts or --column-inserts",
        });
    }
    (1..words.len()).any(|at| writes(&at)).then(|| ShellOnly {
        line: 0,
        what: "COPY … TO STDOUT writes to psql, and a migration has no output".to_owned(),
        hint: "take it out of the script, or copy to a file of the server",
    })
}

/// A backslash stands in quotes only.
fn backslash(text: &str, lexis: Lexis) -> Option<ShellOnly> {
    let mut lexer = Lexer::new(text, lexis);
    while let Ok(Some((start, token))) = lexer.next() {
        if token == Token::Other('\\') {
            return Some(command(text, start, "psql"));
        }
    }
    None
}

fn leading_backslash(text: &str) -> Option<ShellOnly> {
    text.starts_with('\\')
        .then(|| command(text, 0, "the mysql shell"))
}

fn dot(text: &str) -> Option<ShellOnly> {
    text.starts_with('.')
        .then(|| command(text, 0, "the sqlite3 shell"))
}

fn source(text: &str) -> Option<ShellOnly> {
    let words = Words::of(text, Lexis::Mysql, 1);
    words
        .is(0, &["SOURCE"])
        .then(|| command(text, 0, "the mysql shell"))
}

fn command(text: &str, start: usize, shell: &str) -> ShellOnly {
    let name = text[start..].split_whitespace().next().unwrap_or_default();
    ShellOnly {
        line: text[..start].matches('\n').count(),
        what: format!("{name} is a command of {shell}, not SQL"),
        hint: "take it out of the script: a migration runs in the database of its url, and each file is SQL alone",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(lexis: Lexis, text: &str, expected: Option<(usize, &str)>) {
        let found = find(&Statement { text, line: 1 }, lexis);
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
            Lexis::Postgres,
            "COPY t (a) FROM stdin WITH CSV",
            Some((0, "COPY … FROM STDIN")),
        );
        check(
            Lexis::Postgres,
            "COPY (SELECT 1) TO STDOUT",
            Some((0, "COPY … TO STDOUT")),
        );
        check(
            Lexis::Postgres,
            "\\connect x\nSELECT 1",
            Some((0, "\\connect is a command of psql")),
        );
        check(
            Lexis::Postgres,
            "SELECT 1\n\\gexec",
            Some((1, "\\gexec is a command of psql")),
        );
        check(
            Lexis::Sqlite,
            ".mode csv",
            Some((0, ".mode is a command of the sqlite3 shell")),
        );
        check(
            Lexis::Mysql,
            "source a.sql",
            Some((0, "source is a command of the mysql shell")),
        );
        check(
            Lexis::Mysql,
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
            check(Lexis::Postgres, text, None);
        }
        check(Lexis::Sqlite, "SELECT .5", None);
        check(Lexis::Mysql, "SELECT source FROM t", None);
    }
}
