//! The parts of CREATE TABLE that differ: the auto-increment column, collations, and the catalogue.
//!
//! An auto-increment column is exactly `INTEGER` with `PRIMARY KEY ("id" AUTOINCREMENT)`, so that the
//! key of a deleted row is never given out again, as on the other databases. Names of types and
//! literals are in `types.rs`.

use orm_core::error::Result;
use orm_core::schema::{Column, Table};
use orm_core::sql::{ForeignKeySwitch, TableOptionRule, TableOptionValue};
use orm_core::types::Type;

use crate::types;

/// The options of a table.
pub(crate) const TABLE_OPTIONS: &[TableOptionRule] = &[
    TableOptionRule::new("STRICT", "STRICT", TableOptionValue::None),
    TableOptionRule::new(WITHOUT_ROWID, WITHOUT_ROWID, TableOptionValue::None),
];

const WITHOUT_ROWID: &str = "WITHOUT ROWID";

fn has_option(table: &Table, name: &str) -> bool {
    let mut own = table.options.iter();
    own.any(|option| option.dialect == types::NAME && option.name.eq_ignore_ascii_case(name))
}

/// Dropping a table deletes its rows first, and inside a transaction nothing keeps the rows that refer to
/// them from being deleted or from refusing.
pub(crate) const FOREIGN_KEYS: ForeignKeySwitch = ForeignKeySwitch::new(
    ("PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys = ON"),
    "SELECT \"table\", parent FROM pragma_foreign_key_check",
    "SELECT DISTINCT t.name, f.\"table\" FROM sqlite_master t JOIN pragma_foreign_key_list(t.name) f \
         WHERE t.type = 'table' ORDER BY 1, 2",
);

/// The names of the tables, without SQLite's own: those whose names begin with `sqlite_`.
pub(crate) const LIST_TABLES: &str = "SELECT name FROM sqlite_master \
     WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";

/// The declared type of a column of a table. A STRICT table has the names of storage classes alone.
pub(crate) fn column_type(table: &Table, column: &Column) -> Result<String> {
    // What other databases have a type of their own for, and this one has not, is not stored in any other way.
    if let Type::Extension(ty) = &column.ty
        && !ty.native.is_empty()
        && ty.native_name(types::NAME).is_none()
    {
        let message = format!("SQLite does not support columns of {}", ty.name);
        return Err(table.unsupported(column, message));
    }
    if !column.auto_increment {
        return Ok(if has_option(table, "STRICT") {
            types::cast_type(&column.ty).to_owned()
        } else {
            types::column_type(column).into_owned()
        });
    }
    if has_option(table, WITHOUT_ROWID) {
        let message = "SQLite generates no keys in a table WITHOUT ROWID";
        let hint = "leave out the option, or set #[orm(auto_increment = false)]";
        return Err(table.unsupported(column, message).with_hint(hint));
    }
    if column.ty.is_integer() && table.key_columns() == [column.name.as_ref()] {
        return Ok("INTEGER".to_owned());
    }
    // Anywhere else SQLite would take the column and generate nothing.
    let message = "SQLite auto-increments a single INTEGER primary key only";
    let hint = "make the column the primary key, or set #[orm(auto_increment = false)]";
    Err(table.unsupported(column, message).with_hint(hint))
}

/// What follows a column's type.
pub(crate) fn column_options(column: &Column) -> String {
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    match &column.collation {
        Some(name) => format!(" COLLATE {}", quoted(name)),
        // A document is text here, whatever the declared type.
        None if column.ty == Type::Json => format!(" CHECK (json_valid({}))", quoted(&column.name)),
        // By which the text of numbers is compared as numbers; the driver adds it to each connection.
        None if column.ty.is_decimal() => " COLLATE decimal".to_owned(),
        None => String::new(),
    }
}

/// The table of the last keys of AUTOINCREMENT, which is there as soon as a table has such a key.
pub(crate) fn restart_identity(table: &str) -> String {
    let table = table.replace('\'', "''");
    format!("DELETE FROM sqlite_sequence WHERE name = '{table}'")
}
