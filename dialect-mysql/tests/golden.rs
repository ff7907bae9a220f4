//! The SQL of MySQL and MariaDB, word for word, without a database. The other dialect crates have the same
//! tests. Where nothing else is said the two dialects write the same.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use dialect_mysql::{MariaDbDialect, MysqlDialect};
use orm_core::error::{ErrorKind, Result};
use orm_core::schema::{Action, Check, Column, Default, ForeignKey, Index, Metadata, Rule, Table};
use orm_core::sql::{
    Dialect, IsolationLevel, SqlWriter, TransactionOptions, ddl, write_batch_delete,
    write_batch_insert, write_batch_update, write_delete, write_expr, write_insert, write_select,
    write_update,
};
use orm_core::stmt::{
    Aggregate, ArithmeticOp, BatchColumn, BatchDelete, BatchInsert, BatchRows, BatchUpdate,
    CompareOp, Delete, Direction, Expr, Insert, Join, JoinKind, Like, LikeKind, Limit, Order,
    Projection, Select, Source, Update,
};
use orm_core::types::{EnumType, Type};
use orm_core::value::{Value, ValueRef};

/// The text and the number of binds, the same on both.
fn written<'a>(write: impl Fn(&mut SqlWriter<'a>) -> Result<()>) -> (String, usize) {
    let [mysql, mariadb] = both(write);
    assert_eq!(mysql, mariadb);
    mysql
}

/// The same on MySQL and on MariaDB, in this order.
fn both<'a>(write: impl Fn(&mut SqlWriter<'a>) -> Result<()>) -> [(String, usize); 2] {
    let dialects: [&dyn Dialect; 2] = [&MysqlDialect, &MariaDbDialect];
    dialects.map(|dialect| {
        let mut w = SqlWriter::new(dialect);
        write(&mut w).unwrap();
        let (text, binds) = w.finish();
        (text, binds.len())
    })
}

fn expr(expr: &Expr) -> String {
    written(|w| write_expr(w, expr)).0
}

fn column(name: &'static str) -> Expr {
    Expr::column("t", name)
}

fn int(value: i64) -> Expr {
    Expr::Value(Value::Int(value))
}

fn text(value: &str) -> Value {
    Value::Text(value.into())
}

fn source(table: &'static str, alias: Option<&'static str>) -> Source {
    Source {
        table: table.into(),
        alias: alias.map(Into::into),
    }
}

fn aggregate(function: Aggregate, expr: Option<Expr>, ty: Type) -> Expr {
    Expr::Aggregate {
        function,
        expr: expr.map(Box::new),
        distinct: false,
        ty,
    }
}

#[test]
fn select_with_everything() {
    let count = || aggregate(Aggregate::Count, Some(Expr::column("p", "id")), Type::Int64);
    let select = Select {
        distinct: true,
        columns: vec![
            Projection::Columns {
                source: "users".into(),
                names: &["id", "name"],
            },
            Projection::Labelled(count(), "posts".into()),
        ],
        from: Some(source("users", None)),
        joins: vec![Join {
            kind: JoinKind::Left,
            source: source("posts", Some("p")),
            on: Expr::compare(
                CompareOp::Eq,
                Expr::column("p", "author_id"),
                Expr::column("users", "id"),
            ),
        }],
        filter: vec![
            Expr::compare(
                CompareOp::Eq,
                Expr::column("users", "name"),
                Expr::Value(text("a")),
            ),
            Expr::Or(vec![
                Expr::IsNull {
                    expr: Box::new(Expr::column("users", "email")),
                    negated: false,
                },
                Expr::compare(CompareOp::Gt, Expr::column("users", "age"), int(18)),
            ]),
        ],
        group_by: vec![Expr::column("users", "id")],
        having: vec![Expr::compare(CompareOp::Ge, count(), int(3))],
        order_by: vec![Order {
            expr: Expr::column("users", "name"),
            direction: Direction::Descending,
        }],
        limit: Some(Limit::Rows(10)),
        offset: Some(20),
    };
    let expected = "SELECT DISTINCT `users`.`id`, `users`.`name`, COUNT(`p`.`id`) AS `posts` FROM `users` LEFT JOIN `posts` AS `p` ON `p`.`author_id` = `users`.`id` WHERE `users`.`name` = ? AND (`users`.`email` IS NULL OR `users`.`age` > ?) GROUP BY `users`.`id` HAVING COUNT(`p`.`id`) >= ? ORDER BY `users`.`name` DESC LIMIT ? OFFSET ?";
    assert_eq!(
        written(|w| write_select(w, &select)),
        (expected.to_owned(), 5)
    );
}

