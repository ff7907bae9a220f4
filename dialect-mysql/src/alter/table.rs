//! What concerns a whole table of MySQL and MariaDB: RENAME TABLE, RENAME INDEX, the comment and the options.
//!
//! Used by `mod.rs`, which has the clauses of columns and constraints.

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::schema::{Operation, QualifiedName, TableOption};
use orm_core::sql::{Dialect, SqlWriter};
use orm_core::value::Value;

use crate::MysqlDialect;

/// The statements of an operation that is rendered here, or `None` for one that is core's.
pub(crate) fn render(dialect: MysqlDialect, operation: &Operation) -> Option<Result<Vec<String>>> {
    Some(match operation {
        Operation::RenameTable { from, to } => Ok(vec![rename_table(dialect, from, to)]),
        Operation::RenameIndex { table, from, to } => {
            let mut w = SqlWriter::new(&dialect);
            w.push("RENAME INDEX ").constraint(&from.name);
            w.push(" TO ").constraint(to);
            Ok(vec![alter(dialect, table, &w.finish().0)])
        }
        Operation::SetTableComment { table, to, .. } => {
            let text = to.as_deref().unwrap_or_default();
            let literal = dialect.literal(&Value::Text(text.to_owned()));
            literal.map(|text| vec![alter(dialect, table, &format!("COMMENT = {text}"))])
        }
        Operation::SetTableOptions { table, from, to } => set_options(dialect, table, from, to),
        _ => return None,
    })
}

/// ALTER TABLE with clauses.
pub(crate) fn alter(dialect: MysqlDialect, table: &QualifiedName, clauses: &str) -> String {
    let mut w = SqlWriter::new(&dialect);
    w.push("ALTER TABLE ")
        .qualified(table)
        .push(" ")
        .push(clauses);
    w.finish().0
}

fn rename_table(dialect: MysqlDialect, from: &QualifiedName, to: &QualifiedName) -> String {
    let mut w = SqlWriter::new(&dialect);
    w.push("RENAME TABLE ").qualified(from);
    w.push(" TO ").qualified(to);
    w.finish().0
}

/// The options that differ. One that is left out afterwards gets its default.
fn set_options(
    dialect: MysqlDialect,
    table: &QualifiedName,
    from: &[TableOption],
    to: &[TableOption],
) -> Result<Vec<String>> {
    let is_own =
        |option: &&TableOption| option.dialect == dialect.name() || option.dialect == "mysql";
    let mut clauses = Vec::new();
    for option in to
        .iter()
        .filter(is_own)
        .filter(|option| !from.contains(option))
    {
        clauses.push(set_option(dialect, table, option)?);
    }
    let is_kept = |option: &TableOption| {
        to.iter()
            .any(|other| other.name.eq_ignore_ascii_case(&option.name))
    };
    for option in from.iter().filter(is_own).filter(|option| !is_kept(option)) {
        clauses.extend(reset_option(dialect, table, option)?);
    }
    // Partitions are no option among others: the grammar wants them last, in a statement of their own after ENGINE.
    let statements = clauses.iter().map(|clause| alter(dialect, table, clause));
    Ok(statements.collect())
}

fn set_option(
    dialect: MysqlDialect,
    table: &QualifiedName,
    option: &TableOption,
) -> Result<String> {
    let rules = dialect.capabilities().ddl.table_options;
    let mut rules = rules.iter();
    let rule = rules.find(|rule| rule.name.eq_ignore_ascii_case(&option.name));
    let rule = rule.ok_or_else(|| unsupported(table, option))?;
    let value = option.value.as_deref().unwrap_or_default();
    Ok(format!("{}{value}", rule.words))
}

/// The clause that restores the default of an option. `None` where there is nothing to restore.
fn reset_option(
    dialect: MysqlDialect,
    table: &QualifiedName,
    option: &TableOption,
) -> Result<Option<String>> {
    let defaults = dialect.table_options();
    let own = |word: &str| {
        let mut options = defaults.split(' ');
        options.find_map(|option| {
            option
                .strip_prefix(word)
                .map(|value| format!("{word}{value}"))
        })
    };
    Ok(match option.name.to_ascii_uppercase().as_str() {
        "ENGINE" => own("ENGINE="),
        "CHARSET" => own("CHARSET=").map(|clause| format!("DEFAULT {clause}")),
        "COLLATE" => own("COLLATE="),
        "ROW_FORMAT" => Some("ROW_FORMAT=DEFAULT".to_owned()),
        "PARTITION BY" => Some("REMOVE PARTITIONING".to_owned()),
        // Generated keys continue behind the greatest one.
        "AUTO_INCREMENT" => None,
        _ => return Err(unsupported(table, option)),
    })
}

#[cold]
fn unsupported(table: &QualifiedName, option: &TableOption) -> Error {
    let message = format!(
        "MySQL and MariaDB can't change the option {} of table {table}",
        option.name
    );
    Error::with_message(ErrorKind::Unsupported, message)
        .with_table(table.name.as_ref())
        .with_hint("recreate the table, and copy its rows")
}
