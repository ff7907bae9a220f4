//! The types that MySQL and MariaDB alone have, as types of columns: what they keep, what they refuse, and what does not
//! fit a field.

use crate::databases::HasDatabase;
use orm::ErrorKind;
use orm::prelude::*;
use orm_conformance::suite::support::fails;
use orm_conformance::{Db, cases};

cases![
    "mysql_types":
    the_ends_of_their_ranges_come_back (orm_conformance::Requires::Server),
    what_does_not_fit_a_type_is_refused (orm_conformance::Requires::Server),
    texts_have_their_character_set (orm_conformance::Requires::Server),
    a_value_that_does_not_fit_the_field_is_a_decode_error (orm_conformance::Requires::Server),
];

#[derive(Model, Clone, Debug, Default, PartialEq)]
#[orm(table = "mysql_types")]
struct Kinds {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    tiny: i8,
    tiny_unsigned: u8,
    small_unsigned: u16,
    #[orm(sql_type(mysql = "MEDIUMINT"))]
    medium: i32,
    #[orm(sql_type(mysql = "MEDIUMINT UNSIGNED"))]
    medium_unsigned: u32,
    int_unsigned: u32,
    big_unsigned: u64,
    #[orm(sql_type(mysql = "YEAR"))]
    year: u16,
    #[orm(sql_type(mysql = "SET('a', 'b', 'c''d')"))]
    members: String,
    #[orm(sql_type(mysql = "TINYTEXT"))]
    tiny_text: String,
    #[orm(sql_type(mysql = "MEDIUMTEXT"))]
    medium_text: String,
    #[orm(sql_type(mysql = "LONGTEXT"))]
    long_text: String,
    #[orm(sql_type(mysql = "TINYBLOB"))]
    tiny_blob: Vec<u8>,
    #[orm(sql_type(mysql = "MEDIUMBLOB"))]
    medium_blob: Vec<u8>,
    #[orm(sql_type(mysql = "VARCHAR(20) CHARACTER SET latin1"))]
    western: String,
}

fn least() -> Kinds {
    Kinds {
        id: 1,
        tiny: i8::MIN,
        medium: -8_388_608,
        year: 1901,
        ..Kinds::default()
    }
}

fn greatest() -> Kinds {
    Kinds {
        id: 2,
        tiny: i8::MAX,
        tiny_unsigned: u8::MAX,
        small_unsigned: u16::MAX,
        medium: 8_388_607,
        medium_unsigned: 16_777_215,
        int_unsigned: u32::MAX,
        big_unsigned: u64::MAX,
        year: 2155,
        members: "a,b,c'd".into(),
        tiny_text: "t".repeat(255),
        medium_text: "ä".repeat(70_000),
        long_text: "😀".repeat(70_000),
        tiny_blob: vec![255; 255],
        medium_blob: vec![39; 70_000],
        western: "é€ß".into(),
    }
}

/// The tables, and a connection; `None` on other databases, which have no such types.
fn seed(db: &Db) -> Option<Connection> {
    if !db.database().is_mysql() {
        return None;
    }
    Metadata::of((Kinds,)).create_all(&db.engine).unwrap();
    Some(db.engine.connection().unwrap())
}

fn the_ends_of_their_ranges_come_back(db: &Db) {
    let Some(conn) = &mut seed(db) else { return };
    let rows = [least(), greatest()];
    insert(Kinds).values(&rows).execute(conn).unwrap();
    let all = |conn: &mut Connection| select(Kinds).order_by(Kinds.id).all(conn).unwrap();
    assert_eq!(all(conn), rows);
    let one = |condition: Predicate, conn: &mut Connection| {
        let ids = select(Kinds.id).filter(condition).all(conn).unwrap();
        assert_eq!(ids, [2]);
    };
    one(Kinds.big_unsigned.eq(u64::MAX), conn);
    one(Kinds.big_unsigned.gt(u64::MAX - 1), conn);
    one(Kinds.year.gt(1901), conn);
    one(Kinds.members.eq("a,b,c'd"), conn);
    one(Kinds.western.eq("é€ß"), conn);
    one(Kinds.medium_unsigned.in_([16_777_215]), conn);
    assert_eq!(
        select(max(Kinds.big_unsigned)).one(conn).unwrap(),
        Some(u64::MAX)
    );
    // A flush expects the old values, and writes new ones.
    let mut session = db.session();
    let two = session.get_one(Kinds, 2).unwrap();
    session[two].year = 1999;
    session[two].members = "b".into();
    session[two].big_unsigned -= 1;
    session[two].western = "ÿ".into();
    let changed = session[two].clone();
    session.commit().unwrap();
    assert_eq!(all(conn), [least(), changed]);
}

