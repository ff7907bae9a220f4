//! The DDL of PostgreSQL for everything that the schema model has. The header of `golden.rs` holds here, too.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use dialect_postgres::PostgresDialect;
use orm_core::ServerVersion;
use orm_core::schema::{Check, Constraint, Rule, Table};
use orm_core::sql::{Dialect, ddl};
use orm_core::testing::golden::objects;
use orm_core::testing::{AnsiDialect, with};

/// The statements of a table, without line breaks.
fn created(table: &Table) -> Vec<String> {
    let statements = ddl::create_table_objects(&PostgresDialect, table, &[]).unwrap();
    let flat = |sql: String| {
        sql.replace("\n    ", " ")
            .replace('\n', "")
            .replace("( ", "(")
    };
    statements.into_iter().map(flat).collect()
}

#[test]
fn names_have_their_schema() {
    assert_eq!(
        created(&objects::qualified()),
        [
            r#"CREATE TABLE "golden_shop"."orders" ("id" BIGINT NOT NULL, "user_id" BIGINT, CONSTRAINT "pk_orders" PRIMARY KEY ("id"), CONSTRAINT "ck_orders_id" CHECK (id > 0), CONSTRAINT "fk_orders_user_id_users" FOREIGN KEY ("user_id") REFERENCES "golden_shop"."users" ("id"))"#,
            r#"CREATE INDEX "ix_orders_user_id" ON "golden_shop"."orders" ("user_id")"#,
        ]
    );
    let table = objects::qualified();
    let name = table.qualified_name();
    assert_eq!(
        ddl::drop_table(&PostgresDialect, &name),
        r#"DROP TABLE "golden_shop"."orders""#
    );
    assert_eq!(
        ddl::drop_index(&PostgresDialect, &name, &table.indexes[0]),
        r#"DROP INDEX "golden_shop"."ix_orders_user_id""#
    );
}

