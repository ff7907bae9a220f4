//! The statements of each operation on MySQL and MariaDB, and of its inverse: `golden_operations_mysql.sql` and
//! `golden_operations_mariadb.sql`.

use dialect_mysql::MysqlDialect;
use orm_core::testing::golden::operations;

#[test]
fn the_statements_of_operations_on_mysql() {
    let document = operations::document(&MysqlDialect::MySql);
    assert_eq!(document, include_str!("golden_operations_mysql.sql"));
}

#[test]
fn the_statements_of_operations_on_mariadb() {
    let document = operations::document(&MysqlDialect::MariaDb);
    assert_eq!(document, include_str!("golden_operations_mariadb.sql"));
}
