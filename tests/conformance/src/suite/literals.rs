//! Values as literals: of each type, at its edges. A literal is what its bind is, in a SELECT, as a default of a column, and
//! in a statement that is printed with literals.

use std::fmt::Debug;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use orm::ErrorKind;
use orm::prelude::*;
use orm::stmt::{Expr, Projection, Query, Select};
use orm::types::{DbType, Type};
use orm_core::schema::{Column, ServerDefault, Table};
use orm_core::sql::{SqlWriter, ddl, write_query};
use orm_core::testing::with;
use rust_decimal::Decimal;
use serde_json::json;
use uuid::Uuid;

use crate::cases;
use crate::database::Db;
use crate::fixtures::{Colour, User};
use crate::suite::Requires;
use crate::suite::support::fails;

cases![
    "literals":
    literals_of_integers,
    literals_of_wide_integers (Requires::Decimals),
    literals_of_floats,
    literals_of_texts,
    literals_of_bytes,
    literals_of_times,
    literals_of_decimals (Requires::Decimals),
    literals_of_documents (Requires::Json),
    a_handle_is_no_literal,
];

#[derive(Model, Clone, Debug, Default)]
#[orm(table = "literal_edges")]
struct Edge {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    flag: Option<bool>,
    tiny: Option<i8>,
    byte: Option<u8>,
    short: Option<u16>,
    word: Option<u32>,
    small: Option<i16>,
    medium: Option<i32>,
    large: Option<i64>,
    single: Option<f32>,
    double: Option<f64>,
    body: Option<String>,
    bytes: Option<Vec<u8>>,
    day: Option<NaiveDate>,
    clock: Option<NaiveTime>,
    moment: Option<NaiveDateTime>,
    instant: Option<DateTime<Utc>>,
    token: Option<Uuid>,
    colour: Option<Colour>,
}

#[derive(Model, Clone, Debug, Default)]
#[orm(table = "literal_numbers")]
struct Number {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    wide: Option<u64>,
    #[orm(precision = 28, scale = 10)]
    exact: Option<Decimal>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "literal_shares")]
struct Share {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    #[orm(precision = 20, scale = 16, server_default = 0.1234567890123456)]
    exact: Decimal,
    #[orm(precision = 12, scale = 2, server_default = 2.0)]
    whole: Decimal,
}

#[derive(Model, Clone, Debug, Default)]
#[orm(table = "literal_documents")]
struct Document {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    title: Option<String>,
    body: Option<serde_json::Value>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "literal_notes")]
struct Note {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = User.id, on_delete = cascade)]
    user_id: i64,
    user: BelongsTo<User>,
}

/// What a query of one row of one table has: its columns as values of the type.
pub(super) fn read<T: DbType>(conn: &mut Connection, sql: &str) -> Vec<T> {
    let mut values = Vec::new();
    let run = conn.raw_query(sql, &[], &mut |row| {
        for index in 0..row.len() {
            let value = T::from_value(row.get(index)?);
            values.push(value.unwrap_or_else(|error| panic!("{sql}: {error:?}")));
        }
        Ok(())
    });
    run.unwrap_or_else(|error| panic!("{sql}: {error}"));
    values
}

/// Whether values are equal, where a NaN is equal to itself.
pub(super) fn is_same<T: DbType + PartialEq>(a: &T, b: &T) -> bool {
    a == b || a.to_value().is_same(b.to_value())
}

/// The values that have a literal. Where there is none, the dialect refuses it.
pub(super) fn with_literal<T: DbType>(conn: &mut Connection, values: Vec<T>) -> Vec<T> {
    let mut kept = values;
    kept.retain(
        |value| match conn.dialect().literal(&value.to_value().to_value()) {
            Ok(_) => true,
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
                false
            }
        },
    );
    kept
}