#[test]
fn limit_and_offset() {
    let limited = |limit, offset| Select {
        columns: vec![Projection::Expr(column("a"))],
        from: Some(source("t", None)),
        limit,
        offset,
        ..Select::default()
    };
    let select = limited(Some(Limit::Fixed(1)), None);
    let expected = "SELECT `a` FROM `t` LIMIT 1";
    assert_eq!(
        written(|w| write_select(w, &select)),
        (expected.to_owned(), 0)
    );
    let select = limited(None, Some(7));
    let expected = "SELECT `a` FROM `t` LIMIT 18446744073709551615 OFFSET ?";
    assert_eq!(
        written(|w| write_select(w, &select)),
        (expected.to_owned(), 1)
    );
}

#[test]
fn in_lists() {
    let is_in = |list: Vec<Value>, negated| Expr::In {
        expr: Box::new(column("a")),
        list,
        negated,
    };
    let ints = |n: i64| (0..n).map(Value::Int).collect::<Vec<_>>();
    assert_eq!(expr(&is_in(vec![], false)), "1 = 0");
    assert_eq!(expr(&is_in(vec![], true)), "1 = 1");
    assert_eq!(expr(&is_in(ints(1), false)), "`a` IN (?)");
    assert_eq!(expr(&is_in(ints(3), true)), "`a` NOT IN (?, ?, ?, ?)");
    let huge = |value: Value| {
        let huge = is_in(vec![value; 40_000], false);
        let (text, binds) = written(|w| write_expr(w, &huge));
        assert_eq!(binds, 1);
        text
    };
    assert_eq!(
        huge(Value::Int(1)),
        "`a` IN (SELECT v FROM JSON_TABLE(?, '$[*]' COLUMNS (v BIGINT PATH '$')) AS list)"
    );
    assert_eq!(
        huge(text("x")),
        "`a` IN (SELECT JSON_UNQUOTE(JSON_QUOTE(v)) FROM JSON_TABLE(?, '$[*]' COLUMNS (v LONGTEXT PATH '$')) AS list)"
    );
    assert_eq!(
        huge(Value::Uuid([0; 16])),
        "`a` IN (SELECT UNHEX(v) FROM JSON_TABLE(?, '$[*]' COLUMNS (v LONGTEXT PATH '$')) AS list)"
    );
}

#[test]
fn like_kinds() {
    let like = |kind| {
        Expr::Like(Box::new(Like {
            expr: column("a"),
            kind,
            needle: text("x"),
            pattern: text("%x%"),
        }))
    };
    for kind in [
        LikeKind::Contains,
        LikeKind::StartsWith,
        LikeKind::EndsWith,
        LikeKind::Pattern,
    ] {
        let like = like(kind);
        let [mysql, mariadb] = both(|w| write_expr(w, &like)).map(|(text, _)| text);
        assert_eq!(mysql, "`a` LIKE ? COLLATE utf8mb4_0900_bin ESCAPE x'5C'");
        assert_eq!(mariadb, "`a` LIKE ? COLLATE utf8mb4_nopad_bin ESCAPE x'5C'");
    }
    let like = like(LikeKind::ContainsIgnoreCase);
    let [mysql, mariadb] = both(|w| write_expr(w, &like)).map(|(text, _)| text);
    assert_eq!(
        mysql,
        "LOWER(`a`) LIKE LOWER(?) COLLATE utf8mb4_0900_bin ESCAPE x'5C'"
    );
    assert_eq!(
        mariadb,
        "LOWER(`a`) LIKE LOWER(?) COLLATE utf8mb4_nopad_bin ESCAPE x'5C'"
    );
}

#[test]
fn null_safe_comparison() {
    let same = Expr::compare(CompareOp::Same, column("a"), int(1));
    assert_eq!(expr(&same), "`a` <=> ?");
    let distinct = Expr::compare(CompareOp::Distinct, column("a"), column("b"));
    assert_eq!(expr(&distinct), "NOT (`a` <=> `b`)");
}

