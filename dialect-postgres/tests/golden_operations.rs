//! The statements of each operation on PostgreSQL, and of its inverse: `golden_operations.sql`.

use dialect_postgres::PostgresDialect;
use orm_core::testing::golden::operations;

#[test]
fn the_statements_of_operations() {
    let document = operations::document(&PostgresDialect);
    assert_eq!(document, include_str!("golden_operations.sql"));
}
