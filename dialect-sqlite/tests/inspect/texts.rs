//! Tables that other tools and hands have written.

use dialect_sqlite::SqliteDriver;
use orm_core::driver::Driver;
use orm_core::inspect::Scope;
use orm_core::schema::{Action, Name, Rule, ServerDefault};
use orm_core::testing::{Recorder, RecordingDriver};
use orm_core::types::Type;

use super::{database, inspect, inspect_scope, inspector, table_of};

const ODD: &str = "CREATE TABLE IF NOT EXISTS main.[odd table] ( -- (first
    `id` integer /* , */ CONSTRAINT \"pk one\" PRIMARY KEY ASC ON CONFLICT FAIL AUTOINCREMENT NOT NULL,
    'b' varchar ( 10 ) collate nocase DEFAULT \"it's\" UNIQUE ON CONFLICT REPLACE CHECK (length(b) > (1)),
    [c d] \"decimal\"(10, 2) DEFAULT +1.50 CONSTRAINT positive CHECK ([C D] > 0 /* ) */),
    e,
    f GENERATED ALWAYS AS (\"b\" || ')'),
    g INT AS (id + 1) STORED NOT NULL,
    h BIGINT REFERENCES \"Other\" ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT pair UNIQUE ('b', [c d] COLLATE nocase DESC) ON CONFLICT IGNORE
    CHECK (e IN ('x', 'y'))
    FOREIGN KEY (`h`, e) REFERENCES other(ID, \"n\") MATCH FULL ON UPDATE CASCADE ON DELETE NO ACTION
)";

#[test]
fn odd_texts_are_read() {
    let other = "CREATE TABLE Other (id INTEGER PRIMARY KEY, n TEXT, UNIQUE (id, n))";
    let found = inspect(&mut database(&[
        other,
        ODD,
        "ALTER TABLE \"odd table\" ADD COLUMN i TEXT /* x */",
    ]));
    let table = found.table("odd table").unwrap();
    let names: Vec<_> = table
        .columns
        .iter()
        .map(|column| column.name.as_ref())
        .collect();
    assert_eq!(names, ["id", "b", "c d", "e", "f", "g", "h", "i"]);
    let id = &table.columns[0];
    assert!(id.auto_increment && !id.reuses_keys && !id.nullable && id.ty == Type::Int64);
    let b = &table.columns[1];
    assert_eq!(
        (&b.ty, b.length, b.collation.as_deref()),
        (&Type::Text, Some(10), Some("NOCASE"))
    );
    assert_eq!(b.server_default, Some(ServerDefault::Raw("'it''s'".into())));
    let price = &table.columns[2];
    assert_eq!(
        (price.sql_type("sqlite"), &price.ty),
        (Some("DECIMAL(10,2)"), &Type::Float64)
    );
    assert_eq!(table.columns[3].sql_type("sqlite"), Some(""));
    let generated = |at: usize| table.columns[at].generated.clone().unwrap();
    assert_eq!(generated(4).expression, "\"b\" || ')'".into());
    assert!(!generated(4).stored && generated(5).stored);
    let uniques: Vec<_> = table
        .uniques
        .iter()
        .map(|unique| unique.name.as_ref())
        .collect();
    assert_eq!(uniques, ["pair", "uq_odd table_b"]);
    let checks: Vec<_> = table
        .checks
        .iter()
        .map(|check| check.name.as_ref())
        .collect();
    assert_eq!(checks, ["ck_odd table_b", "ck_odd table_e", "positive"]);
    assert!(matches!(&table.checks[1].rule, Rule::OneOf { labels, .. } if labels.len() == 2));
    let [two, one] = table.foreign_keys.as_slice() else {
        panic!("two foreign keys");
    };
    assert_eq!(
        (one.table.as_ref(), one.on_update),
        ("Other", Action::Cascade)
    );
    assert_eq!(one.references, ["id", "n"].map(Name::from));
    assert_eq!(
        (two.on_delete, two.references.as_slice()),
        (Action::SetNull, &["id".into()][..])
    );
    assert!(two.deferrable.is_some());
}

#[test]
fn tables_of_queries_and_renamed_ones_are_read() {
    let table = table_of(&[
        "CREATE TABLE s (a INTEGER, b VARCHAR(5))",
        "CREATE TABLE \"t 2\" AS SELECT a, b AS \"b b\", 1.5 AS c FROM s",
        "DROP TABLE s",
        "ALTER TABLE \"t 2\" RENAME TO t",
        "ALTER TABLE t RENAME COLUMN a TO \"z\"\"z\"",
        "CREATE INDEX i ON t (\"z\"\"z\", lower(\"b b\")) WHERE c > 1",
    ]);
    let columns: Vec<_> = table
        .columns
        .iter()
        .map(|column| (column.name.as_ref(), &column.ty))
        .collect();
    assert_eq!(
        columns,
        [
            ("z\"z", &Type::Int64),
            ("b b", &Type::Text),
            ("c", &Type::Bytes)
        ]
    );
    assert_eq!(table.indexes[0].keys.len(), 2);
}

#[test]
fn keys_that_are_no_rowid_are_not_generated() {
    for (sql, is_generated, nullable) in [
        ("CREATE TABLE t (id INTEGER PRIMARY KEY)", true, false),
        (
            "CREATE TABLE t (id integer, PRIMARY KEY (ID DESC))",
            true,
            false,
        ),
        ("CREATE TABLE t (id INTEGER PRIMARY KEY DESC)", false, true),
        ("CREATE TABLE t (id INT PRIMARY KEY)", false, true),
        (
            "CREATE TABLE t (id INTEGER PRIMARY KEY) WITHOUT ROWID",
            false,
            false,
        ),
        (
            "CREATE TABLE t (id INTEGER, b INTEGER, PRIMARY KEY (id, b))",
            false,
            true,
        ),
    ] {
        let mut connection = database(&[sql]);
        let found = inspector()
            .inspect(connection.as_mut(), &Scope::default())
            .unwrap();
        let id = &found.tables()[0].columns[0];
        assert_eq!(
            (id.auto_increment, id.nullable),
            (is_generated, nullable),
            "{sql}"
        );
    }
}

#[test]
fn objects_of_the_system_and_excluded_ones_are_left_out() {
    let mut connection = database(&[
        "CREATE TABLE kept (id INTEGER PRIMARY KEY AUTOINCREMENT)",
        "CREATE TABLE tmp_1 (id INTEGER PRIMARY KEY)",
        "CREATE TABLE __orm_migration_log (a TEXT)",
        "CREATE TABLE __diesel_schema_migrations (a TEXT)",
        "CREATE VIEW tmp_2 AS SELECT 1",
        "CREATE VIRTUAL TABLE search USING fts5(body)",
        "CREATE TRIGGER of_view INSTEAD OF INSERT ON tmp_2 BEGIN SELECT 1; END",
        "ANALYZE",
    ]);
    let found = inspect_scope(&mut connection, &Scope::default().exclude("tmp_*"));
    let names: Vec<_> = found
        .tables()
        .iter()
        .map(|table| table.name.as_ref())
        .collect();
    assert_eq!((names.as_slice(), found.views.len()), (&["kept"][..], 0));
}

#[test]
fn attached_databases_are_schemas() {
    let mut connection = database(&[
        "ATTACH ':memory:' AS \"audit x\"",
        "CREATE TABLE t (id INTEGER PRIMARY KEY)",
        "CREATE TABLE \"audit x\".t (id INTEGER PRIMARY KEY, own REFERENCES T)",
        "CREATE INDEX \"audit x\".i ON t (own)",
        "CREATE VIEW \"audit x\".v AS SELECT * FROM t",
        "CREATE TRIGGER \"audit x\".tr DELETE ON t BEGIN SELECT 1; END",
    ]);
    assert_eq!(inspect(&mut connection).tables().len(), 1);
    let found = inspect_scope(
        &mut connection,
        &Scope::default().schema("audit x").schema("main"),
    );
    assert_eq!(found.tables().len(), 2);
    let table = &found.tables()[1];
    let key = &table.foreign_keys[0];
    let schema = Some(Name::from("audit x"));
    assert_eq!((&table.schema, &key.schema), (&schema, &schema));
    assert_eq!((table.indexes.len(), table.attached.len()), (1, 1));
    assert_eq!(
        table.attached[0].drop.as_deref(),
        Some("DROP TRIGGER \"audit x\".\"tr\"")
    );
    assert_eq!(found.views[0].depends_on[0].schema, schema);
}

#[test]
fn one_statement_reads_any_number_of_tables() {
    let recorder = Recorder::new();
    let driver = RecordingDriver::new(SqliteDriver::memory(), &recorder);
    let mut connection = driver.connect().unwrap();
    for number in 0..40 {
        let sql = format!("CREATE TABLE t{number} (id INTEGER PRIMARY KEY, a TEXT UNIQUE)");
        connection.control(&sql).unwrap();
    }
    recorder.take();
    let found = inspector()
        .inspect(connection.as_mut(), &Scope::default())
        .unwrap();
    assert_eq!((found.tables().len(), recorder.take().len()), (40, 1));
}
