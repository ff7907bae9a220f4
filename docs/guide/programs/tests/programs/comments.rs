//! The statements that the comments of a program show, for one database.

/// The words that a statement begins with.
const VERBS: &[&str] = &[
    "ALTER",
    "BEGIN",
    "COMMIT",
    "COPY",
    "CREATE",
    "DELETE",
    "DROP",
    "EXPLAIN",
    "INSERT",
    "PRAGMA",
    "RELEASE",
    "ROLLBACK",
    "SAVEPOINT",
    "SELECT",
    "UPDATE",
    "WITH",
];

/// What a comment says of a database that is sent nothing, or can't be.
const NOTHING: &[&str] = &["none", "Unsupported"];

/// A statement of SQLite, and what other databases are sent instead, one entry a statement.
struct Statement {
    sql: String,
    others: Vec<(&'static str, String)>,
}

impl Statement {
    /// The statements on a database.
    fn on(&self, database: &str) -> Vec<String> {
        let of = |name: &str| -> Vec<&String> {
            let others = self.others.iter();
            let named = others.filter(|(other, _)| *other == name);
            named.map(|(_, sql)| sql).collect()
        };
        let mut named = of(database);
        if database == "MariaDB" && named.is_empty() {
            named = of("MySQL");
        }
        if named.is_empty() {
            return vec![in_words_of(database, &self.sql)];
        }
        named.retain(|sql| !NOTHING.contains(&sql.as_str()));
        let named = named.into_iter();
        named.map(|sql| with_collation_of(database, sql)).collect()
    }

    /// The text that the next comment line continues.
    fn last(&mut self) -> &mut String {
        match self.others.last_mut() {
            Some((_, sql)) => sql,
            None => &mut self.sql,
        }
    }
}

/// The statements that a program's comments show for a database.
pub(crate) fn shown(source: &str, database: &str) -> Vec<String> {
    let mut statements: Vec<Statement> = Vec::new();
    let mut continues = false;
    for line in source.lines() {
        let Some(text) = line.trim_start().strip_prefix("// ") else {
            continues = false;
            continue;
        };
        if VERBS.contains(&first_word(text)) {
            let (sql, others) = (one_line(text), Vec::new());
            statements.push(Statement { sql, others });
            continues = true;
        } else if let Some(statement) =
            statements.last_mut().filter(|_| continues)
        {
            if let Some(other) = other(text) {
                statement.others.push(other);
            } else {
                let whole = statement.last();
                *whole = one_line(&format!("{whole} {text}"));
            }
        }
    }
    let statements = statements.iter();
    statements
        .flat_map(|statement| statement.on(database))
        .collect()
}

/// What another database is sent: `PostgreSQL: SELECT …`. SQLite is one where the statement is not its own.
fn other(text: &str) -> Option<(&'static str, String)> {
    ["SQLite", "PostgreSQL", "MySQL", "MariaDB"]
        .into_iter()
        .find_map(|name| {
            let sql = text.strip_prefix(name)?.strip_prefix(": ")?;
            Some((name, one_line(sql)))
        })
}

/// A statement of SQLite with the placeholders, quotes and BEGIN of another database.
fn in_words_of(database: &str, sql: &str) -> String {
    let begins = matches!(sql, "BEGIN" | "BEGIN IMMEDIATE");
    match database {
        "SQLite" => return sql.to_owned(),
        "PostgreSQL" if begins => return "BEGIN".to_owned(),
        _ if begins => return "START TRANSACTION".to_owned(),
        _ => {}
    }
    let mut binds = 0_u32;
    let mut in_text = false;
    let mut words = String::new();
    for letter in sql.chars() {
        in_text ^= letter == '\'';
        match letter {
            '?' if !in_text && database == "PostgreSQL" => {
                binds += 1;
                words.push('$');
                words.push_str(&binds.to_string());
            }
            '"' if !in_text && database != "PostgreSQL" => {
                words.push('`');
            }
            _ => words.push(letter),
        }
    }
    words
}

/// A statement of MySQL with MariaDB's name of the same collation.
fn with_collation_of(database: &str, sql: &str) -> String {
    match database {
        "MariaDB" => {
            sql.replace("utf8mb4_0900_bin", "utf8mb4_nopad_bin")
        }
        _ => sql.to_owned(),
    }
}

/// A statement of PostgreSQL without the types of its placeholders: `$1` for `$1::int8[]`.
pub(crate) fn without_types(sql: &str) -> String {
    let mut parts = sql.split("::");
    let mut words = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let before =
            words.trim_end_matches(|c: char| c.is_ascii_digit());
        if before.len() < words.len() && before.ends_with('$') {
            let rest = part.trim_start_matches(|c: char| {
                c.is_ascii_alphanumeric() || c == '_'
            });
            words.push_str(rest.strip_prefix("[]").unwrap_or(rest));
        } else {
            words.push_str("::");
            words.push_str(part);
        }
    }
    words
}

fn first_word(text: &str) -> &str {
    let word = text.split(|c: char| !c.is_ascii_uppercase());
    word.into_iter().next().unwrap_or_default()
}

/// The text with single blanks, and none inside of brackets.
pub(crate) fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").replace("( ", "(").replace(" )", ")")
}
