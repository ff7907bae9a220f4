//! Tables with their columns, as the information schema has them. The rest of a table is read in `read_keys.rs` and
//! `read_more.rs`.
//!
//! What is read is not in the canonical form: types are native ones in `sql_types`, expressions are the server's text.

use std::collections::HashMap;

use orm_core::driver::{Connection, Row};
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::inspect::Scope;
use orm_core::schema::{Column, Generated, Name, Schema, ServerDefault, Table, TableOption};
use orm_core::sql::Dialect as _;
use orm_core::types::Type;

use super::native::{Kind, Native};
use super::options::option;
use super::prepare::stored_expression;
use super::reader::Reader;
use super::row::{optional, query, text};
use super::{defaults, queries, read_keys, read_more};
use crate::{MysqlDialect, types};

/// Reads the connection's current database and the others of the scope. The number of queries depends on the number of
/// databases alone.
///
/// # Errors
/// - `Schema`: no database is selected, and the scope has none.
/// - As [`Connection::query`].
pub(super) fn schema(
    dialect: MysqlDialect,
    connection: &mut dyn Connection,
    scope: &Scope,
) -> Result<Schema> {
    let current = current_database(connection)?;
    let mut names: Vec<String> = current.iter().cloned().collect();
    for name in &scope.schemas {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_string());
        }
    }
    if names.is_empty() {
        let message = "no database is selected";
        let hint = "add the name of a database to the URL";
        return Err(Error::with_message(ErrorKind::Schema, message).with_hint(hint));
    }
    let (mut tables, mut views, mut sequences) = (Vec::new(), Vec::new(), Vec::new());
    for name in names {
        let mut reader = Reader {
            dialect,
            connection: &mut *connection,
            scope,
            current: current.clone().unwrap_or_default(),
            schema: name,
            tables: HashMap::new(),
            sequences: Vec::new(),
        };
        reader.read_tables()?;
        reader.read_columns()?;
        read_keys::read(&mut reader)?;
        read_more::read(&mut reader)?;
        views.append(&mut read_more::views(&mut reader)?);
        sequences.append(&mut read_more::sequences(&mut reader)?);
        tables.extend(reader.tables.into_values());
    }
    let mut schema = Schema::unchecked(tables);
    (schema.views, schema.sequences) = (views, sequences);
    Ok(schema)
}

fn current_database(connection: &mut dyn Connection) -> Result<Option<String>> {
    let mut name = None;
    connection.query("SELECT DATABASE()", &[], &mut |row| {
        name = optional(row, 0)?;
        Ok(())
    })?;
    Ok(name)
}

impl Reader<'_> {
    fn read_tables(&mut self) -> Result<()> {
        let schema = self.own_schema();
        let (tables, sequences, scope) = (&mut self.tables, &mut self.sequences, self.scope);
        query(self.connection, queries::TABLES, &self.schema, &mut |row| {
            let name = text(row, 0)?;
            if scope.is_excluded(&name) {
                return Ok(());
            }
            if text(row, 1)? == "SEQUENCE" {
                sequences.push(name.into());
                return Ok(());
            }
            let mut table = Table::new(name.clone());
            table.schema.clone_from(&schema);
            table.comment = optional(row, 5)?.map(Name::Owned);
            table.options = options(row)?;
            tables.insert(name, table);
            Ok(())
        })
    }

    fn read_columns(&mut self) -> Result<()> {
        let (dialect, current) = (self.dialect, self.current.clone());
        self.each_of_table(queries::COLUMNS, |table, row| {
            table.columns.push(column(dialect, &current, row)?);
            Ok(())
        })
    }
}

/// The engine, the collation and the format that was asked for.
fn options(row: &dyn Row) -> Result<Vec<TableOption>> {
    let mut options = Vec::new();
    for (name, at) in [("ENGINE", 2), ("COLLATE", 3)] {
        options.extend(optional(row, at)?.map(|value| option(name, value)));
    }
    let others = text(row, 4)?.to_lowercase();
    let format = others
        .split_whitespace()
        .find_map(|word| word.strip_prefix("row_format="));
    options.extend(format.map(|format| option("ROW_FORMAT", format.to_owned())));
    Ok(options)
}

fn column(dialect: MysqlDialect, current: &str, row: &dyn Row) -> Result<Column> {
    let sql = text(row, 2)?;
    let native = Native::parse(&sql);
    let extra = text(row, 5)?.to_lowercase();
    let mut column = Column::new(text(row, 1)?, Type::Text);
    column.nullable = text(row, 3)? == "YES";
    column.auto_increment = extra.contains("auto_increment");
    column.collation = optional(row, 7)?.map(Name::Owned);
    column.comment = optional(row, 8)?.map(Name::Owned);
    let expression = text(row, 6)?;
    if !expression.is_empty() {
        let sql = match dialect {
            MysqlDialect::MySql => stored_expression(&expression),
            MysqlDialect::MariaDb => expression,
        };
        let stored = extra.contains("stored") || extra.contains("persistent");
        column.generated = Some(Generated {
            expression: sql.into(),
            stored,
        });
    } else if let Some(stored) = optional(row, 4)?.filter(|it| !is_zero(it, &extra)) {
        column.server_default = Some(default(dialect, current, &native, &stored, &extra));
    }
    let mut sql_type = sql;
    if let Some((_, clock)) = extra.split_once("on update ") {
        match &mut column.server_default {
            Some(ServerDefault::Raw(default)) => {
                let before = default.of_dialect(dialect.name()).unwrap_or_default();
                *default = format!("{before} on update {clock}").into();
            }
            _ if column.nullable => {
                let default = format!("null on update {clock}");
                column.server_default = Some(ServerDefault::Raw(default.into()));
            }
            // Without a default the clause has no other place.
            _ => sql_type = format!("{sql_type} on update {clock}"),
        }
    }
    column.sql_types = vec![(dialect.name().into(), sql_type.into())].into();
    Ok(column)
}

/// Whether a default is the one that MariaDB gives to a clock without a default. The driver's SQL mode has no such date.
fn is_zero(stored: &str, extra: &str) -> bool {
    extra.contains("on update") && stored.starts_with("'0000-00-00")
}

/// A default as an expression. MariaDB has its text as in DDL; MySQL has the value of a constant without quotes.
fn default(
    dialect: MysqlDialect,
    current: &str,
    native: &Native,
    stored: &str,
    extra: &str,
) -> ServerDefault {
    let sql = match dialect {
        MysqlDialect::MariaDb => stored.to_owned(),
        MysqlDialect::MySql if extra.contains("default_generated") => stored_expression(stored),
        MysqlDialect::MySql => match native.kind() {
            Kind::Integer | Kind::Bit | Kind::Decimal | Kind::Float => stored.to_owned(),
            Kind::Bytes if stored.starts_with("0x") => stored.to_owned(),
            _ => types::quoted(stored),
        },
    };
    if let Some(mut name) = defaults::next_value(&sql) {
        name.schema = name.schema.filter(|schema| schema != current);
        return ServerDefault::NextValue(name);
    }
    ServerDefault::Raw(sql.into())
}