/// Selects each literal, and reads each as the default of a column.
pub(super) fn are_read_back<T>(conn: &mut Connection, ty: &Type, values: &[T])
where
    T: DbType + PartialEq + Debug,
{
    let dialect = conn.dialect();
    let mut table = Table::new("literal_defaults").column(Column::new("id", Type::Int64));
    for (index, value) in values.iter().enumerate() {
        let owned = value.to_value().to_value();
        let lone = with(Select::default(), |it| {
            it.columns = vec![Projection::Expr(Expr::Value(owned.clone()))].into();
        });
        let lone = Query::from(lone);
        let mut w = SqlWriter::with_literals(dialect);
        write_query(&mut w, &lone).unwrap();
        let sql = w.finish_literals().unwrap();
        let found: Vec<T> = read(conn, &sql);
        assert!(
            found.len() == 1 && is_same(&found[0], value),
            "{sql}: {found:?}"
        );
        let default = ServerDefault::Raw(dialect.literal(&owned).unwrap().into());
        let column = Column::new(format!("d{index}"), ty.clone()).nullable();
        table = table.column(column.server_default(default));
    }
    let sql = ddl::create_table(dialect, &table, &[]).unwrap();
    conn.raw_control(&sql)
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
    conn.raw_execute("INSERT INTO literal_defaults (id) VALUES (1)", &[])
        .unwrap();
    let names: Vec<_> = (0..values.len()).map(|index| format!("d{index}")).collect();
    let sql = format!("SELECT {} FROM literal_defaults", names.join(", "));
    let found: Vec<T> = read(conn, &sql);
    for (value, found) in values.iter().zip(&found) {
        assert!(is_same(found, value), "{found:?} is not {value:?}: {sql}");
    }
    assert_eq!(found.len(), values.len());
    conn.raw_control("DROP TABLE literal_defaults").unwrap();
}

/// Reads values back as literals, finds them by printed conditions, and writes them by printed statements.
macro_rules! edges {
    ($conn:expr, $model:ident.$column:ident, $ty:expr, $values:expr) => {{
        let conn: &mut Connection = $conn;
        let values = with_literal(conn, $values);
        are_read_back(conn, &$ty, &values);
        for value in values {
            delete($model).execute(conn).unwrap();
            let row = $model {
                id: 1,
                $column: Some(value.clone()),
                ..$model::default()
            };
            let other = $model {
                id: 2,
                ..$model::default()
            };
            insert($model).values([row, other]).execute(conn).unwrap();
            let change = update($model)
                .set($model.$column, value.clone())
                .filter($model.id.eq(2));
            let sql = change.to_sql_with_literals(conn.dialect()).unwrap();
            let changed = conn.raw_execute(&sql, &[]);
            let changed = changed.unwrap_or_else(|error| panic!("{sql}: {error}"));
            assert_eq!(changed.affected, 1, "{sql}");
            let stored = select($model.$column)
                .order_by($model.id)
                .all(conn)
                .unwrap();
            assert!(is_same(&stored[0], &stored[1]), "{stored:?}: {sql}");
            assert!(
                is_same(&stored[0], &Some(value.clone())),
                "{stored:?}: {sql}"
            );
            if value.to_value().is_same(value.to_value()) && equals_itself(&value) {
                let query = select($model.id).filter($model.$column.eq(value.clone()));
                let sql = query
                    .order_by($model.id)
                    .to_sql_with_literals(conn.dialect());
                let sql = sql.unwrap();
                assert_eq!(read::<i64>(conn, &sql), [1, 2], "{sql}");
            }
        }
    }};
}

pub(super) use edges;

/// NaN does not, so no condition finds it.
pub(super) fn equals_itself<T: PartialEq>(value: &T) -> bool {
    T::eq(value, value)
}

fn edges_table(db: &Db) -> Connection {
    Metadata::of((Edge,)).create_all(&db.engine).unwrap();
    db.engine.connection().unwrap()
}

