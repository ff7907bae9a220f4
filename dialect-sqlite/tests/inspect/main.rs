//! Schemas that SQLite itself has stored, and the canonical forms of models: one file a subject.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod models;
mod random;
mod texts;

use dialect_sqlite::{SqliteDialect, SqliteDriver};
use orm_core::driver::{Connection, Driver};
use orm_core::inspect::{Inspector, Scope};
use orm_core::schema::{Schema, Table};
use orm_core::sql::{Dialect, ddl};

type Boxed = Box<dyn Connection>;

fn inspector() -> &'static dyn Inspector {
    SqliteDialect.inspector().unwrap()
}

/// A database in memory after some statements.
fn database<S: AsRef<str>>(statements: &[S]) -> Boxed {
    let mut connection = SqliteDriver::memory().connect().unwrap();
    for sql in statements {
        let sql = sql.as_ref();
        let done = connection.control(sql);
        done.unwrap_or_else(|error| panic!("{error:?}: {sql}"));
    }
    connection
}

fn inspect(connection: &mut Boxed) -> Schema {
    inspect_scope(connection, &Scope::default())
}

fn inspect_scope(connection: &mut Boxed, scope: &Scope) -> Schema {
    let found = inspector().inspect(connection.as_mut(), scope).unwrap();
    assert_eq!(inspector().canonical(&found), found, "inspected");
    found
}

/// Creates the objects of a schema, and compares what is found with them. Returns what is found.
#[track_caller]
fn check(schema: &Schema) -> Schema {
    let statements = ddl::create_schema_objects(&SqliteDialect, schema).unwrap();
    let found = inspect(&mut database(&statements));
    let canonical = inspector().canonical(schema);
    assert_eq!(canonical.tables(), found.tables(), "{statements:#?}");
    assert_eq!(canonical, found, "{statements:#?}");
    found
}

#[track_caller]
fn check_tables(tables: Vec<Table>) -> Schema {
    check(&Schema::unchecked(tables))
}

/// The only table of a database.
fn table_of<S: AsRef<str>>(statements: &[S]) -> Table {
    let mut tables = inspect(&mut database(statements)).into_tables();
    assert_eq!(tables.len(), 1);
    tables.remove(0)
}
