//! Columns whose type is not the dialect's choice: `sql_type` of a field, and what each database makes of it.

use orm::prelude::*;

use orm_conformance::Db;
use orm_conformance::cases;
use orm_conformance::suite::support::column;

cases![
    "column_types":
    the_columns_have_their_own_types,
    values_come_back_and_are_found,
    entities_and_many_rows_have_them,
    what_a_column_changes_is_read_back,
    defaults_and_collations_are_of_the_type,
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "own_types")]
struct Row {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    #[orm(sql_type(postgres = "CHAR(8)", mysql = "TINYTEXT", sqlite = "CHARACTER(20)"))]
    tiny: String,
    #[orm(sql_type(postgres = "JSON", mysql = "MEDIUMTEXT"))]
    medium: String,
    #[orm(sql_type(mysql = "LONGTEXT"), length = 30)]
    long: String,
    #[orm(sql_type(
        mysql = "VARCHAR(20) CHARACTER SET latin1",
        mariadb = "VARCHAR(20) CHARACTER SET latin2"
    ))]
    western: Option<String>,
    #[orm(sql_type(mysql = "YEAR", postgres = "INTEGER"))]
    year: i16,
    #[orm(sql_type(mysql = "SET('red', 'green', 'blue')"))]
    colours: String,
    #[orm(sql_type(mysql = "TINYBLOB"))]
    data: Vec<u8>,
    #[orm(sql_type(mysql = "MEDIUMINT UNSIGNED", postgres = "INTEGER"))]
    number: i64,
    #[orm(sql_type(mysql = "BIGINT UNSIGNED"))]
    wide: u64,
    #[orm(
        sql_type(postgres = "TEXT", mysql = "VARCHAR(40)"),
        server_default = "it's"
    )]
    text: String,
}

fn row(id: i64) -> Row {
    Row {
        id,
        tiny: format!("tiny {id}"),
        medium: format!("{{\"id\": {id}}}"),
        long: "ä".repeat(30),
        western: Some("é".into()),
        year: 2024,
        colours: "red,blue".into(),
        data: vec![0, 255, 39],
        number: 16_777_215,
        wide: u64::MAX,
        text: "given".into(),
    }
}

fn seed(db: &Db) -> Connection {
    Metadata::of((Row,)).create_all(&db.engine).unwrap();
    let mut conn = db.engine.connection().unwrap();
    let rows = [row(1), row(2), row(3)];
    insert(Row).values(rows).execute(&mut conn).unwrap();
    conn
}

fn the_columns_have_their_own_types(db: &Db) {
    let conn = &mut seed(db);
    let (query, expected): (_, &[&str]) = match db.dialect().name() {
        "postgres" => (
            "SELECT format_type(atttypid, atttypmod)::text FROM pg_attribute \
             WHERE attrelid = 'own_types'::regclass AND attnum > 1 ORDER BY attnum",
            &[
                "character(8)",
                "json",
                "character varying(30)",
                "text",
                "integer",
                "text",
                "bytea",
                "integer",
                "numeric(20,0)",
                "text",
            ],
        ),
        "sqlite" => (
            "SELECT type FROM pragma_table_info('own_types') WHERE cid > 0 ORDER BY cid",
            &[
                "CHARACTER(20)",
                "TEXT",
                "VARCHAR(30)",
                "TEXT",
                "INTEGER",
                "TEXT",
                "BLOB",
                "INTEGER",
                "TEXT",
                "TEXT",
            ],
        ),
        _ => (
            "SELECT column_type FROM information_schema.columns WHERE table_schema = DATABASE() \
             AND table_name = 'own_types' AND ordinal_position > 1 ORDER BY ordinal_position",
            &[
                "tinytext",
                "mediumtext",
                "longtext",
                "varchar(20)",
                "year",
                "set('red','green','blue')",
                "tinyblob",
                "mediumint unsigned",
                "bigint unsigned",
                "varchar(40)",
            ],
        ),
    };
    let found: Vec<String> = column(conn, query);
    let without_width = |ty: &String| {
        ty.replace("year(4)", "year")
            .replace("mediumint(8)", "mediumint")
            .replace("bigint(20)", "bigint")
    };
    let found: Vec<String> = found.iter().map(without_width).collect();
    assert_eq!(found, expected);
}