fn literals_of_integers(db: &Db) {
    let conn = &mut edges_table(db);
    edges!(conn, Edge.flag, Type::Bool, vec![true, false]);
    edges!(conn, Edge.tiny, i8::TYPE, vec![0, -1, i8::MIN, i8::MAX]);
    edges!(conn, Edge.byte, u8::TYPE, vec![0, u8::MAX]);
    edges!(conn, Edge.short, u16::TYPE, vec![0, u16::MAX]);
    edges!(conn, Edge.word, u32::TYPE, vec![0, u32::MAX]);
    edges!(conn, Edge.small, i16::TYPE, vec![0, -1, i16::MIN, i16::MAX]);
    edges!(
        conn,
        Edge.medium,
        i32::TYPE,
        vec![0, -1, i32::MIN, i32::MAX]
    );
    let large = vec![0, -1, 1 << 40, i64::MIN, i64::MIN + 1, i64::MAX];
    edges!(conn, Edge.large, i64::TYPE, large);
}

fn literals_of_wide_integers(db: &Db) {
    Metadata::of((Number,)).create_all(&db.engine).unwrap();
    let conn = &mut db.engine.connection().unwrap();
    let wide = vec![0, 1, i64::MAX.unsigned_abs() + 1, u64::MAX];
    edges!(conn, Number.wide, u64::TYPE, wide);
}

fn literals_of_floats(db: &Db) {
    let conn = &mut edges_table(db);
    let doubles = vec![
        0.0,
        -0.0,
        1.0,
        0.1,
        -1.0 / 3.0,
        1e22,
        1e16,
        123_456_789_012_345_680.0,
        9_007_199_254_740_993.0,
        1e-300,
        1e308,
        f64::MAX,
        f64::MIN,
        f64::MIN_POSITIVE,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
    ];
    edges!(conn, Edge.double, f64::TYPE, doubles);
    let singles = vec![
        0.0,
        -0.0,
        0.5,
        0.1,
        -1.0 / 3.0,
        16_777_216.0,
        1e10,
        1e-30,
        f32::MAX,
        f32::MIN,
        f32::MIN_POSITIVE,
    ];
    edges!(conn, Edge.single, f32::TYPE, singles);
}

/// Texts that could end a literal early, or be read as something else.
const TEXTS: [&str; 26] = [
    "",
    " ",
    " padded ",
    "'",
    "''",
    "\\'",
    "'; DROP TABLE literal_edges; --",
    "\\'; DROP TABLE literal_edges; --",
    "\"",
    "`",
    "\\",
    "\\\\",
    "\\0 \\n \\x41 \\u0041",
    "\u{0}",
    "a\u{0}b'",
    "%_",
    "? $1 :a {} [x]",
    "-- a",
    "/* a",
    "*/",
    "a\r\n\tb\u{1a}\u{8}",
    "é e\u{301} ß İ",
    "👩‍👩‍👧 🦀",
    "\u{202e}rtl\u{feff}",
    "$$ a $$ $a$",
    "NULL",
];

fn literals_of_texts(db: &Db) {
    let conn = &mut edges_table(db);
    let texts: Vec<String> = TEXTS.map(str::to_owned).to_vec();
    edges!(conn, Edge.body, String::TYPE, texts);
    let long = vec!["ab'\\é🦀".repeat(200)];
    edges!(conn, Edge.body, String::TYPE, long);
    let colours = vec![Colour::Red, Colour::Green, Colour::DarkBlue];
    edges!(conn, Edge.colour, Colour::TYPE, colours);
}

fn literals_of_bytes(db: &Db) {
    let conn = &mut edges_table(db);
    let all: Vec<u8> = (0..=255).collect();
    let bytes = vec![vec![], vec![0], b"text'\\".to_vec(), vec![0xff; 3], all];
    edges!(conn, Edge.bytes, Vec::<u8>::TYPE, bytes);
    let tokens = [0, 1, 0x27_5c_00_22 << 64, u128::MAX].map(Uuid::from_u128);
    edges!(conn, Edge.token, Uuid::TYPE, tokens.to_vec());
}

