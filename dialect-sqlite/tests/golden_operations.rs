//! The statements of each operation on SQLite, and of its inverse: `golden_operations.sql`.

use dialect_sqlite::SqliteDialect;
use orm_core::testing::golden::operations;

#[test]
fn the_statements_of_operations() {
    let document = operations::document(&SqliteDialect);
    assert_eq!(document, include_str!("golden_operations.sql"));
}
