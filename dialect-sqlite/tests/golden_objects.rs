//! The DDL of SQLite for everything that the schema model has. The header of `golden.rs` holds here, too.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use dialect_sqlite::SqliteDialect;
use orm_core::schema::{Constraint, Table};
use orm_core::sql::ddl;
use orm_core::testing::golden::objects;

/// The statements of a table, without line breaks.
fn created(table: &Table) -> Vec<String> {
    let statements = ddl::create_table_objects(&SqliteDialect, table, &[]).unwrap();
    let flat = |sql: String| {
        sql.replace("\n    ", " ")
            .replace('\n', "")
            .replace("( ", "(")
    };
    statements.into_iter().map(flat).collect()
}

#[track_caller]
fn refuse(table: &Table, message: &str) {
    let error = ddl::create_table_objects(&SqliteDialect, table, &[]).unwrap_err();
    assert!(error.is_unsupported() && error.hint().is_some(), "{error}");
    assert_eq!(error.message(), message);
    assert_eq!(error.table(), Some(&*table.name));
}

#[test]
fn names_have_their_schema() {
    let table = objects::qualified();
    assert_eq!(
        created(&table),
        [
            r#"CREATE TABLE "golden_shop"."orders" ("id" INTEGER NOT NULL, "user_id" INTEGER, CONSTRAINT "pk_orders" PRIMARY KEY ("id"), CONSTRAINT "ck_orders_id" CHECK (id > 0), CONSTRAINT "fk_orders_user_id_users" FOREIGN KEY ("user_id") REFERENCES "users" ("id"))"#,
            r#"CREATE INDEX "golden_shop"."ix_orders_user_id" ON "orders" ("user_id")"#,
        ]
    );
    assert_eq!(
        ddl::drop_index(&SqliteDialect, &table.qualified_name(), &table.indexes[0]),
        r#"DROP INDEX "golden_shop"."ix_orders_user_id""#
    );
    refuse(
        &objects::across_schemas(),
        "constraint fk_across_id_users of table across has a reference to another schema, which sqlite does not support",
    );
}