fn literals_of_times(db: &Db) {
    let conn = &mut edges_table(db);
    let days = [
        "0001-01-01",
        "1582-10-15",
        "1969-12-31",
        "2000-02-29",
        "9999-12-31",
    ];
    let days = days.map(|day| day.parse::<NaiveDate>().unwrap());
    edges!(conn, Edge.day, NaiveDate::TYPE, days.to_vec());
    let last = if db.has(Requires::Microseconds) {
        "23:59:59.999999"
    } else {
        "23:59:59"
    };
    let clocks: Vec<NaiveTime> = ["00:00:00", "12:30:15", last]
        .map(|clock| clock.parse().unwrap())
        .to_vec();
    edges!(conn, Edge.clock, NaiveTime::TYPE, clocks.clone());
    let moments = days
        .iter()
        .flat_map(|day| clocks.iter().map(|clock| day.and_time(*clock)));
    let moments: Vec<NaiveDateTime> = moments.collect();
    let instants: Vec<_> = moments.iter().map(NaiveDateTime::and_utc).collect();
    edges!(conn, Edge.moment, NaiveDateTime::TYPE, moments);
    edges!(conn, Edge.instant, DateTime::<Utc>::TYPE, instants);
}

fn literals_of_decimals(db: &Db) {
    Metadata::of((Number,)).create_all(&db.engine).unwrap();
    let conn = &mut db.engine.connection().unwrap();
    let exact = [
        "0",
        "0.1",
        "-0.01",
        "1.10",
        "100",
        "0.0000000001",
        "999999999999999999.9999999999",
        "-999999999999999999.9999999999",
    ];
    let exact = exact.map(|digits| digits.parse::<Decimal>().unwrap());
    let ty = Type::Decimal {
        precision: 28,
        scale: 10,
    };
    edges!(conn, Number.exact, ty, exact.to_vec());
    // A default with a fraction is exact, too.
    Metadata::of((Share,)).create_all(&db.engine).unwrap();
    let row = Share::builder().id(1);
    insert(Share).values([row]).execute(conn).unwrap();
    let exact: Decimal = "0.1234567890123456".parse().unwrap();
    let both = Share.exact.eq(exact) & Share.whole.eq(Decimal::TWO);
    let found = select((Share.exact, Share.whole)).filter(both);
    assert_eq!(found.one(conn).unwrap(), (exact, Decimal::TWO));
}

fn literals_of_documents(db: &Db) {
    Metadata::of((Document,)).create_all(&db.engine).unwrap();
    let conn = &mut db.engine.connection().unwrap();
    let documents = vec![
        json!(null),
        json!(true),
        json!(0),
        json!(i64::MIN),
        json!(i64::MAX),
        json!(0.1),
        json!("it's \\ \"b\" ? $1 :a 🦀\n"),
        json!([]),
        json!({}),
        json!({"a'b\\": [1, null, {"\"": "'"}], "": "--"}),
    ];
    edges!(conn, Document.body, Type::Json, documents);
}

/// The key of an entity is known to its session only, so that a text can't have it.
fn a_handle_is_no_literal(db: &Db) {
    Metadata::of((User, Note)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    let ada = session.add(User::builder().username("ada"));
    let note = session.add(Note::builder().user(ada));
    session.commit().unwrap();
    let dialect = db.dialect();
    let condition = || Note.user.eq(ada);
    let read = select(Note.id).filter(condition());
    let listed = select(Note.id).filter(Note.user.in_([ada]));
    let changed = update(Note).set(Note.user_id, 5).filter(condition());
    let gone = delete(Note).filter(condition());
    for text in [
        read.to_sql_with_literals(dialect),
        listed.to_sql_with_literals(dialect),
        changed.to_sql_with_literals(dialect),
        gone.to_sql_with_literals(dialect),
    ] {
        let error = fails(text, ErrorKind::Usage);
        let message =
            "a condition on `Note.user` has a handle, whose key is known to its session only";
        assert_eq!(error.message(), message);
    }
    let found = read.all(&mut session).unwrap();
    assert_eq!(found, [session[note].id]);
}
