//! The driver against SQLite itself, one file a subject.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod connecting;
mod objects;
mod operations;
mod statements;
mod transactions;
mod values;

use std::path::Path;
use std::time::Duration;

use dialect_sqlite::SqliteDriver;
use dialect_sqlite::rusqlite;
use orm_core::driver::{Connection, Driver, Outcome};
use orm_core::error::Result;
use orm_core::value::{Value, ValueRef};

type Boxed = Box<dyn Connection>;

fn memory() -> Boxed {
    SqliteDriver::memory().connect().unwrap()
}

fn with(statements: &[&str]) -> Boxed {
    let mut connection = memory();
    run(&mut connection, statements);
    connection
}

fn run(connection: &mut Boxed, statements: &[&str]) {
    for statement in statements {
        connection.control(statement).unwrap();
    }
}

fn rows(connection: &mut Boxed, sql: &str, binds: &[ValueRef<'_>]) -> Result<Vec<Vec<Value>>> {
    let mut all = Vec::new();
    connection.query(sql, binds, &mut |row| {
        let values = (0..row.len()).map(|i| Ok(row.get(i)?.to_value()));
        all.push(values.collect::<Result<_>>()?);
        Ok(())
    })?;
    Ok(all)
}

fn one(connection: &mut Boxed, sql: &str) -> Value {
    rows(connection, sql, &[]).unwrap().remove(0).remove(0)
}

fn impatient(path: &Path) -> Boxed {
    let driver = SqliteDriver::file(path).busy_timeout(Duration::from_millis(20));
    driver.connect().unwrap()
}

fn native(connection: &mut Boxed) -> &mut rusqlite::Connection {
    connection.native().downcast_mut().unwrap()
}

fn outcome(affected: u64, last_insert_id: i64) -> Outcome {
    Outcome::new(affected, last_insert_id)
}
