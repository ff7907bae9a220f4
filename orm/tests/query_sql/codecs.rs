//! Types with a codec: their binds, casts, literals and columns; and `type_coerce`.

use std::borrow::Cow;

use orm::types::{Codec, ExtensionType, Json, Type};
use orm::value::{ConversionError, Value, ValueRef};

use crate::*;

/// A text that each dialect stores behind its own name.
#[derive(DbType, Clone, Debug, PartialEq, Eq, Hash)]
#[orm(codec)]
struct Tagged(&'static str);

impl Codec for Tagged {
    const TYPE: Type = Type::Text;
    const LENGTH: Option<u32> = Some(20);
    const NAME: &'static str = "a tagged text";

    fn encode(&self, server: &str) -> Value {
        Value::Text(format!("{server}:it's \\{}", self.0))
    }

    fn decode(_value: ValueRef<'_>) -> Result<Self, ConversionError> {
        Err(ConversionError::Kind)
    }
}

/// A type with native names.
#[derive(DbType, Clone, Debug, PartialEq)]
#[orm(codec)]
struct Price(i64);

const fn name(
    dialect: &'static str,
    native: &'static str,
) -> (Cow<'static, str>, Cow<'static, str>) {
    (Cow::Borrowed(dialect), Cow::Borrowed(native))
}

impl Codec for Price {
    const TYPE: Type = Type::Extension(ExtensionType {
        name: Cow::Borrowed("a price"),
        native: Cow::Borrowed(&[
            name("sqlite", "TEXT"),
            name("postgres", "NUMERIC(12, 2)"),
            name("mysql", "DECIMAL(12, 2)"),
        ]),
    });
    const NAME: &'static str = "a price";

    fn encode(&self, _server: &str) -> Value {
        Value::Text(format!("{}.{:02}", self.0 / 100, self.0 % 100))
    }

    fn decode(_value: ValueRef<'_>) -> Result<Self, ConversionError> {
        Err(ConversionError::Kind)
    }
}

#[derive(Model, Clone, Debug)]
#[orm(table = "wares")]
struct Ware {
    #[orm(primary_key)]
    code: Tagged,
    note: Option<Tagged>,
    price: Option<Price>,
}

#[test]
fn columns() {
    let scripts = [
        r#"CREATE TABLE "wares" (
    "code" VARCHAR(20) NOT NULL,
    "note" VARCHAR(20),
    "price" TEXT,
    CONSTRAINT "pk_wares" PRIMARY KEY ("code")
);
"#,
        r#"CREATE TABLE "wares" (
    "code" VARCHAR(20) NOT NULL,
    "note" VARCHAR(20),
    "price" NUMERIC(12, 2),
    CONSTRAINT "pk_wares" PRIMARY KEY ("code")
);
"#,
        r"CREATE TABLE `wares` (
    `code` VARCHAR(20) COLLATE utf8mb4_0900_bin NOT NULL,
    `note` VARCHAR(20) COLLATE utf8mb4_0900_bin,
    `price` DECIMAL(12, 2),
    CONSTRAINT `pk_wares` PRIMARY KEY (`code`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_bin;
",
    ];
    let script = |dialect: &dyn Dialect| Metadata::of((Ware,)).create_script(dialect).unwrap();
    check("CREATE TABLE", &script, scripts);
}

#[test]
fn reads() {
    golden!(
        "a condition",
        select(Ware).filter(Ware.code.eq(Tagged("a")) & Ware.price.eq(Price(350))),
        [
            r#"SELECT "code", "note", "price" FROM "wares" WHERE "code" = ? AND "price" = ?"#,
            r#"SELECT "code", "note", "price" FROM "wares" WHERE "code" = $1 AND "price" = $2"#,
            "SELECT `code`, `note`, `price` FROM `wares` WHERE `code` = ? AND `price` = ?",
        ]
    );
    golden!(
        "lists",
        select(Ware.code).filter(
            Ware.note.in_([Tagged("a"), Tagged("b")]) & Ware.price.in_([Price(1), Price(2)])
        ),
        [
            r#"SELECT "code" FROM "wares" WHERE "note" IN (?, ?) AND "price" IN (?, ?)"#,
            r#"SELECT "code" FROM "wares" WHERE "note" = ANY($1) AND "price" = ANY($2)"#,
            "SELECT `code` FROM `wares` WHERE `note` IN (?, ?) AND `price` IN (?, ?)",
        ]
    );
    golden!(
        "values that no column is beside",
        select((
            Ware.note.coalesce(Tagged("none")),
            case()
                .when(Ware.code.eq(Tagged("a")), Price(1))
                .otherwise(Price(2)),
        )),
        [
            r#"SELECT COALESCE("note", ?), CASE WHEN "code" = ? THEN ? ELSE ? END FROM "wares""#,
            r#"SELECT COALESCE("note", $1::text), CASE WHEN "code" = $2 THEN $3::NUMERIC(12, 2) ELSE $4::NUMERIC(12, 2) END FROM "wares""#,
            "SELECT COALESCE(`note`, ?), CASE WHEN `code` = ? THEN ? ELSE ? END FROM `wares`",
        ]
    );
}

