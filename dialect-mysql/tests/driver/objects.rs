//! What the dialect renders of a schema for the version of the server, run.

use orm_core::sql::dialect_at;
use orm_core::testing::golden::objects;
use orm_core::testing::golden::run_objects::run_all;
use orm_core::value::Value;

use super::support::{Scratch, dialect, rows};

#[test]
fn all_that_is_rendered_is_created_and_dropped() {
    let scratch = Scratch::new();
    let mut connection = scratch.connect();
    let connection = connection.as_mut();
    let shop = format!("DROP DATABASE IF EXISTS {}", objects::SHOP);
    connection.control(&shop).expect("a database to drop");
    let create = format!("CREATE DATABASE {}", objects::SHOP);
    connection.control(&create).expect("a database");
    let version = connection.server_version().expect("a version");
    let dialect = dialect_at(dialect(connection), version).expect("a known version");
    let own = objects::with_options(&[
        ("mysql", "ENGINE", Some("InnoDB")),
        ("mysql", "CHARSET", Some("latin1")),
        ("mysql", "ROW_FORMAT", Some("DYNAMIC")),
        ("mysql", "AUTO_INCREMENT", Some("7")),
        ("mysql", "PARTITION BY", Some("HASH (id) PARTITIONS 2")),
    ]);
    let mut collated = objects::with_options(&[("mysql", "COLLATE", Some("utf8mb4_bin"))]);
    collated.name = "collated".into();
    collated.comment = Some("x".into());
    let refused = run_all(dialect, "utf8mb4_bin", vec![own, collated], &mut |sql| {
        connection.control(sql)
    });
    let refused = refused.expect("all that is rendered is valid");
    // Those that `golden_objects.rs` lists.
    let expected = if dialect.name() == "mysql" { 15 } else { 14 };
    assert_eq!(refused.len(), expected, "{refused:#?}");
    let left = "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema IN (DATABASE(), 'golden_shop')";
    let left = rows(connection, left, &[]).expect("a count");
    assert_eq!(left, [[Value::Int(0)]]);
    connection.control(&shop).expect("the database is dropped");
}