#[test]
fn aggregates() {
    let of = |function, ty| expr(&aggregate(function, Some(column("a")), ty));
    let count = aggregate(Aggregate::Count, None, Type::Int64);
    assert_eq!(expr(&count), "COUNT(*)");
    assert_eq!(of(Aggregate::Count, Type::Int64), "COUNT(`a`)");
    assert_eq!(of(Aggregate::Sum, Type::Int64), "(SUM(`a`) DIV 1)");
    assert_eq!(
        of(Aggregate::Avg, Type::Float64),
        "CAST(AVG(`a`) AS DOUBLE)"
    );
    assert_eq!(of(Aggregate::Min, Type::Date), "MIN(`a`)");
    assert_eq!(of(Aggregate::Max, Type::Text), "MAX(`a`)");
    let distinct = Expr::Aggregate {
        function: Aggregate::Count,
        expr: Some(Box::new(column("a"))),
        distinct: true,
        ty: Type::Int64,
    };
    assert_eq!(expr(&distinct), "COUNT(DISTINCT `a`)");
}

#[test]
fn casts_and_typed_binds() {
    let cast = |ty| {
        expr(&Expr::Cast {
            expr: Box::new(column("a")),
            ty,
        })
    };
    assert_eq!(cast(Type::Int64), "CAST(`a` AS SIGNED)");
    assert_eq!(cast(Type::Float64), "CAST(`a` AS DOUBLE)");
    assert_eq!(cast(Type::Text), "CAST(`a` AS CHAR)");
    assert_eq!(cast(Type::Timestamp), "CAST(`a` AS DATETIME(6))");
    assert_eq!(cast(Type::Uuid), "CAST(`a` AS BINARY(16))");
    let sum = Expr::Arithmetic {
        op: ArithmeticOp::Add,
        left: Box::new(column("a")),
        right: Box::new(int(1)),
    };
    assert_eq!(expr(&sum), "`a` + ?");
    let call = Expr::Function {
        name: "coalesce".into(),
        args: vec![Expr::Value(text("x")), Expr::Value(Value::Null)],
    };
    assert_eq!(expr(&call), "coalesce(?, ?)");
    let both = Expr::compare(CompareOp::Eq, int(1), int(2));
    assert_eq!(expr(&both), "? = ?");
    let lone = |value| {
        expr(&Expr::Function {
            name: "f".into(),
            args: vec![Expr::Value(value)],
        })
    };
    assert_eq!(lone(Value::Uuid([0; 16])), "f(CAST(? AS BINARY))");
    assert_eq!(lone(Value::Date(0)), "f(CAST(? AS DATE))");
}

#[test]
fn insert_update_delete() {
    let insert = |columns: Vec<_>, rows| Insert {
        table: "t".into(),
        columns,
        rows,
        returning: vec![],
    };
    let rows = vec![vec![int(1), int(2)], vec![int(3), int(4)]];
    let two = insert(vec!["a".into(), "b".into()], rows);
    let expected = "INSERT INTO `t` (`a`, `b`) VALUES (?, ?), (?, ?)";
    assert_eq!(written(|w| write_insert(w, &two)), (expected.to_owned(), 4));
    let none = insert(vec![], vec![]);
    let expected = "INSERT INTO `t` () VALUES ()";
    assert_eq!(written(|w| write_insert(w, &none)).0, expected);
    let returning = Insert {
        returning: vec!["id".into()],
        ..insert(vec!["a".into()], vec![vec![int(1)]])
    };
    let mut w = SqlWriter::new(&MariaDbDialect);
    write_insert(&mut w, &returning).unwrap();
    assert_eq!(
        w.finish().0,
        "INSERT INTO `t` (`a`) VALUES (?) RETURNING `id`"
    );
    let mut w = SqlWriter::new(&MysqlDialect);
    let error = write_insert(&mut w, &returning).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(
        error.message().starts_with("mysql does not support"),
        "{error}"
    );

    let filter = || vec![Expr::compare(CompareOp::Eq, column("id"), int(7))];
    let update = Update {
        table: "t".into(),
        set: vec![
            ("a".into(), Expr::Value(Value::Null)),
            (
                "b".into(),
                Expr::Arithmetic {
                    op: ArithmeticOp::Add,
                    left: Box::new(column("b")),
                    right: Box::new(int(1)),
                },
            ),
        ],
        filter: filter(),
    };
    let expected = "UPDATE `t` SET `a` = ?, `b` = `b` + ? WHERE `id` = ?";
    assert_eq!(
        written(|w| write_update(w, &update)),
        (expected.to_owned(), 3)
    );
    let delete = Delete {
        table: "t".into(),
        filter: filter(),
    };
    let expected = "DELETE FROM `t` WHERE `id` = ?";
    assert_eq!(
        written(|w| write_delete(w, &delete)),
        (expected.to_owned(), 1)
    );
}

