//! The SQL of each query in three dialects, as it is sent, with line breaks: `sql/q01.sqlite.sql` and so on.
//!
//! `ORM_TPCH_BLESS=1` writes the files.

use std::fs;
use std::path::PathBuf;

use dialect_mysql::MysqlDialect;
use dialect_postgres::PostgresDialect;
use orm::sql::Dialect;
use orm::sqlite::SqliteDialect;
use orm_tpch::queries::ALL;

const DIALECTS: [(&str, &dyn Dialect); 3] = [
    ("sqlite", &SqliteDialect),
    ("postgres", &PostgresDialect),
    ("mysql", &MysqlDialect::MySql),
];

#[test]
fn queries_have_the_sql_of_their_files() {
    let blesses = std::env::var_os("ORM_TPCH_BLESS").is_some();
    let mut differences = Vec::new();
    for query in ALL {
        for (name, dialect) in DIALECTS {
            let sql = query.sql(dialect).unwrap();
            let file = format!("sql/{}.{name}.sql", query.name);
            let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(&file);
            let pretty = in_lines(&sql);
            assert_eq!(
                in_one_line(&pretty),
                sql,
                "{file}: the lines are not the text"
            );
            if blesses {
                fs::write(&path, pretty).unwrap();
            } else if fs::read_to_string(&path).ok() != Some(pretty) {
                differences.push(format!("{file} is not what is sent:\n{sql}"));
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
}

/// Clauses that begin a line.
const CLAUSES: [&str; 10] = [
    "SELECT ",
    "FROM ",
    "INNER JOIN ",
    "LEFT JOIN ",
    "WHERE ",
    "GROUP BY ",
    "HAVING ",
    "ORDER BY ",
    "LIMIT ",
    "WITH ",
];

/// The longest list of columns on a line.
const WIDTH: usize = 100;

/// The text with a line for each clause, each join, each condition and, in a long list, each column; a subquery is indented.
fn in_lines(sql: &str) -> String {
    let mut lines = String::new();
    // How far each query is indented, and `None` for other parentheses.
    let mut inside = vec![Some(0)];
    for (at, next) in sql.char_indices() {
        let rest = &sql[at..];
        let indent = inside.last().copied().flatten();
        match (next, indent) {
            ('(', _) if rest.starts_with("(SELECT ") => {
                let deeper = indent_of(&lines) + 4;
                lines.push('(');
                begin_line(&mut lines, deeper);
                inside.push(Some(deeper));
            }
            ('(', _) => {
                lines.push('(');
                inside.push(None);
            }
            (')', _) => {
                if let Some(indent) = indent {
                    begin_line(&mut lines, indent - 4);
                }
                lines.push(')');
                inside.pop();
            }
            (' ', Some(indent)) if begins_line(&rest[1..], &lines) => {
                let deeper = if rest.starts_with(" AND ") { 4 } else { 0 };
                begin_line(&mut lines, indent + deeper);
            }
            _ => lines.push(next),
        }
    }
    let lines: Vec<String> = lines.lines().map(in_columns).collect();
    lines.join("\n") + "\n"
}

fn begin_line(text: &mut String, indent: usize) {
    text.push('\n');
    text.extend(std::iter::repeat_n(' ', indent));
}

fn indent_of(lines: &str) -> usize {
    let line = lines.rsplit('\n').next().unwrap_or_default();
    line.len() - line.trim_start().len()
}

/// A line of a long list, as a line for each of its columns.
fn in_columns(line: &str) -> String {
    if line.len() <= WIDTH || !line.trim_start().starts_with("SELECT ") {
        return line.to_owned();
    }
    let indent = indent_of(line) + 4;
    let (mut columns, mut depth) = (String::new(), 0);
    for (at, next) in line.char_indices() {
        depth += match next {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        if next == ' ' && depth == 0 && line[..at].ends_with(',') {
            begin_line(&mut columns, indent);
        } else {
            columns.push(next);
        }
    }
    columns
}

fn begins_line(rest: &str, before: &str) -> bool {
    if rest.starts_with("AND ") {
        // Not that of BETWEEN.
        let line = before.lines().last().unwrap_or_default();
        return !line.contains(" BETWEEN ")
            || line
                .rsplit(" BETWEEN ")
                .next()
                .unwrap_or_default()
                .contains(" AND ");
    }
    CLAUSES.iter().any(|clause| rest.starts_with(clause))
}

/// The text without what [`in_lines`] has added.
fn in_one_line(pretty: &str) -> String {
    let mut sql = String::new();
    for line in pretty.lines().map(str::trim_start) {
        if !sql.is_empty() && !sql.ends_with('(') && !line.starts_with(')') {
            sql.push(' ');
        }
        sql += line;
    }
    sql
}
