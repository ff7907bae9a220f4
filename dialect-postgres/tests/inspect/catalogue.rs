//! Objects that were made by hand: names of every kind, `serial`, other schemas, what is left out.

use orm_core::inspect::Scope;
use orm_core::schema::*;
use orm_core::types::Type;

use crate::Database;

#[test]
fn names_of_every_kind_are_read() {
    let mut database = Database::new("names");
    database.run(&[
        "CREATE TABLE \"we\"\"ird; 'x' é\" (\"select\" int PRIMARY KEY, \"A b\" text DEFAULT 'x', \
         CONSTRAINT \"ck \"\"é\" CHECK (\"A b\" IN ('é', 'b') ), CONSTRAINT \"Order\" UNIQUE (\"A b\", \"select\"))",
        "CREATE INDEX \"in\"\"dex\" ON \"we\"\"ird; 'x' é\" (\"A b\" DESC) WHERE \"select\" > 1",
        "COMMENT ON COLUMN \"we\"\"ird; 'x' é\".\"select\" IS 'é''s'",
        "CREATE SEQUENCE \"Se q\"",
        "CREATE TABLE \"user\" (\"table\" int REFERENCES \"we\"\"ird; 'x' é\" DEFAULT nextval('\"Se q\"'))",
        "CREATE VIEW \"V w\" AS SELECT \"table\" FROM \"user\"",
    ]);
    let found = database.inspect(&Scope::default());
    let table = found.table("we\"ird; 'x' é").unwrap();
    assert_eq!(
        table.find("select").unwrap().comment.as_deref(),
        Some("é's")
    );
    let labels = vec!["é".into(), "b".into()];
    assert_eq!(
        table.checks[0].rule,
        Rule::OneOf {
            column: "A b".into(),
            labels
        }
    );
    assert_eq!(table.checks[0].name, "ck \"é");
    assert_eq!(table.indexes[0].name, "in\"dex");
    let user = found.table("user").unwrap();
    assert_eq!(user.foreign_keys[0].table, table.name);
    let default = user.columns[0].server_default.clone();
    assert_eq!(default, Some(ServerDefault::NextValue("Se q".into())));
    assert_eq!(found.views[0].depends_on, ["user".into()]);
    let sql = orm_core::sql::ddl::create_schema_objects(&dialect_postgres::PostgresDialect, &found);
    let mut again = Database::new("names_again");
    again.run(&sql.unwrap());
    crate::assert_same(&again.inspect(&Scope::default()), &found);
}

#[test]
fn serial_is_auto_increment() {
    let mut database = Database::new("serial");
    database.run(&[
        "CREATE TABLE a (id serial PRIMARY KEY, other bigint)",
        "CREATE TABLE b (id bigserial, other int DEFAULT nextval('a_id_seq'))",
        "ALTER SEQUENCE b_id_seq INCREMENT 10",
    ]);
    let found = database.inspect(&Scope::default());
    assert_eq!(found.sequences, []);
    let [a, b] = found.tables() else { panic!() };
    let expected = Table::new("a").column(Column::new("id", Type::Int32).auto_increment());
    assert_eq!(a.columns[0], expected.columns[0]);
    assert_eq!(
        b.columns[0].identity.and_then(|own| own.increment),
        Some(10)
    );
    assert_eq!(
        b.columns[1].server_default,
        Some(ServerDefault::NextValue("a_id_seq".into()))
    );
    let written = Column::new("id", Type::Int32);
    let written = written.sql_types(vec![("postgres".into(), "SERIAL".into())].into());
    let schema = Schema::unchecked(vec![Table::new("a").column(written)]);
    let canonical = crate::inspector().canonical(&schema);
    assert_eq!(canonical.tables()[0].columns[0], expected.columns[0]);
}

#[test]
fn the_scope_has_other_schemas_and_leaves_out_names() {
    let mut database = Database::new("scope");
    let other = "inspect_postgres_scope_other";
    database.run(&[
        format!("DROP SCHEMA IF EXISTS {other} CASCADE"),
        format!("CREATE SCHEMA {other}"),
        format!("CREATE TABLE {other}.a (id int PRIMARY KEY)"),
        format!("CREATE TYPE {other}.mood AS ENUM ('x')"),
        format!("CREATE TABLE a (id int REFERENCES {other}.a, m {other}.mood)"),
        "CREATE TABLE tmp_x (id int)".to_owned(),
        "CREATE VIEW tmp_v AS SELECT 1 AS a".to_owned(),
        "CREATE SEQUENCE tmp_s".to_owned(),
        "CREATE TEMPORARY TABLE gone (id int)".to_owned(),
        "CREATE TYPE pair AS (a int, b int)".to_owned(),
    ]);
    let found = database.inspect(&Scope::default().schema(other).exclude("tmp_*"));
    let names: Vec<_> = found
        .tables()
        .iter()
        .map(|table| table.qualified_name().to_string())
        .collect();
    assert_eq!(names, ["a".to_owned(), format!("{other}.a")]);
    assert_eq!(
        found.tables()[0].foreign_keys[0].schema.as_deref(),
        Some(other)
    );
    let mood = format!("{other}.mood");
    assert_eq!(
        found.tables()[0].columns[1].sql_type("postgres"),
        Some(&*mood)
    );
    assert!(found.views.is_empty() && found.sequences.is_empty());
    let own = database.inspect(&Scope::default());
    assert_eq!(
        (own.tables().len(), own.views.len(), own.sequences.len()),
        (2, 1, 1)
    );
    database.run(&[format!("DROP SCHEMA {other} CASCADE")]);
}

#[test]
fn the_number_of_queries_is_constant() {
    let mut database = Database::new("queries");
    let mut counts = Vec::new();
    for number in 0..3 {
        database.recorder.take();
        database.inspect(&Scope::default());
        counts.push(database.recorder.take_sql().len());
        database.run(&[
            format!("CREATE TABLE t{number} (id serial PRIMARY KEY, a int UNIQUE CHECK (a > 0) REFERENCES t{number})"),
            format!("CREATE INDEX i{number} ON t{number} (a)"),
            format!("CREATE VIEW v{number} AS SELECT id FROM t{number}"),
        ]);
    }
    assert_eq!(counts, [8, 8, 8]);
}

#[test]
fn constraints_of_partitions_and_parents_are_theirs() {
    let mut database = Database::new("parents");
    database.run(&[
        "CREATE TABLE p (id int, day date, PRIMARY KEY (id, day), CHECK (id > 0)) PARTITION BY RANGE (day)",
        "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')",
        "CREATE INDEX by_day ON p (day)",
        "CREATE TABLE r (id int, day date, FOREIGN KEY (id, day) REFERENCES p)",
        "CREATE TABLE base (id int CHECK (id > 0))",
        "CREATE TABLE child (name text) INHERITS (base)",
        "CREATE TABLE \"nothing\" ()",
    ]);
    let found = database.inspect(&Scope::default());
    let names: Vec<_> = found.tables().iter().map(|table| &*table.name).collect();
    assert_eq!(names, ["base", "child", "nothing", "p", "r"]);
    assert_eq!(found.table("p").unwrap().indexes.len(), 1);
    assert_eq!(found.table("r").unwrap().foreign_keys.len(), 1);
    let child = found.table("child").unwrap();
    assert_eq!((child.columns.len(), child.checks.len()), (2, 0));
    assert_eq!(child.options[0].value.as_deref(), Some("base"));
}