const ID: BatchColumn<'static> = BatchColumn {
    name: "id",
    ty: &Type::Int64,
};
const NAME: BatchColumn<'static> = BatchColumn {
    name: "name",
    ty: &Type::Text,
};
const VERSION: BatchColumn<'static> = BatchColumn {
    name: "version",
    ty: &Type::Int32,
};

#[test]
fn batch_forms() {
    let insert = |columns, rows| BatchInsert {
        table: "t",
        columns,
        rows,
        returning: None,
    };
    let batch = |insert: BatchInsert<'static>| written(move |w| write_batch_insert(w, &insert)).0;
    assert_eq!(
        batch(insert(&[NAME, VERSION], BatchRows::Rows(2))),
        "INSERT INTO `t` (`name`, `version`) VALUES (?, ?), (?, ?)"
    );
    assert_eq!(
        batch(insert(&[], BatchRows::Rows(1))),
        "INSERT INTO `t` () VALUES ()"
    );
    let returning = BatchInsert {
        returning: Some("id"),
        ..insert(&[NAME], BatchRows::Rows(2))
    };
    let mut w = SqlWriter::new(&MariaDbDialect);
    write_batch_insert(&mut w, &returning).unwrap();
    assert_eq!(
        w.finish().0,
        "INSERT INTO `t` (`name`) VALUES (?), (?) RETURNING `id`"
    );
    let update = |rows| BatchUpdate {
        table: "t",
        set: &[NAME],
        key: &[ID],
        guard: &[VERSION],
        rows,
    };
    let one = update(BatchRows::Rows(1));
    assert_eq!(
        written(|w| write_batch_update(w, &one)).0,
        "UPDATE `t` SET `name` = ? WHERE `id` = ? AND `version` <=> ?"
    );
    let delete = BatchDelete {
        table: "t",
        key: &[ID, NAME],
        guard: &[],
        rows: BatchRows::Rows(1),
    };
    assert_eq!(
        written(|w| write_batch_delete(w, &delete)).0,
        "DELETE FROM `t` WHERE `id` = ? AND `name` = ?"
    );

    let mut w = SqlWriter::new(&MysqlDialect);
    for refused in [
        write_batch_insert(&mut w, &returning),
        write_batch_insert(&mut w, &insert(&[NAME], BatchRows::Arrays)),
        write_batch_update(&mut w, &update(BatchRows::Arrays)),
    ] {
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Unsupported);
    }
}

fn colour() -> Type {
    Type::Enum(EnumType {
        name: "colour".into(),
        labels: vec!["red".into(), "green".into()].into(),
    })
}