fn what_does_not_fit_a_type_is_refused(db: &Db) {
    use ErrorKind::{DataTooLong, Database, OutOfRange};
    let Some(conn) = &mut seed(db) else { return };
    let mut refused = |kind, change: fn(&mut Kinds)| {
        let mut row = greatest();
        change(&mut row);
        let error = fails(insert(Kinds).values(row).execute(conn), kind);
        error.column().map(str::to_owned)
    };
    let column = |name: &str| Some(name.to_owned());
    let medium = refused(OutOfRange, |row| row.medium = 8_388_608);
    assert_eq!(medium, column("medium"));
    let unsigned = refused(OutOfRange, |row| row.medium_unsigned = 16_777_216);
    assert_eq!(unsigned, column("medium_unsigned"));
    let year = refused(OutOfRange, |row| row.year = 2156);
    assert_eq!(year, column("year"));
    let text = refused(DataTooLong, |row| row.tiny_text.push('t'));
    assert_eq!(text, column("tiny_text"));
    let bytes = refused(DataTooLong, |row| row.tiny_blob.push(0));
    assert_eq!(bytes, column("tiny_blob"));
    let long = refused(DataTooLong, |row| row.western = "e".repeat(21));
    assert_eq!(long, column("western"));
    let member = refused(Database, |row| row.members = "a,x".into());
    assert_eq!(member, column("members"));
    // MySQL does not name the column.
    let letter = refused(Database, |row| row.western = "ж".into());
    assert!(letter.is_none() || letter == column("western"));
    assert_eq!(db.count("mysql_types"), 0);
}

#[derive(Model, Clone, Debug)]
#[orm(table = "mysql_texts")]
struct Texts {
    #[orm(primary_key)]
    id: i64,
    #[orm(sql_type(mysql = "TINYTEXT"))]
    plain: String,
    #[orm(sql_type(mysql = "VARCHAR(20) CHARACTER SET latin1"))]
    western: String,
    #[orm(sql_type(mysql = "TEXT CHARACTER SET latin1 COLLATE latin1_general_cs"))]
    sorted: String,
    #[orm(sql_type(mysql = "CHAR(3)"), collation = "utf8mb4_unicode_ci")]
    own: String,
    #[orm(sql_type(mysql = "SET('a')"))]
    members: String,
    #[orm(sql_type(mysql = "YEAR"), server_default = 2000)]
    year: i16,
}

fn texts_have_their_character_set(db: &Db) {
    if seed(db).is_none() {
        return;
    }
    Metadata::of((Texts,)).create_all(&db.engine).unwrap();
    let conn = &mut db.engine.connection().unwrap();
    let found: Vec<(String, String, Option<String>, Option<String>)> = raw(
        "SELECT column_name, data_type, character_set_name, collation_name \
         FROM information_schema.columns WHERE table_schema = DATABASE() \
         AND table_name = 'mysql_texts' AND ordinal_position > 1 ORDER BY ordinal_position",
    )
    .all(conn)
    .unwrap();
    let bytewise = if db.dialect().name() == "mysql" {
        "utf8mb4_0900_bin"
    } else {
        "utf8mb4_nopad_bin"
    };
    let text = |name: &str, ty: &str, charset: &str, collation: &str| {
        let own = |text: &str| Some(text.to_owned());
        (name.to_owned(), ty.to_owned(), own(charset), own(collation))
    };
    assert_eq!(
        found,
        [
            text("plain", "tinytext", "utf8mb4", bytewise),
            text("western", "varchar", "latin1", "latin1_swedish_ci"),
            text("sorted", "text", "latin1", "latin1_general_cs"),
            text("own", "char", "utf8mb4", "utf8mb4_unicode_ci"),
            text("members", "set", "utf8mb4", bytewise),
            ("year".to_owned(), "year".to_owned(), None, None),
        ]
    );
    let row = Texts::builder().plain("é").western("é").sorted("é");
    let row = row.own("É").members("a");
    insert(Texts).values(row).execute(conn).unwrap();
    let same = Texts.plain.eq("é") & Texts.western.eq("é") & Texts.sorted.eq("é");
    let found = select((Texts.year, Texts.own)).filter(same & Texts.own.eq("é"));
    assert_eq!(found.all(conn).unwrap(), [(2000, "É".to_owned())]);
    // The servers compare no columns of two collations.
    let mixed = select(Texts.id).filter(Texts.western.eq(Texts.sorted));
    fails(mixed.all(conn), ErrorKind::Database);
}

/// Fields of other types than those of the columns.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "mysql_misfits")]
struct Misfit {
    #[orm(primary_key)]
    id: i64,
    #[orm(sql_type(mysql = "TIME"))]
    time: Option<String>,
    #[orm(sql_type(mysql = "YEAR"))]
    year: Option<String>,
    #[orm(sql_type(mysql = "BIT(12)"))]
    bits: Option<String>,
    #[orm(sql_type(mysql = "DECIMAL(5, 2)"))]
    decimal: Option<String>,
    #[orm(sql_type(mysql = "BIGINT UNSIGNED"))]
    number: Option<i64>,
    #[orm(sql_type(mysql = "MEDIUMBLOB"))]
    bytes: Option<String>,
}

fn a_value_that_does_not_fit_the_field_is_a_decode_error(db: &Db) {
    if seed(db).is_none() {
        return;
    }
    Metadata::of((Misfit,)).create_all(&db.engine).unwrap();
    let conn = &mut db.engine.connection().unwrap();
    for (column, value) in [
        ("time", "'30:00:00'"),
        ("year", "2024"),
        ("bits", "b'101'"),
        ("decimal", "1.50"),
        ("number", "18446744073709551615"),
        ("bytes", "'text'"),
    ] {
        delete(Misfit).execute(conn).unwrap();
        let insert = format!("INSERT INTO mysql_misfits (`{column}`) VALUES ({value})");
        conn.raw_control(&insert).unwrap();
        let error = fails(select(Misfit).all(conn), ErrorKind::Decode);
        assert_eq!(error.column(), Some(column), "{error:?}");
    }
}