#[test]
fn columns() {
    assert_eq!(
        created(&objects::numbered(objects::ALWAYS_EVEN)),
        [
            r#"CREATE TABLE "always_numbered" ("id" BIGINT GENERATED ALWAYS AS IDENTITY (START WITH 100 INCREMENT BY 2) NOT NULL, CONSTRAINT "pk_always_numbered" PRIMARY KEY ("id"))"#
        ]
    );
    let computed =
        |word| format!(r#""total" BIGINT GENERATED ALWAYS AS (price * amount) {word} NOT NULL)"#);
    assert!(created(&objects::computed(true))[0].ends_with(&computed("STORED")));
    assert!(created(&objects::computed(false))[0].ends_with(&computed("VIRTUAL")));
    assert_eq!(
        created(&objects::sequenced()),
        [
            r#"CREATE TABLE "sequenced" ("id" BIGINT NOT NULL DEFAULT nextval('"golden_shop"."numbers"'))"#
        ]
    );
    let error = ddl::create_table(&PostgresDialect, &objects::without_text(), &[]).unwrap_err();
    assert_eq!(
        error.message(),
        "the default of column id of table t has no SQL for postgres"
    );
}

#[test]
fn older_servers_have_less() {
    let at = |major| {
        let version = ServerVersion::new(major, 0, 0);
        let own = PostgresDialect.capabilities_at(version).unwrap().unwrap();
        own.ddl
    };
    let features =
        |ddl| AnsiDialect::with(with(*PostgresDialect.capabilities(), |own| own.ddl = ddl));
    let message = |major, table: Table| {
        let error = ddl::create_table(&features(at(major)), &table, &[]).unwrap_err();
        error.message().to_owned()
    };
    assert_eq!(
        message(17, objects::computed(false)),
        "column total of table virtual has a VIRTUAL generated value, which ansi does not support"
    );
    assert_eq!(
        message(14, objects::equal_nulls()),
        "constraint uq_nulls_id of table nulls has NULLS NOT DISTINCT, which ansi does not support"
    );
}

#[test]
fn comments() {
    assert_eq!(
        created(&objects::commented()),
        [
            r#"CREATE TABLE "commented" ("id" BIGINT NOT NULL)"#,
            r#"COMMENT ON TABLE "commented" IS 'what''s here'"#,
            r#"COMMENT ON COLUMN "commented"."id" IS 'it''s a key'"#,
        ]
    );
}

#[test]
fn attached_sql() {
    let table = objects::attached();
    assert_eq!(
        created(&table)[1..],
        ["CREATE RULE log_it AS ON DELETE TO attached DO INSTEAD NOTHING"]
    );
    assert_eq!(
        ddl::drop_all(&PostgresDialect, &[&table]).unwrap(),
        ["DROP RULE log_it ON attached", r#"DROP TABLE "attached""#]
    );
}

#[test]
fn table_options() {
    let table = objects::with_options(&[
        ("postgres", "TABLESPACE", Some("pg_default")),
        ("postgres", "WITH", Some("fillfactor = 70")),
        ("postgres", "PARTITION BY", Some("RANGE (id)")),
        ("postgres", "INHERITS", Some("(users)")),
        ("postgres", "unlogged", None),
        ("mysql", "ENGINE", Some("MyISAM")),
    ]);
    assert_eq!(
        created(&table),
        [
            r#"CREATE UNLOGGED TABLE "options" ("id" BIGINT NOT NULL, CONSTRAINT "pk_options" PRIMARY KEY ("id")) INHERITS (users) PARTITION BY RANGE (id) WITH (fillfactor = 70) TABLESPACE pg_default"#
        ]
    );
    let unknown = objects::with_options(&[("postgres", "ENGINE", Some("x"))]);
    let error = ddl::create_table(&PostgresDialect, &unknown, &[]).unwrap_err();
    assert_eq!(
        error.message(),
        "table options has the option ENGINE, which postgres does not support"
    );
    assert_eq!(
        error.hint(),
        Some("the options are UNLOGGED, INHERITS, PARTITION BY, WITH, TABLESPACE")
    );
    assert_eq!(
        created(&objects::temporary()),
        [r#"CREATE TEMPORARY TABLE "for_now" ("id" BIGINT NOT NULL)"#]
    );
}

#[test]
fn constraints() {
    let clause = |table: Table| {
        let sql = created(&table).remove(0);
        let (_, clause) = sql.split_once("CONSTRAINT ").unwrap();
        clause.strip_suffix(')').unwrap().to_owned()
    };
    assert_eq!(
        clause(objects::deferrable_unique()),
        r#""uq_late_id" UNIQUE ("id") DEFERRABLE INITIALLY DEFERRED"#
    );
    assert_eq!(
        clause(objects::equal_nulls()),
        r#""uq_nulls_id" UNIQUE NULLS NOT DISTINCT ("id")"#
    );
    assert_eq!(
        clause(objects::deferrable_key()),
        r#""fk_later_id_users" FOREIGN KEY ("id") REFERENCES "users" ("id") DEFERRABLE INITIALLY DEFERRED"#
    );
    assert_eq!(
        clause(objects::full_key()),
        r#""fk_full_id_users" FOREIGN KEY ("id") REFERENCES "users" ("id") MATCH FULL"#
    );
    assert_eq!(
        clause(objects::excluded()),
        r#""ex_bookings_room" EXCLUDE USING "btree" ("room" WITH =) WHERE (room > 0) DEFERRABLE INITIALLY IMMEDIATE"#
    );
}

#[test]
fn constraints_are_added_and_dropped() {
    let table = objects::qualified();
    let check = Constraint::Check(Check::new("orders", "id", Rule::Raw("id > 0".into())));
    let key = Constraint::PrimaryKey(table.primary_key.clone().unwrap());
    let add = ddl::add_constraint(&PostgresDialect, &table, &check).unwrap();
    assert_eq!(
        add.unwrap(),
        r#"ALTER TABLE "golden_shop"."orders" ADD CONSTRAINT "ck_orders_id" CHECK (id > 0)"#
    );
    for (constraint, name) in [(check, "ck_orders_id"), (key, "pk_orders")] {
        let drop = ddl::drop_constraint(&PostgresDialect, &table, &constraint).unwrap();
        let expected = format!(r#"ALTER TABLE "golden_shop"."orders" DROP CONSTRAINT "{name}""#);
        assert_eq!(drop.unwrap(), expected);
    }
}

#[test]
fn indexes() {
    let create = |index| ddl::create_index(&PostgresDialect, &objects::posts(), index);
    let texts: Vec<String> = objects::indexes("C")
        .iter()
        .map(|index| create(index).unwrap_or_else(|error| error.message().to_owned()))
        .collect();
    assert_eq!(
        texts,
        [
            r#"CREATE INDEX "expression" ON "posts" ((lower(title)))"#,
            r#"CREATE UNIQUE INDEX "descending" ON "posts" ("title" DESC)"#,
            r#"CREATE INDEX "nulls_last" ON "posts" ("title" NULLS LAST)"#,
            r#"CREATE INDEX "collation" ON "posts" ("title" COLLATE "C")"#,
            r#"CREATE INDEX "class" ON "posts" ("title" text_pattern_ops)"#,
            "index prefix of table posts has a key with a length, which postgres does not support",
            r#"CREATE INDEX "including" ON "posts" ("title") INCLUDE ("id", "body")"#,
            r#"CREATE INDEX "filtered" ON "posts" ("title") WHERE title > 'a'"#,
            r#"CREATE UNIQUE INDEX "one_null" ON "posts" ("title") NULLS NOT DISTINCT"#,
            r#"CREATE INDEX "hashed" ON "posts" USING hash ("title")"#,
            r#"CREATE INDEX "words" ON "posts" USING fulltext ("title")"#,
            r#"CREATE INDEX CONCURRENTLY "concurrent" ON "posts" ("title")"#,
        ]
    );
    let concurrent = &objects::indexes("C")[11];
    let name = objects::posts().qualified_name();
    assert_eq!(
        ddl::drop_index(&PostgresDialect, &name, concurrent),
        r#"DROP INDEX CONCURRENTLY "concurrent""#
    );
    assert_eq!(
        ddl::create_index_if_not_exists(&PostgresDialect, &objects::posts(), concurrent).unwrap(),
        r#"CREATE INDEX CONCURRENTLY IF NOT EXISTS "concurrent" ON "posts" ("title")"#
    );
}

#[test]
fn views_sequences_and_schemas() {
    let dialect = &PostgresDialect;
    assert_eq!(
        ddl::create_view(dialect, &objects::view()).unwrap(),
        r#"CREATE VIEW "golden_shop"."ids" AS SELECT id FROM golden_shop.users"#
    );
    assert_eq!(
        ddl::comment_on_view(dialect, &objects::view())
            .unwrap()
            .unwrap(),
        r#"COMMENT ON VIEW "golden_shop"."ids" IS 'all keys'"#
    );
    assert_eq!(
        ddl::create_view_if_not_exists(dialect, &objects::materialized()).unwrap(),
        r#"CREATE MATERIALIZED VIEW IF NOT EXISTS "stored_ids" AS SELECT 1 AS id"#
    );
    assert!(ddl::create_view_if_not_exists(dialect, &objects::view()).is_err());
    assert_eq!(
        ddl::drop_view_if_exists(dialect, &objects::materialized()).unwrap(),
        r#"DROP MATERIALIZED VIEW IF EXISTS "stored_ids""#
    );
    assert_eq!(
        ddl::create_sequence(dialect, &objects::sequence()).unwrap(),
        r#"CREATE SEQUENCE "golden_shop"."numbers" START WITH 10 INCREMENT BY 5 MINVALUE 1 MAXVALUE 100 CYCLE"#
    );
    assert_eq!(
        ddl::create_schema_if_not_exists(dialect, objects::SHOP).unwrap(),
        r#"CREATE SCHEMA IF NOT EXISTS "golden_shop""#
    );
}

#[test]
fn a_whole_schema() {
    let schema = objects::whole();
    let created = ddl::create_schema_objects(&PostgresDialect, &schema).unwrap();
    let heads: Vec<&str> = created
        .iter()
        .map(|sql| sql.split(" (").next().unwrap())
        .collect();
    assert_eq!(
        heads,
        [
            r#"CREATE TABLE "a""#,
            r#"CREATE TABLE "b""#,
            r#"ALTER TABLE "a" ADD CONSTRAINT "fk_a_other_b" FOREIGN KEY"#,
            r#"CREATE VIEW "second" AS SELECT id FROM a"#,
            r#"CREATE VIEW "first" AS SELECT id FROM second"#,
        ]
    );
    assert_eq!(
        ddl::drop_schema_objects(&PostgresDialect, &schema).unwrap(),
        [
            r#"DROP VIEW "first""#,
            r#"DROP VIEW "second""#,
            r#"ALTER TABLE "a" DROP CONSTRAINT "fk_a_other_b""#,
            r#"DROP TABLE "b""#,
            r#"DROP TABLE "a""#,
        ]
    );
}
