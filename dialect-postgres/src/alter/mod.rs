//! The changes of a table that are PostgreSQL's own: its options, and the keys of a column that becomes an identity.
//!
//! Core has the other statements: their shape is PostgreSQL's and the standard's.

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::schema::{Name, Operation, QualifiedName, TableOption};
use orm_core::sql::SqlWriter;
use orm_core::sql::ddl::Change;

use crate::dialect::PostgresDialect;
use crate::types::NAME;

/// Renders changes of a table's options.
pub(crate) fn alter(operations: &[Operation]) -> Option<Result<(usize, Change)>> {
    let Some(Operation::SetTableOptions { table, from, to }) = operations.first() else {
        return None;
    };
    let statements = set_options(table, from, to);
    Some(statements.map(|statements| (1, Change::new(statements))))
}

/// The statement that sets the sequence of an identity column behind the greatest key of the rows.
pub(crate) fn continue_identity(table: &QualifiedName, column: &str) -> String {
    let mut name = SqlWriter::new(&PostgresDialect);
    name.qualified(table);
    let text = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let (table_text, column_text) = (text(&name.finish().0), text(column));
    let mut w = SqlWriter::new(&PostgresDialect);
    w.push("SELECT setval(pg_get_serial_sequence(")
        .push(&table_text);
    w.push(", ")
        .push(&column_text)
        .push("), max(")
        .ident(column);
    w.push(")) FROM ").qualified(table);
    w.push(" HAVING max(").ident(column).push(") > 0");
    w.finish().0
}

fn set_options(
    table: &QualifiedName,
    from: &[TableOption],
    to: &[TableOption],
) -> Result<Vec<String>> {
    let mut statements = Vec::new();
    for option in names(from, to) {
        let [old, new] = [from, to].map(|options| find(options, &option));
        if old == new {
            continue;
        }
        let value = |option: Option<&TableOption>| {
            let value = option.and_then(|option| option.value.as_deref());
            value.unwrap_or_default().to_owned()
        };
        match option.as_str() {
            "TABLESPACE" => {
                let space = value(new);
                let space = if space.is_empty() {
                    "pg_default"
                } else {
                    &space
                };
                statements.push(alter_table(table, &format!("SET TABLESPACE {space}")));
            }
            "UNLOGGED" => {
                let kind = if new.is_some() { "UNLOGGED" } else { "LOGGED" };
                statements.push(alter_table(table, &format!("SET {kind}")));
            }
            "WITH" => statements.extend(storage_parameters(table, &value(old), &value(new))),
            _ => return Err(unsupported(table, &option)),
        }
    }
    Ok(statements)
}

/// The names of the options of both lists, each once.
fn names(from: &[TableOption], to: &[TableOption]) -> Vec<String> {
    let own = from
        .iter()
        .chain(to)
        .filter(|option| option.dialect == NAME);
    let mut names: Vec<_> = own.map(|option| option.name.to_ascii_uppercase()).collect();
    let mut seen = Vec::new();
    names.retain(|name| {
        let is_new = !seen.contains(name);
        seen.push(name.clone());
        is_new
    });
    names
}

fn find<'o>(options: &'o [TableOption], name: &str) -> Option<&'o TableOption> {
    let is =
        |option: &&TableOption| option.dialect == NAME && option.name.eq_ignore_ascii_case(name);
    options.iter().find(is)
}

/// SET of the storage parameters that differ, and RESET of those that are left out.
fn storage_parameters(table: &QualifiedName, from: &str, to: &str) -> Vec<String> {
    let (old, new) = (parameters(from), parameters(to));
    let changed = new.iter().filter(|parameter| !old.contains(parameter));
    let changed: Vec<_> = changed
        .map(|(name, value)| format!("{name} = {value}"))
        .collect();
    let is_kept = |name: &str| new.iter().any(|(other, _)| other == name);
    let dropped = old.iter().filter(|(name, _)| !is_kept(name));
    let dropped: Vec<_> = dropped.map(|(name, _)| name.clone()).collect();
    let mut statements = Vec::new();
    for (word, list) in [("SET", changed), ("RESET", dropped)] {
        if !list.is_empty() {
            let action = format!("{word} ({})", list.join(", "));
            statements.push(alter_table(table, &action));
        }
    }
    statements
}

/// The parameters of `(fillfactor = 70, autovacuum_enabled = false)`.
fn parameters(list: &str) -> Vec<(String, String)> {
    let list = list.trim();
    let inner = list
        .strip_prefix('(')
        .and_then(|list| list.strip_suffix(')'));
    let parameters = inner.unwrap_or(list).split(',').map(str::trim);
    let parameters = parameters.filter(|parameter| !parameter.is_empty());
    let pair = |parameter: &str| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, "true"));
        (name.trim().to_ascii_lowercase(), value.trim().to_owned())
    };
    parameters.map(pair).collect()
}

fn alter_table(table: &QualifiedName, action: &str) -> String {
    let mut w = SqlWriter::new(&PostgresDialect);
    w.push("ALTER TABLE ")
        .qualified(table)
        .push(" ")
        .push(action);
    w.finish().0
}

#[cold]
fn unsupported(table: &QualifiedName, option: &str) -> Error {
    let message = format!("postgres can't change the option {option} of table {table}");
    let name: Name = table.name.clone();
    Error::with_message(ErrorKind::Unsupported, message)
        .with_table(name.as_ref())
        .with_hint("recreate the table, and copy its rows")
}