fn table_with_everything() -> Table {
    let mut owner = ForeignKey::new(
        "things",
        vec!["owner_id".into()],
        "users".into(),
        vec!["id".into()],
    );
    owner.on_delete = Action::Cascade;
    owner.on_update = Action::SetNull;
    let mut collated = Column::new("code", Type::Text).length(8);
    collated.collation = Some("utf8mb4_general_ci".into());
    let mut table = Table::new("things")
        .column(Column::new("id", Type::Int64).auto_increment())
        .column(Column::new("owner_id", Type::Int64).nullable())
        .column(Column::new("name", Type::Text).length(50))
        .column(
            Column::new("notes", Type::Text)
                .nullable()
                .default(Default::Value(text("it's"))),
        )
        .column(collated)
        .column(Column::new("done", Type::Bool).default(Default::Value(Value::Bool(false))))
        .column(Column::new("small", Type::Int16))
        .column(Column::new("medium", Type::Int32).default(Default::Value(Value::Int(-1))))
        .column(Column::new("single", Type::Float32))
        .column(Column::new("double", Type::Float64))
        .column(Column::new("data", Type::Bytes))
        .column(Column::new("digest", Type::Bytes).length(32))
        .column(Column::new("day", Type::Date))
        .column(Column::new("hour", Type::Time))
        .column(Column::new("local", Type::DateTime))
        .column(
            Column::new("at", Type::Timestamp).default(Default::Raw("CURRENT_TIMESTAMP(6)".into())),
        )
        .column(Column::new("token", Type::Uuid))
        .column(Column::new("colour", colour()))
        .primary_key(["id"])
        .unique(["owner_id", "name"])
        .check(
            "colour",
            Rule::OneOf {
                column: "colour".into(),
                labels: vec!["red".into(), "green".into()],
            },
        );
    table.checks.push(Check {
        name: "ck_small".into(),
        rule: Rule::Raw("small > 0".into()),
    });
    table.foreign_keys.push(owner);
    table
}

#[test]
fn create_table_with_everything() {
    let expected = "CREATE TABLE `things` (
    `id` BIGINT AUTO_INCREMENT NOT NULL,
    `owner_id` BIGINT,
    `name` VARCHAR(50) COLLATE utf8mb4_0900_bin NOT NULL,
    `notes` LONGTEXT COLLATE utf8mb4_0900_bin DEFAULT ('it''s'),
    `code` VARCHAR(8) COLLATE utf8mb4_general_ci NOT NULL,
    `done` BOOLEAN NOT NULL DEFAULT FALSE,
    `small` SMALLINT NOT NULL,
    `medium` INT NOT NULL DEFAULT -1,
    `single` FLOAT NOT NULL,
    `double` DOUBLE NOT NULL,
    `data` LONGBLOB NOT NULL,
    `digest` VARBINARY(32) NOT NULL,
    `day` DATE NOT NULL,
    `hour` TIME(6) NOT NULL,
    `local` DATETIME(6) NOT NULL,
    `at` DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    `token` BINARY(16) NOT NULL,
    `colour` VARCHAR(5) COLLATE utf8mb4_0900_bin NOT NULL,
    CONSTRAINT `pk_things` PRIMARY KEY (`id`),
    CONSTRAINT `uq_things_owner_id_name` UNIQUE (`owner_id`, `name`),
    CONSTRAINT `ck_things_colour` CHECK (`colour` IN ('red', 'green')),
    CONSTRAINT `ck_small` CHECK (small > 0),
    CONSTRAINT `fk_things_owner_id_users` FOREIGN KEY (`owner_id`) REFERENCES `users` (`id`) ON DELETE CASCADE ON UPDATE SET NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_bin";
    let table = table_with_everything();
    let mysql = ddl::create_table(&MysqlDialect, &table, &[]).unwrap();
    assert_eq!(mysql, expected);
    let mariadb = ddl::create_table(&MariaDbDialect, &table, &[]).unwrap();
    assert_eq!(mariadb, expected.replace("0900_bin", "nopad_bin"));
}

