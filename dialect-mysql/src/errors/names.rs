//! Names in the servers' messages: constraints, tables and columns, and never values.
//!
//! `errors.rs` determines how each message is parsed, and has the tests with recorded ones.

use orm_core::error::{Error, ErrorKind};

/// `Duplicate entry '…' for key 'users.uq_name'`, on MariaDB without the table. The entry is the
/// user's text and may hold anything, so the key is looked for from the end.
pub(super) fn unique(message: &str, sql: &str) -> Error {
    let error = Error::new(ErrorKind::UniqueViolation);
    let key = message
        .rsplit_once("for key '")
        .and_then(|(_, key)| key.strip_suffix('\''));
    match key.map(|key| (key, table_of_key(key, sql))) {
        Some((_, Some((table, key)))) => error.with_table(table).with_constraint(key),
        Some((key, None)) => error.with_constraint(key),
        None => error,
    }
}

/// The table before a key, and the key. Both may have dots in their names, so the table is one that the
/// statement names, as far as its names are quoted.
fn table_of_key<'a>(key: &'a str, sql: &str) -> Option<(&'a str, &'a str)> {
    let named = |table: &str| {
        !sql.contains('`') || sql.contains(&format!("`{}`", table.replace('`', "``")))
    };
    let dots = key.rmatch_indices('.');
    dots.map(|(dot, _)| (&key[..dot], &key[dot + 1..]))
        .find(|(table, _)| named(table))
}

/// ``…a foreign key constraint fails (`db`.`posts`, CONSTRAINT `fk` FOREIGN KEY (`author`) REFERENCES …``,
/// and MySQL's word for a table that can't be dropped.
pub(super) fn foreign_key(message: &str) -> Error {
    let error = Error::new(ErrorKind::ForeignKeyViolation);
    if let Some((_, key)) = message.split_once("referenced by a foreign key constraint '") {
        return referenced(error, key);
    }
    let after = |words| message.split_once(words).map(|(_, rest)| rest);
    let table = after("constraint fails (").and_then(last_of_path);
    let error = error.with_any(table, Error::with_table);
    let Some((name, rest)) = after("CONSTRAINT `").and_then(rest_of_name) else {
        return error;
    };
    error
        .with_constraint(name)
        .with_any(only_column(rest), Error::with_column)
}

/// `fk' on table 'posts'.`
fn referenced(error: Error, key: &str) -> Error {
    let mut quoted = key.split('\'');
    let (name, _, table) = (quoted.next(), quoted.next(), quoted.next());
    match (name, table) {
        (Some(name), Some(table)) => error.with_constraint(name).with_table(table),
        _ => error,
    }
}

/// The column of `` FOREIGN KEY (`a`) REFERENCES …``, unless there are several.
fn only_column(rest: &str) -> Option<String> {
    let (name, rest) = rest_of_name(rest.strip_prefix(" FOREIGN KEY (`")?)?;
    rest.starts_with(')').then_some(name)
}

/// ``CONSTRAINT `ck` failed for `db`.`users` `` on MariaDB, `Check constraint 'ck' is violated.` on MySQL.
pub(super) fn check(message: &str) -> Error {
    let error = Error::new(ErrorKind::CheckViolation);
    if let Some(rest) = message.strip_prefix("CONSTRAINT `") {
        let Some((name, rest)) = rest_of_name(rest) else {
            return error;
        };
        let table = rest.strip_prefix(" failed for ").and_then(last_of_path);
        return error
            .with_constraint(name)
            .with_any(table, Error::with_table);
    }
    let name = message
        .strip_prefix("Check constraint '")
        .and_then(|rest| rest.strip_suffix("' is violated."));
    error.with_any(name, Error::with_constraint)
}

/// `Column 'a' cannot be null`, `Field 'a' doesn't have a default value`, and those that end in
/// `for column 'a' at row 1`, which MariaDB sometimes writes as a path. What stands before may hold
/// values, so these are read from the end.
pub(super) fn at_column(kind: ErrorKind, message: &str) -> Error {
    let error = Error::new(kind);
    let first = ["Column '", "Field '"];
    if let Some(rest) = first.iter().find_map(|word| message.strip_prefix(word)) {
        let column = rest.split_once('\'').map(|(column, _)| column);
        return error.with_any(column, Error::with_column);
    }
    let Some((_, place)) = message.rsplit_once(" for column ") else {
        return error;
    };
    if let Some((column, _)) = place
        .strip_prefix('\'')
        .and_then(|rest| rest.split_once('\''))
    {
        return error.with_column(column);
    }
    match path(place).as_slice() {
        [.., table, column] => error.with_table(table).with_column(column),
        _ => error,
    }
}

/// `Table 'db.users' doesn't exist`, `Unknown table 'db.users'`.
pub(super) fn undefined_table(message: &str) -> Error {
    let name = message.split('\'').nth(1);
    let table = name.map(|name| name.split_once('.').map_or(name, |(_, table)| table));
    Error::new(ErrorKind::UndefinedTable).with_any(table, Error::with_table)
}

/// `Unknown column 'u.name' in 'SELECT'`. What stands before the dot may be an alias.
pub(super) fn undefined_column(message: &str) -> Error {
    let name = message.split('\'').nth(1);
    let column = name.map(|name| name.rsplit_once('.').map_or(name, |(_, column)| column));
    Error::new(ErrorKind::UndefinedColumn).with_any(column, Error::with_column)
}

/// `Table 'users' already exists`.
pub(super) fn existing_table(message: &str) -> Error {
    Error::with_message(ErrorKind::Database, "the table already exists")
        .with_any(message.split('\'').nth(1), Error::with_table)
}

/// The names of a path in backticks such as `` `db`.`users` ``, as far as it goes.
fn path(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some((name, after)) = rest.strip_prefix('`').and_then(rest_of_name) {
        names.push(name);
        match after.strip_prefix('.') {
            Some(next) => rest = next,
            None => break,
        }
    }
    names
}

fn last_of_path(text: &str) -> Option<String> {
    path(text).pop()
}

/// Reads the name that an opening backtick has begun, and what follows its closing one. Inside, a
/// backtick is doubled.
fn rest_of_name(text: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut rest = text;
    loop {
        let (part, after) = rest.split_once('`')?;
        name.push_str(part);
        match after.strip_prefix('`') {
            Some(more) => {
                name.push('`');
                rest = more;
            }
            None => return Some((name, after)),
        }
    }
}
