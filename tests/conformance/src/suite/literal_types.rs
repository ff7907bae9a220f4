//! Literals of durations, of native enums and of types with a codec; and texts with a backslash as defaults of columns.

use chrono::TimeDelta;
use orm::prelude::*;
use orm::types::{Codec, DbType as _, Type};
use orm::value::{ConversionError, Value, ValueRef};

use super::literals::{are_read_back, edges, equals_itself, is_same, read, with_literal};
use super::native_enums::Size;
use crate::cases;
use crate::database::Db;

cases![
    "literal_types":
    literals_of_durations,
    literals_of_native_enums,
    literals_of_codecs,
    defaults_have_backslashes,
];

/// A text that is stored between quotes.
#[derive(DbType, Clone, Debug, PartialEq, Eq, Hash)]
#[orm(codec)]
struct Quoted(String);

impl Codec for Quoted {
    const TYPE: Type = Type::Text;
    const LENGTH: Option<u32> = Some(60);
    const NAME: &'static str = "a quoted text";

    fn encode(&self, _server: &str) -> Value {
        Value::Text(format!("'\\{}\\'", self.0))
    }

    fn decode(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        let ValueRef::Text(text) = value else {
            return Err(ConversionError::Kind);
        };
        let text = text
            .strip_prefix("'\\")
            .and_then(|text| text.strip_suffix("\\'"));
        text.map(|text| Self(text.to_owned()))
            .ok_or(ConversionError::Format)
    }
}

/// Two numbers, stored as bytes.
#[derive(DbType, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[orm(codec)]
struct Point(u8, u8);

impl Codec for Point {
    const TYPE: Type = Type::Bytes;
    const LENGTH: Option<u32> = Some(2);
    const NAME: &'static str = "a point";

    fn encode(&self, _server: &str) -> Value {
        Value::Bytes(vec![self.0, self.1])
    }

    fn decode(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        match value {
            ValueRef::Bytes([a, b]) => Ok(Self(*a, *b)),
            _ => Err(ConversionError::Kind),
        }
    }
}

/// A number, stored by its opposite.
#[derive(DbType, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[orm(codec)]
struct Opposite(i64);

impl Codec for Opposite {
    const TYPE: Type = Type::Int64;
    const NAME: &'static str = "an opposite number";

    fn encode(&self, _server: &str) -> Value {
        Value::Int(!self.0)
    }

    fn decode(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        match value {
            ValueRef::Int(number) => Ok(Self(!number)),
            _ => Err(ConversionError::Kind),
        }
    }
}

#[derive(Model, Clone, Debug, Default)]
#[orm(table = "literal_kinds")]
struct Kind {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    took: Option<TimeDelta>,
    size: Option<Size>,
    quoted: Option<Quoted>,
    point: Option<Point>,
    opposite: Option<Opposite>,
}

fn kinds(db: &Db) -> Connection {
    Metadata::of((Kind,)).create_all(&db.engine).unwrap();
    db.engine.connection().unwrap()
}

fn literals_of_durations(db: &Db) {
    let conn = &mut kinds(db);
    let durations = [
        0,
        1,
        -1,
        -999_999,
        86_400_000_000,
        -86_400_000_001,
        3_155_760_000_000_000,
        i64::MAX,
        -i64::MAX,
    ];
    let durations = durations.map(TimeDelta::microseconds).to_vec();
    edges!(conn, Kind.took, TimeDelta::TYPE, durations);
}

fn literals_of_native_enums(db: &Db) {
    let conn = &mut kinds(db);
    let sizes = vec![Size::Small, Size::Medium, Size::Large, Size::Huge];
    edges!(conn, Kind.size, Size::TYPE, sizes);
}

fn literals_of_codecs(db: &Db) {
    let conn = &mut kinds(db);
    let texts = ["", "a", "it's \\ \"b\" ? $1 :c", "\\'; --", "ü🦀"];
    let texts = texts.map(|text| Quoted(text.to_owned())).to_vec();
    edges!(conn, Kind.quoted, <Quoted as Codec>::TYPE, texts);
    let points = vec![Point(0, 0), Point(0x27, 0x5c), Point(255, 128)];
    edges!(conn, Kind.point, <Point as Codec>::TYPE, points);
    let numbers = [0, -1, 1, i64::MAX, i64::MIN].map(Opposite).to_vec();
    edges!(conn, Kind.opposite, <Opposite as Codec>::TYPE, numbers);
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "literal_made")]
struct Made {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    #[orm(length = 60, server_default = "a\\b")]
    plain: String,
    #[orm(length = 60, server_default = "it's \\' \"q\" \\")]
    quotes: String,
    #[orm(server_default = "\\\\ \\n ? $1 :a")]
    long: Option<String>,
    #[orm(server_default = "it's \"large\" \\")]
    size: Size,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "literal_scripts")]
struct Scripted {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    #[orm(length = 60, server_default = "a\\b")]
    plain: String,
    #[orm(length = 60, server_default = "it's \\' \"q\" \\")]
    quotes: String,
    #[orm(server_default = "\\\\ \\n ? $1 :a")]
    long: Option<String>,
}

fn defaults_have_backslashes(db: &Db) {
    Metadata::of((Made,)).create_all(&db.engine).unwrap();
    let conn = &mut db.engine.connection().unwrap();
    insert(Made)
        .values(Made::builder().id(1))
        .execute(conn)
        .unwrap();
    let expected = Made {
        id: 1,
        plain: "a\\b".into(),
        quotes: "it's \\' \"q\" \\".into(),
        long: Some("\\\\ \\n ? $1 :a".into()),
        size: Size::Large,
    };
    assert_eq!(select(Made).one(conn).unwrap(), expected);
    let script = Metadata::of((Scripted,))
        .create_script(conn.dialect())
        .unwrap();
    for statement in script.split(";\n").filter(|text| !text.trim().is_empty()) {
        conn.raw_control(statement)
            .unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
    insert(Scripted)
        .values(Scripted::builder().id(1))
        .execute(conn)
        .unwrap();
    let row = select(Scripted).one(conn).unwrap();
    let found = (row.plain, row.quotes, row.long);
    assert_eq!(found, (expected.plain, expected.quotes, expected.long));
}
