//! The statements of operations, run on tables with rows.

use orm_core::sql::dialect_at;
use orm_core::testing::golden::run_operations::run_all;

use super::support::{Scratch, dialect};

#[test]
fn operations_keep_the_rows() {
    let scratch = Scratch::new();
    let mut connection = scratch.connect();
    let version = connection.server_version().expect("a version");
    let dialect = dialect_at(dialect(connection.as_mut()), version).expect("a known version");
    let refused = run_all(dialect, connection.as_mut()).expect("all statements are valid");
    let numbers = "column: numbers";
    let expected: &[&str] = match dialect.name() {
        "mysql" => &["sequence", "sequence: options", numbers],
        _ => &[numbers],
    };
    assert_eq!(refused, expected);
}