/// Without the spaces by which PostgreSQL fills a CHAR.
fn trimmed(mut row: Row) -> Row {
    row.tiny.truncate(row.tiny.trim_end().len());
    row
}

fn values_come_back_and_are_found(db: &Db) {
    let conn = &mut seed(db);
    let rows = select(Row).order_by(Row.id).all(conn).unwrap();
    let rows: Vec<_> = rows.into_iter().map(trimmed).collect();
    assert_eq!(rows, [1, 2, 3].map(row));
    let ids = |condition: Predicate, conn: &mut Connection| {
        let query = select(Row.id).filter(condition).order_by(Row.id);
        query.all(conn).unwrap()
    };
    assert_eq!(ids(Row.tiny.eq("tiny 2"), conn), [2]);
    assert_eq!(ids(Row.tiny.in_(["tiny 1", "tiny 3"]), conn), [1, 3]);
    assert_eq!(ids(Row.western.eq("é"), conn), [1, 2, 3]);
    assert_eq!(ids(Row.year.gt(2023), conn), [1, 2, 3]);
    assert_eq!(ids(Row.colours.eq("red,blue"), conn), [1, 2, 3]);
    assert_eq!(ids(Row.data.eq(vec![0, 255, 39]), conn), [1, 2, 3]);
    assert_eq!(ids(Row.number.eq(16_777_215), conn), [1, 2, 3]);
    assert_eq!(ids(Row.wide.eq(u64::MAX), conn), [1, 2, 3]);
}

fn entities_and_many_rows_have_them(db: &Db) {
    seed(db);
    let mut session = db.session();
    let added: Vec<_> = (10..60).map(|id| session.add(row(id))).collect();
    session.commit().unwrap();
    for row in &added {
        session.refresh(*row).unwrap();
        session[*row].year = 1999;
        session[*row].medium = "[1]".into();
        session[*row].colours = "green".into();
        session[*row].wide = 7;
    }
    session.commit().unwrap();
    let conn = &mut db.other_connection();
    let changed = select(Row).filter(Row.wide.eq(7) & Row.year.eq(1999));
    let changed = changed.all(conn).unwrap();
    assert_eq!(changed.len(), 50);
    assert!(
        changed
            .iter()
            .all(|row| row.medium == "[1]" && row.colours == "green")
    );
    for row in &added {
        session.delete(*row);
    }
    session.commit().unwrap();
    assert_eq!(db.count("own_types"), 3);
}

fn what_a_column_changes_is_read_back(db: &Db) {
    seed(db);
    let mut session = db.session();
    let added = session.add(Row {
        colours: "blue,red,red".into(),
        ..row(70)
    });
    session.commit().unwrap();
    let stored = select(Row.colours).filter(Row.id.eq(70));
    let stored = stored.one(&mut db.other_connection()).unwrap();
    assert_eq!(session[added].colours, stored);
    // A SET has its own order, and each member once.
    let is_set = matches!(db.dialect().name(), "mysql" | "mariadb");
    assert_eq!(stored, if is_set { "red,blue" } else { "blue,red,red" });
}

fn defaults_and_collations_are_of_the_type(db: &Db) {
    let conn = &mut seed(db);
    let given = Row::builder()
        .id(5)
        .tiny("t")
        .medium("1")
        .long("")
        .year(2000)
        .colours("")
        .data(vec![])
        .number(1)
        .wide(1);
    insert(Row).values(given).execute(conn).unwrap();
    let five = select((Row.text, Row.western)).filter(Row.id.eq(5));
    assert_eq!(five.one(conn).unwrap(), ("it's".to_owned(), None));
    // Case counts in a text whose type has no character set of its own.
    let upper = select(Row.id).filter(Row.long.eq("Ä".repeat(30)));
    assert_eq!(upper.all(conn).unwrap(), [0; 0]);
}