#[test]
fn writes() {
    let row = || Ware {
        code: Tagged("a"),
        note: None,
        price: Some(Price(350)),
    };
    golden!(
        "INSERT",
        insert(Ware).values(row()),
        [
            r#"INSERT INTO "wares" ("code", "note", "price") VALUES (?, ?, ?)"#,
            r#"INSERT INTO "wares" ("code", "note", "price") VALUES ($1, $2, $3)"#,
            "INSERT INTO `wares` (`code`, `note`, `price`) VALUES (?, ?, ?)",
        ]
    );
    golden!(
        "an upsert",
        insert(Ware)
            .values(row())
            .on_conflict(Ware.code)
            .do_update(|new| [Ware.note.to(new.note), Ware.price.to(Price(5))]),
        [
            r#"INSERT INTO "wares" ("code", "note", "price") VALUES (?, ?, ?) ON CONFLICT ("code") DO UPDATE SET "note" = excluded."note", "price" = ?"#,
            r#"INSERT INTO "wares" ("code", "note", "price") VALUES ($1, $2, $3) ON CONFLICT ("code") DO UPDATE SET "note" = excluded."note", "price" = $4"#,
            "INSERT INTO `wares` (`code`, `note`, `price`) VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE `wares`.`note` = VALUES(`note`), `wares`.`price` = ?",
        ]
    );
    golden!(
        "UPDATE",
        update(Ware)
            .set(Ware.note, Tagged("b"))
            .set(Ware.price, Price(1))
            .filter(Ware.code.eq(Tagged("a"))),
        [
            r#"UPDATE "wares" SET "note" = ?, "price" = ? WHERE "code" = ?"#,
            r#"UPDATE "wares" SET "note" = $1, "price" = $2 WHERE "code" = $3"#,
            "UPDATE `wares` SET `note` = ?, `price` = ? WHERE `code` = ?",
        ]
    );
    let printed = |dialect: &dyn Dialect| {
        let change = update(Ware)
            .set(Ware.price, Price(99))
            .filter(Ware.code.eq(Tagged("a")));
        change.to_sql_with_literals(dialect).unwrap()
    };
    check(
        "literals",
        &printed,
        [
            r#"UPDATE "wares" SET "price" = '0.99' WHERE "code" = 'sqlite:it''s \a'"#,
            r#"UPDATE "wares" SET "price" = '0.99' WHERE "code" = E'postgres:it''s \\a'"#,
            r"UPDATE `wares` SET `price` = '0.99' WHERE `code` = 'mysql:it''s \\a'",
        ],
    );
}

#[test]
fn other_types_of_the_same_sql() {
    golden!(
        "an enum as text, and a text as a type with a codec",
        select((
            User.role.type_coerce::<String>(),
            User.email.type_coerce::<Tagged>()
        ))
        .filter(User.role.type_coerce::<String>().eq("admin"))
        .filter(User.email.type_coerce::<Tagged>().eq(Tagged("a"))),
        [
            r#"SELECT "role", "email" FROM "users" WHERE "role" = ? AND "email" = ?"#,
            r#"SELECT "role", "email" FROM "users" WHERE "role" = $1 AND "email" = $2"#,
            "SELECT `role`, `email` FROM `users` WHERE `role` = ? AND `email` = ?",
        ]
    );
    golden!(
        "beside a column of the other type",
        update(User)
            .set(User.email, User.role.type_coerce::<String>())
            .filter(User.name.type_coerce::<Role>().eq(User.role)),
        [
            r#"UPDATE "users" SET "email" = "role" WHERE "name" = "role""#,
            "UPDATE `users` SET `email` = `role` WHERE `name` = `role`",
        ]
    );
    let error = select(User.logins.type_coerce::<i64>())
        .to_sql(&SqliteDialect)
        .unwrap_err();
    assert_eq!(error.kind(), orm::ErrorKind::Usage);
    assert_eq!(
        error.message(),
        "type_coerce from i32 to i64, which are stored differently"
    );
    let document = select(User.email.type_coerce::<Json<Vec<i64>>>());
    let error = document.to_sql(&SqliteDialect).unwrap_err();
    assert_eq!(
        error.message(),
        "type_coerce from text to a JSON document, which are stored differently"
    );
}
