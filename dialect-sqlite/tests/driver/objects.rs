//! What the dialect renders of a schema, run.

use dialect_sqlite::SqliteDialect;
use orm_core::testing::golden::objects;
use orm_core::testing::golden::run_objects::run_all;

use crate::{Boxed, one, run, with};
use orm_core::value::Value;

#[test]
fn all_that_is_rendered_is_created_and_dropped() {
    let attach = format!("ATTACH ':memory:' AS {}", objects::SHOP);
    let mut connection: Boxed = with(&[&attach]);
    let options = [
        ("sqlite", "STRICT", None),
        ("sqlite", "WITHOUT ROWID", None),
    ];
    let mut own = objects::posts();
    own.name = "strict_posts".into();
    own.options = objects::with_options(&options[..1]).options;
    let own = vec![objects::with_options(&options), own];
    let refused = run_all(&SqliteDialect, "NOCASE", own, &mut |sql| {
        connection.control(sql)
    })
    .unwrap();
    // Those that `golden_objects.rs` lists.
    assert_eq!(refused.len(), 17, "{refused:#?}");
    run(&mut connection, &["SELECT 1"]);
    let left = one(
        &mut connection,
        "SELECT (SELECT COUNT(*) FROM main.sqlite_schema) + (SELECT COUNT(*) FROM golden_shop.sqlite_schema)",
    );
    assert_eq!(left, Value::Int(0));
}