#[test]
fn an_indexed_text_needs_a_length() {
    let table = Table::new("t")
        .column(Column::new("name", Type::Text))
        .unique(["name"]);
    let error = ddl::create_table(&MysqlDialect, &table, &[]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!((error.table(), error.column()), (Some("t"), Some("name")));
    assert!(error.hint().unwrap().contains("#[orm(length = 255)]"));
}

#[test]
fn create_index() {
    let table = Table::new("t").index(["a", "b"]);
    let sql = ddl::create_index(&MariaDbDialect, &table, &table.indexes[0]);
    assert_eq!(sql, "CREATE INDEX `ix_t_a_b` ON `t` (`a`, `b`)");
    let unique = Index {
        name: "once".into(),
        columns: vec!["a".into()],
        unique: true,
    };
    let sql = ddl::create_index(&MariaDbDialect, &table, &unique);
    assert_eq!(sql, "CREATE UNIQUE INDEX `once` ON `t` (`a`)");
}

#[test]
fn foreign_key_cycle() {
    let table = |name: &'static str, other: &'static str| {
        Table::new(name)
            .column(Column::new("id", Type::Int64))
            .column(Column::new("other", Type::Int64).nullable())
            .primary_key(["id"])
            .foreign_key(["other"], other, ["id"])
    };
    let metadata = Metadata::new(vec![table("a", "b"), table("b", "a")]).unwrap();
    let tables: Vec<_> = metadata.tables().iter().collect();
    let create = |table: &str, key: &str| {
        format!(
            "CREATE TABLE `{table}` (
    `id` BIGINT NOT NULL,
    `other` BIGINT,
    CONSTRAINT `pk_{table}` PRIMARY KEY (`id`){key}
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin"
        )
    };
    let second = ",
    CONSTRAINT `fk_b_other_a` FOREIGN KEY (`other`) REFERENCES `a` (`id`)";
    let later =
        "ALTER TABLE `a` ADD CONSTRAINT `fk_a_other_b` FOREIGN KEY (`other`) REFERENCES `b` (`id`)";
    assert_eq!(
        ddl::create_all(&MariaDbDialect, &tables).unwrap(),
        [create("a", ""), create("b", second), later.to_owned()]
    );
    assert_eq!(
        ddl::drop_all(&MariaDbDialect, &tables).unwrap(),
        [
            "ALTER TABLE `a` DROP FOREIGN KEY `fk_a_other_b`",
            "DROP TABLE `b`",
            "DROP TABLE `a`"
        ]
    );
}

#[test]
fn quoted_identifiers() {
    let name = |name: &str| {
        let mut w = SqlWriter::new(&MysqlDialect);
        w.ident(name);
        w.finish().0
    };
    assert_eq!(name("or\"der"), "`or\"der`");
    assert_eq!(name("a`b"), "`a``b`");
    assert_eq!(name("select"), "`select`");
}

#[test]
fn literals() {
    let literal = |value| {
        let literal = MysqlDialect.literal(&value).unwrap();
        assert_eq!(MariaDbDialect.literal(&value).unwrap(), literal);
        literal
    };
    assert_eq!(literal(Value::Null), "NULL");
    assert_eq!(literal(Value::Bool(true)), "TRUE");
    assert_eq!(literal(Value::Int(i64::MIN)), "-9223372036854775808");
    assert_eq!(literal(Value::Float(0.1)), "0.1");
    assert_eq!(literal(Value::Float(1e300)), "1e300");
    let quoted = literal(text("it's a \\ \"b\""));
    assert_eq!(quoted, r#"'it''s a \\ "b"'"#);
    assert_eq!(literal(text("a\0b")), r"'a\0b'");
    assert_eq!(literal(Value::Bytes(vec![0, 171])), "x'00AB'");
    assert_eq!(literal(Value::Date(0)), "'1970-01-01'");
    assert_eq!(literal(Value::Time(1)), "'00:00:00.000001'");
    let local = literal(Value::DateTime(0));
    assert_eq!(local, "'1970-01-01 00:00:00'");
    assert_eq!(literal(Value::Timestamp(0)), local);
    let uuid = literal(Value::Uuid([1; 16]));
    assert_eq!(uuid, "x'01010101010101010101010101010101'");
    let error = MysqlDialect.literal(&Value::Float(f64::NAN)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}

#[test]
fn begin() {
    let begin = |options: TransactionOptions| MysqlDialect.begin(&options).unwrap().join("; ");
    let plain = TransactionOptions::default();
    let writes = TransactionOptions {
        writes: true,
        ..plain
    };
    let read_only = TransactionOptions {
        read_only: true,
        isolation: Some(IsolationLevel::Serializable),
        ..plain
    };
    assert_eq!(begin(plain), "START TRANSACTION");
    assert_eq!(begin(writes), "START TRANSACTION");
    let expected = "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; START TRANSACTION READ ONLY";
    assert_eq!(begin(read_only), expected);
}

#[test]
fn a_known_text_collects_binds_only() {
    let all = Expr::And(vec![
        Expr::compare(CompareOp::Eq, column("a"), int(1)),
        Expr::compare(CompareOp::Eq, column("b"), int(2)),
    ]);
    let mut w = SqlWriter::binds_only(&MariaDbDialect);
    write_expr(&mut w, &all).unwrap();
    let expected = vec![ValueRef::Int(1), ValueRef::Int(2)];
    assert_eq!(w.finish(), (String::new(), expected));
}
