//! The inspector's types and defaults on the server.

use orm_core::schema::*;
use orm_core::testing::with;
use orm_core::types::{EnumType, Type, Width};

use super::inspect::{check, id, schema};
use super::support::{Scratch, dialect};

/// Native types that no column of a model has by itself.
const NATIVE: &[&str] = &[
    "MEDIUMINT",
    "MEDIUMINT UNSIGNED",
    "INT(5) ZEROFILL",
    "TINYINT(4)",
    "INTEGER",
    "BIGINT(20) UNSIGNED",
    "NUMERIC",
    "DEC(5)",
    "DECIMAL(40, 30)",
    "DECIMAL(5, 1) UNSIGNED",
    "REAL",
    "DOUBLE PRECISION",
    "FLOAT(30)",
    "DOUBLE(5,2)",
    "CHAR",
    "CHARACTER(3)",
    "CHARACTER VARYING(9)",
    "TINYTEXT",
    "TEXT",
    "MEDIUMTEXT",
    "LONGTEXT",
    "TINYBLOB",
    "BLOB",
    "MEDIUMBLOB",
    "LONGBLOB",
    "BINARY",
    "BINARY(16)",
    "VARBINARY(3)",
    "DATETIME",
    "DATETIME(3)",
    "TIMESTAMP(6) NULL",
    "TIME",
    "TIME(2)",
    "YEAR",
    "BIT",
    "BIT(64)",
    "SET('x','y''z')",
    "ENUM('a', 'b')",
    "BOOL",
    "POINT",
    "GEOMETRY",
    "TEXT CHARACTER SET latin1",
    "VARCHAR(5) CHARACTER SET latin1 COLLATE latin1_general_ci",
    "VARCHAR(5) COLLATE utf8mb4_unicode_ci",
    "JSON",
];

fn types() -> Vec<(Type, Option<u32>)> {
    let size = EnumType::new(
        "size".into(),
        vec!["small".into(), "it's".into(), "a\\b, é".into()].into(),
    );
    vec![
        (Type::Bool, None),
        (Type::Int8, None),
        (Type::Unsigned(Width::W8), None),
        (Type::Unsigned(Width::W16), None),
        (Type::Unsigned(Width::W32), None),
        (Type::Unsigned(Width::W64), None),
        (Type::Int16, None),
        (Type::Int32, None),
        (Type::Int64, None),
        (Type::Float32, None),
        (Type::Float64, None),
        (Type::Text, None),
        (Type::Text, Some(40)),
        (Type::Text, Some(20_000)),
        (Type::Bytes, None),
        (Type::Bytes, Some(12)),
        (Type::Bytes, Some(16)),
        (Type::Date, None),
        (Type::Time, None),
        (Type::DateTime, None),
        (Type::Timestamp, None),
        (Type::Interval, None),
        (Type::Uuid, None),
        (Type::Json, None),
        (
            Type::Decimal {
                precision: 12,
                scale: 2,
            },
            None,
        ),
        (
            Type::Decimal {
                precision: 36,
                scale: 0,
            },
            None,
        ),
        (Type::Enum(size.clone()), None),
        (Type::Enum(size.native()), None),
    ]
}

#[test]
fn every_type_is_read() {
    let mut table = Table::new("every").column(id()).primary_key(["id"]);
    for (number, (ty, length)) in types().into_iter().enumerate() {
        let mut column = Column::new(format!("c{number}"), ty);
        column.length = length;
        table = table.column(column.clone());
        column.name = format!("n{number}").into();
        table = table.column(column.nullable());
    }
    let found = check(&schema([table]));
    assert_eq!(found.tables()[0].columns.len(), types().len() * 2 + 1);
}

fn with_default(name: &'static str, ty: Type, default: ServerDefault) -> Column {
    Column::new(name, ty).length(40).server_default(default)
}

#[test]
fn defaults_are_read() {
    let raw = |sql: &'static str| ServerDefault::Raw(sql.into());
    let literal = ServerDefault::Literal;
    let text = |text: &'static str| literal(Literal::Text(text.into()));
    let decimal = || Type::Decimal {
        precision: 10,
        scale: 3,
    };
    let mut table = Table::new("defaults").column(id()).primary_key(["id"]);
    let columns = [
        with_default("yes", Type::Bool, literal(Literal::Bool(true))),
        with_default("no", Type::Bool, raw("FALSE")),
        with_default("whole", Type::Int32, literal(Literal::Int(-7))),
        with_default("tiny", Type::Int8, raw("1")),
        with_default("sum", Type::Int32, raw("(1 + 2)")),
        with_default("price", decimal(), literal(Literal::Float(1.5))),
        with_default("two", decimal(), literal(Literal::Int(2))),
        with_default("exact", decimal(), raw("0.125")),
        with_default("ratio", Type::Float64, literal(Literal::Float(0.1))),
        with_default("small", Type::Float32, literal(Literal::Float(2.0))),
        with_default("word", Type::Text, text("it's \\x \"é\" `日`")),
        with_default("empty", Type::Text, text("")),
        with_default("null_word", Type::Text, text("NULL")),
        with_default("digits", Type::Text, text("12")),
        with_default("uuid", Type::Text, raw("UUID()")),
        with_default("upper", Type::Text, raw("UPPER(CONCAT('a', 'é'))")),
        with_default("null", Type::Text, raw("NULL")).nullable(),
        with_default("day", Type::Date, text("2024-02-29")),
        with_default("today", Type::Date, raw("CURRENT_DATE")),
        with_default("at", Type::Time, text("01:02:03")),
        with_default("moment", Type::DateTime, text("2024-01-02 03:04:05.5")),
        with_default("midnight", Type::Timestamp, text("2024-01-02")),
        with_default("now", Type::DateTime, raw("CURRENT_TIMESTAMP(6)")),
        with_default("clock", Type::DateTime, raw("now(6) ON UPDATE now(6)")),
        with_default(
            "changed",
            Type::DateTime,
            raw("NULL ON UPDATE CURRENT_TIMESTAMP(6)"),
        )
        .nullable(),
        with_default("bytes", Type::Bytes, raw("x'6162'")),
        with_default("document", Type::Json, text("{}")),
    ];
    for mut column in columns {
        column.length = column
            .length
            .filter(|_| matches!(column.ty, Type::Text | Type::Bytes));
        table = table.column(column);
    }
    let long = with_default("long", Type::Text, text("lo'ng"));
    table = table.column(with(long, |it| it.length = None));
    check(&schema([table]));
}

#[test]
fn native_types_are_read() {
    let scratch = Scratch::new();
    let name = dialect(scratch.connect().as_ref()).name();
    let mut table = Table::new("native").column(id()).primary_key(["id"]);
    let mut natives = NATIVE.to_vec();
    if name == "mariadb" {
        natives.extend(["UUID", "INET6"]);
    }
    for (number, native) in natives.into_iter().enumerate() {
        let types = vec![(name.into(), native.trim_end_matches(" NULL").into())];
        table = table.column(
            Column::new(format!("c{number}"), Type::Text)
                .sql_types(types.into())
                .nullable(),
        );
    }
    check(&schema([table]));
}
