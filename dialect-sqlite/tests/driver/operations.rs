//! The statements of operations, run on tables with rows.

use dialect_sqlite::SqliteDialect;
use dialect_sqlite::rusqlite::functions::FunctionFlags;
use orm_core::testing::golden::run_operations::run_all;

use crate::{memory, native};

#[test]
fn operations_keep_the_rows() {
    let mut connection = memory();
    // The expressions of the operations are those of the other databases.
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    native(&mut connection)
        .create_scalar_function("char_length", 1, flags, |call| {
            Ok(i64::try_from(call.get::<String>(0)?.chars().count()).unwrap_or(i64::MAX))
        })
        .unwrap();
    let refused = run_all(&SqliteDialect, connection.as_mut()).unwrap();
    let expected = [
        "schema",
        "sequence",
        "sequence: options",
        // The expression is that of PostgreSQL.
        "column: type by an expression",
        "column: numbers",
    ];
    assert_eq!(refused, expected);
}