#[test]
fn columns() {
    refuse(
        &objects::numbered(objects::FROM_100),
        "column id of table numbered has an identity with a first value, which sqlite does not support",
    );
    refuse(
        &objects::numbered(objects::ALWAYS_EVEN),
        "column id of table always_numbered has GENERATED ALWAYS AS IDENTITY, which sqlite does not support",
    );
    let computed =
        |word| format!(r#""total" INTEGER GENERATED ALWAYS AS (price * amount) {word} NOT NULL)"#);
    assert!(created(&objects::computed(true))[0].ends_with(&computed("STORED")));
    assert!(created(&objects::computed(false))[0].ends_with(&computed("VIRTUAL")));
    refuse(
        &objects::sequenced(),
        "sqlite does not support sequences: column id of table sequenced",
    );
    refuse(
        &objects::without_text(),
        "the default of column id of table t has no SQL for sqlite",
    );
}

#[test]
fn comments_are_left_out() {
    assert_eq!(
        created(&objects::commented()),
        [r#"CREATE TABLE "commented" ("id" INTEGER NOT NULL)"#]
    );
}

#[test]
fn attached_sql() {
    let table = objects::attached();
    assert_eq!(
        created(&table)[1..],
        ["CREATE TRIGGER log_it AFTER INSERT ON attached BEGIN SELECT 1; END"]
    );
    assert_eq!(
        ddl::drop_all(&SqliteDialect, &[&table]).unwrap(),
        ["DROP TRIGGER log_it", r#"DROP TABLE "attached""#]
    );
}

#[test]
fn table_options() {
    let table = objects::with_options(&[
        ("sqlite", "WITHOUT ROWID", None),
        ("sqlite", "STRICT", None),
    ]);
    assert_eq!(
        created(&table),
        [
            r#"CREATE TABLE "options" ("id" INTEGER NOT NULL, CONSTRAINT "pk_options" PRIMARY KEY ("id")) STRICT, WITHOUT ROWID"#
        ]
    );
    // The names of storage classes, which are the only types of a STRICT table.
    let mut posts = objects::posts();
    posts.options.clone_from(&table.options[1..].to_vec());
    assert!(created(&posts)[0].contains(r#""title" TEXT NOT NULL"#));
    refuse(
        &objects::with_options(&[("sqlite", "ENGINE", Some("x"))]),
        "table options has the option ENGINE, which sqlite does not support",
    );
    let mut numbered = objects::numbered(objects::FROM_100);
    numbered.columns[0].identity = None;
    numbered.options.clone_from(&table.options[..1].to_vec());
    refuse(
        &numbered,
        "SQLite generates no keys in a table WITHOUT ROWID",
    );
    assert_eq!(
        created(&objects::temporary()),
        [r#"CREATE TEMPORARY TABLE "for_now" ("id" INTEGER NOT NULL)"#]
    );
}

#[test]
fn constraints() {
    assert!(created(&objects::deferrable_key())[0].ends_with(
        r#"FOREIGN KEY ("id") REFERENCES "users" ("id") DEFERRABLE INITIALLY DEFERRED)"#
    ));
    refuse(
        &objects::deferrable_unique(),
        "constraint uq_late_id of table late has DEFERRABLE, which sqlite does not support",
    );
    refuse(
        &objects::equal_nulls(),
        "constraint uq_nulls_id of table nulls has NULLS NOT DISTINCT, which sqlite does not support",
    );
    refuse(
        &objects::full_key(),
        "constraint fk_full_id_users of table full has MATCH FULL, which sqlite does not support",
    );
    refuse(
        &objects::excluded(),
        "constraint ex_bookings_room of table bookings has EXCLUDE, which sqlite does not support",
    );
    let table = objects::qualified();
    let key = Constraint::ForeignKey(table.foreign_keys[0].clone());
    let error = ddl::add_constraint(&SqliteDialect, &table, &key).unwrap_err();
    assert_eq!(
        error.message(),
        "sqlite can't add or drop constraint fk_orders_user_id_users of table orders of an existing table"
    );
}

#[test]
fn indexes() {
    let create = |index| ddl::create_index(&SqliteDialect, &objects::posts(), index);
    let texts: Vec<String> = objects::indexes("NOCASE")
        .iter()
        .map(|index| create(index).unwrap_or_else(|error| error.message().to_owned()))
        .collect();
    assert_eq!(
        texts,
        [
            r#"CREATE INDEX "expression" ON "posts" (lower(title))"#,
            r#"CREATE UNIQUE INDEX "descending" ON "posts" ("title" DESC)"#,
            "index nulls_last of table posts has NULLS LAST, which sqlite does not support",
            r#"CREATE INDEX "collation" ON "posts" ("title" COLLATE "NOCASE")"#,
            "index class of table posts has an operator class, which sqlite does not support",
            "index prefix of table posts has a key with a length, which sqlite does not support",
            "index including of table posts has INCLUDE, which sqlite does not support",
            r#"CREATE INDEX "filtered" ON "posts" ("title") WHERE title > 'a'"#,
            "index one_null of table posts has NULLS NOT DISTINCT, which sqlite does not support",
            "index hashed of table posts has the method hash, which sqlite does not support",
            "index words of table posts has the method fulltext, which sqlite does not support",
            r#"CREATE INDEX "concurrent" ON "posts" ("title")"#,
        ]
    );
}

#[test]
fn views_sequences_and_schemas() {
    let dialect = &SqliteDialect;
    assert_eq!(
        ddl::create_view_if_not_exists(dialect, &objects::view()).unwrap(),
        r#"CREATE VIEW IF NOT EXISTS "golden_shop"."ids" AS SELECT id FROM golden_shop.users"#
    );
    let messages = [
        ddl::create_view(dialect, &objects::materialized()),
        ddl::create_sequence(dialect, &objects::sequence()),
        ddl::create_schema(dialect, objects::SHOP),
    ]
    .map(|refused| refused.unwrap_err().message().to_owned());
    assert_eq!(
        messages,
        [
            "view stored_ids has stored rows (MATERIALIZED), which sqlite does not support",
            "sqlite does not support sequences: sequence numbers",
            "sqlite does not support CREATE SCHEMA and DROP SCHEMA",
        ]
    );
}
