//! The statements of operations, run on tables with rows.

use dialect_postgres::PostgresDialect;
use orm_core::sql::dialect_at;
use orm_core::testing::golden::run_operations::run_all;

use crate::Database;

#[test]
fn operations_keep_the_rows() {
    let mut db = Database::new("operations");
    let version = db.connection.server_version().unwrap();
    let dialect = dialect_at(&PostgresDialect, version).unwrap();
    let refused = run_all(dialect, db.connection.as_mut()).unwrap();
    assert_eq!(refused, [""; 0]);
}
