//! What the dialect renders of a schema for the version of the server, run.

use dialect_postgres::PostgresDialect;
use orm_core::sql::dialect_at;
use orm_core::testing::golden::objects;
use orm_core::testing::golden::run_objects::run_all;
use orm_core::value::Value;

use crate::Database;

#[test]
fn all_that_is_rendered_is_created_and_dropped() {
    let mut db = Database::new("objects");
    let shop = format!("DROP SCHEMA IF EXISTS {} CASCADE", objects::SHOP);
    let create = format!("CREATE SCHEMA {}", objects::SHOP);
    db.run(&["CREATE TABLE parent (a int4)", &shop, &create]);
    let version = db.connection.server_version().unwrap();
    let dialect = dialect_at(&PostgresDialect, version).unwrap();
    let own = objects::with_options(&[
        ("postgres", "UNLOGGED", None),
        ("postgres", "INHERITS", Some("parent")),
        ("postgres", "WITH", Some("fillfactor = 70")),
        ("postgres", "TABLESPACE", Some("pg_default")),
    ]);
    let mut parted = objects::with_options(&[("postgres", "PARTITION BY", Some("RANGE (id)"))]);
    parted.name = "parted".into();
    parted.primary_key = None;
    let collation = "C";
    let mut statements = Vec::new();
    let refused = run_all(dialect, collation, vec![own, parted], &mut |sql| {
        // There is no such method of indexes.
        if sql.contains("fulltext") || sql.contains("\"words\"") {
            return Ok(());
        }
        statements.push(sql.to_owned());
        db.connection.control(sql)
    })
    .unwrap();
    // A key with a length, on any version.
    assert!(
        refused
            .iter()
            .any(|message| message.contains("a key with a length"))
    );
    assert!(refused.len() <= 4, "{refused:#?}");
    assert!(statements.len() > 50, "{statements:#?}");
    let left = format!(
        "SELECT count(*) FROM pg_catalog.pg_class WHERE relnamespace::regnamespace::text IN ('{}', '{}')",
        db.schema,
        objects::SHOP
    );
    assert_eq!(db.one(&left, &[]), Value::Int(1));
    db.run(&[&shop]);
}
