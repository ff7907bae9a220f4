//! The SQL of MySQL and MariaDB, word for word, without a database. The other dialect crates have the same
//! tests over the same statements, which are in `orm_core::testing::golden`. Without a note of a difference the
//! two dialects write the same.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use dialect_mysql::MysqlDialect;
use orm_core::error::ErrorKind;
use orm_core::schema::{Column, Keeps, Schema, Table};
use orm_core::sql::{Dialect, SqlWriter, TransactionOptions, ddl, write_expr};
use orm_core::stmt::BatchRows::{Arrays, Rows};
use orm_core::stmt::{Aggregate, BatchDelete, Expr, LikeKind};
use orm_core::testing::golden::batches::{self, ID, NAME, VERSION};
use orm_core::testing::golden::expressions::{
    aggregate, aggregate_of, call, cast, count_all, count_distinct, distinct, ints, is_in, like,
    not_in, one_more, same, text, two_conditions, two_values,
};
use orm_core::testing::golden::{self, HasText, statements, tables, written};
use orm_core::types::Type;
use orm_core::value::{Value, ValueRef};

#[track_caller]
fn check(statement: &impl HasText, expected: &str) {
    check_both(statement, expected, expected);
}

#[track_caller]
fn check_both(statement: &impl HasText, mysql: &str, mariadb: &str) {
    golden::check(&MysqlDialect::MySql, statement, mysql);
    golden::check(&MysqlDialect::MariaDb, statement, mariadb);
}

/// MariaDB has words for it, MySQL has none.
#[track_caller]
fn check_mariadb(statement: &impl HasText, expected: &str) {
    golden::check(&MysqlDialect::MariaDb, statement, expected);
    let error = written(&MysqlDialect::MySql, statement).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    let message = error.message();
    assert!(message.starts_with("mysql does not support"), "{message}");
}

#[test]
fn select_with_everything() {
    check(
        &statements::select_with_everything(),
        "SELECT DISTINCT `users`.`id`, `users`.`name`, COUNT(`p`.`id`) AS `posts` FROM `users` LEFT JOIN `posts` AS `p` ON `p`.`author_id` = `users`.`id` WHERE `users`.`name` = ? AND (`users`.`email` IS NULL OR `users`.`age` > ?) GROUP BY `users`.`id` HAVING COUNT(`p`.`id`) >= ? ORDER BY `users`.`name` DESC LIMIT ? OFFSET ?",
    );
}

#[test]
fn limit_and_offset() {
    check(&statements::first(), "SELECT `a` FROM `t` LIMIT 1");
    check(
        &statements::offset_alone(),
        "SELECT `a` FROM `t` LIMIT 18446744073709551615 OFFSET ?",
    );
}

#[test]
fn row_locks() {
    check(
        &statements::locked(),
        "SELECT `a` FROM `t` LIMIT 18446744073709551615 OFFSET ? FOR UPDATE",
    );
}

#[test]
fn in_lists() {
    check(&is_in(vec![]), "1 = 0");
    check(&not_in(vec![]), "1 = 1");
    check(&is_in(ints(1)), "`a` IN (?)");
    check(&not_in(ints(3)), "`a` NOT IN (?, ?, ?, ?)");
    check(
        &is_in(ints(40_000)),
        "`a` IN (SELECT v FROM JSON_TABLE(?, '$[*]' COLUMNS (v BIGINT PATH '$')) AS list)",
    );
    check(
        &is_in(vec![text("x"); 40_000]),
        "`a` IN (SELECT JSON_UNQUOTE(JSON_QUOTE(v)) FROM JSON_TABLE(?, '$[*]' COLUMNS (v LONGTEXT PATH '$')) AS list)",
    );
    check(
        &is_in(vec![Value::Uuid([0; 16]); 40_000]),
        "`a` IN (SELECT UNHEX(v) FROM JSON_TABLE(?, '$[*]' COLUMNS (v LONGTEXT PATH '$')) AS list)",
    );
}

#[test]
fn like_kinds() {
    for kind in [
        LikeKind::Contains,
        LikeKind::StartsWith,
        LikeKind::EndsWith,
        LikeKind::Pattern,
    ] {
        check_both(
            &like(kind),
            "`a` LIKE ? COLLATE utf8mb4_0900_bin ESCAPE x'5C'",
            "`a` LIKE ? COLLATE utf8mb4_nopad_bin ESCAPE x'5C'",
        );
    }
    check_both(
        &like(LikeKind::ContainsIgnoreCase),
        "LOWER(`a`) LIKE LOWER(?) COLLATE utf8mb4_0900_bin ESCAPE x'5C'",
        "LOWER(`a`) LIKE LOWER(?) COLLATE utf8mb4_nopad_bin ESCAPE x'5C'",
    );
}

#[test]
fn null_safe_comparison() {
    check(&same(), "`a` <=> ?");
    check(&distinct(), "NOT (`a` <=> `b`)");
}

#[test]
fn aggregates() {
    check(&count_all(), "COUNT(*)");
    check(&aggregate(Aggregate::Count, Type::Int64), "COUNT(`a`)");
    check(&aggregate(Aggregate::Sum, Type::Int64), "(SUM(`a`) DIV 1)");
    check(
        &aggregate(Aggregate::Avg, Type::Float64),
        "CAST(AVG(`a`) AS DOUBLE)",
    );
    check(&aggregate(Aggregate::Min, Type::Date), "MIN(`a`)");
    check(&aggregate(Aggregate::Max, Type::Text), "MAX(`a`)");
    check(&count_distinct(), "COUNT(DISTINCT `a`)");
    let word = Expr::Value(text("b"));
    check_both(
        &aggregate_of(Aggregate::Max, word, Type::Text),
        "MAX(CAST(? AS CHAR))",
        "MAX(?)",
    );
}

#[test]
fn casts_and_typed_binds() {
    check(&cast(Type::Int64), "CAST(`a` AS SIGNED)");
    check(&cast(Type::Float64), "CAST(`a` AS DOUBLE)");
    check(&cast(Type::Text), "CAST(`a` AS CHAR)");
    check(&cast(Type::Timestamp), "CAST(`a` AS DATETIME(6))");
    check(&cast(Type::Uuid), "CAST(`a` AS BINARY(16))");
    check(&one_more("a"), "`a` + ?");
    check(
        &call("coalesce", vec![text("x"), Value::Null]),
        "coalesce(?, ?)",
    );
    check(&two_values(), "? = ?");
    check(
        &call("f", vec![Value::Uuid([0; 16])]),
        "f(CAST(? AS BINARY))",
    );
    check(&call("f", vec![Value::Date(0)]), "f(CAST(? AS DATE))");
}

#[test]
fn insert_update_delete() {
    check(
        &statements::insert_two_rows(),
        "INSERT INTO `t` (`a`, `b`) VALUES (?, ?), (?, ?)",
    );
    check(
        &statements::insert_defaults(),
        "INSERT INTO `t` () VALUES ()",
    );
    check_mariadb(
        &statements::insert_returning(),
        "INSERT INTO `t` (`a`) VALUES (?) RETURNING `id`",
    );
    check(
        &statements::update(),
        "UPDATE `t` SET `a` = ?, `b` = `b` + ? WHERE `id` = ?",
    );
    check_both(
        &statements::update_by_own_table(),
        "UPDATE `t` SET `a` = (SELECT /*+ NO_MERGE(`inner_query`) */ * FROM (SELECT MAX(`u`.`a`) FROM `t` AS `u`) AS `inner_query`) WHERE `id` NOT IN (SELECT /*+ NO_MERGE(`inner_query`) */ * FROM (SELECT `t`.`id` FROM `t` WHERE `t`.`a` = ?) AS `inner_query`) AND EXISTS (SELECT /*+ NO_MERGE(`inner_query`) */ 1 FROM (SELECT 1 FROM `t` AS `u` WHERE `u`.`b` = `t`.`b`) AS `inner_query`)",
        "UPDATE `t` SET `a` = (SELECT MAX(`u`.`a`) FROM `t` AS `u`) WHERE `id` NOT IN (SELECT `t`.`id` FROM `t` WHERE `t`.`a` = ?) AND EXISTS (SELECT 1 FROM `t` AS `u` WHERE `u`.`b` = `t`.`b`)",
    );
    check(&statements::delete(), "DELETE FROM `t` WHERE `id` = ?");
}

#[test]
fn batch_forms() {
    check(
        &batches::insert(&[NAME, VERSION], Rows(2)),
        "INSERT INTO `t` (`name`, `version`) VALUES (?, ?), (?, ?)",
    );
    check(
        &batches::insert(&[], Rows(1)),
        "INSERT INTO `t` () VALUES ()",
    );
    check_mariadb(
        &batches::insert_returning(&[NAME], Rows(2)),
        "INSERT INTO `t` (`name`) VALUES (?), (?) RETURNING `id`",
    );
    check(
        &batches::update(Rows(1)),
        "UPDATE `t` SET `name` = ? WHERE `id` = ? AND `version` <=> ?",
    );
    check(&batches::update(Rows(2)), UPDATE_OF_TWO);
    let mut update = batches::update(Rows(2));
    (update.key, update.expected) = (&[ID, VERSION], &[]);
    check(
        &update,
        "UPDATE `t` FORCE INDEX (PRIMARY) SET `name` = CASE WHEN `id` = ? AND `version` = ? THEN ? WHEN `id` = ? AND `version` = ? THEN ? ELSE `name` END WHERE (`id`, `version`) IN ((?, ?), (?, ?))",
    );
    check(
        &batches::delete(Rows(1)),
        "DELETE FROM `t` WHERE `id` = ? AND `name` = ?",
    );
    check(
        &batches::delete(Rows(2)),
        "DELETE FROM `t` USING `t` FORCE INDEX (PRIMARY) WHERE (`id`, `name`) IN ((?, ?), (?, ?)) AND `version` <=> `version`",
    );
    check(&delete_by_version(), DELETE_OF_TWO);
    let mut all = batches::delete(Rows(2));
    all.outside_key = None;
    let error = written(&MysqlDialect::MySql, &all).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}

const UPDATE_OF_TWO: &str = "UPDATE `t` FORCE INDEX (PRIMARY) SET `name` = CASE `id` WHEN ? THEN ? WHEN ? THEN ? ELSE `name` END WHERE `id` IN (?, ?) AND `version` <=> CASE `id` WHEN ? THEN ? WHEN ? THEN ? ELSE `version` END";

const DELETE_OF_TWO: &str = "DELETE FROM `t` USING `t` FORCE INDEX (PRIMARY) WHERE `id` IN (?, ?) AND `version` <=> CASE `id` WHEN ? THEN ? WHEN ? THEN ? ELSE `version` END";

/// Two rows that still have their version.
fn delete_by_version() -> BatchDelete<'static> {
    let mut delete = BatchDelete::new("t", &[ID], Rows(2));
    delete.expected = &[VERSION];
    delete
}

/// MySQL has no such block: its transactions count the rows.
#[test]
fn batches_that_count_their_rows() {
    let block = |statement: &str| {
        format!(
            "BEGIN NOT ATOMIC DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; RESIGNAL; END; START TRANSACTION; {statement}; IF ROW_COUNT() <> ? THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'orm: not all rows of the batch'; END IF; COMMIT; END"
        )
    };
    let mut update = batches::update(Rows(2));
    update.checked = true;
    check_mariadb(&update, &block(UPDATE_OF_TWO));
    let mut delete = delete_by_version();
    delete.checked = true;
    check_mariadb(&delete, &block(DELETE_OF_TWO));
    // One row is counted by its outcome.
    update.rows = Rows(1);
    check(
        &update,
        "UPDATE `t` SET `name` = ? WHERE `id` = ? AND `version` <=> ?",
    );
}

#[test]
fn array_forms() {
    for refused in [
        written(&MysqlDialect::MySql, &batches::insert(&[NAME], Arrays)),
        written(&MysqlDialect::MySql, &batches::update(Arrays)),
    ] {
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Unsupported);
    }
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
    `at` DATETIME(6) NOT NULL DEFAULT (CURRENT_TIMESTAMP(6)),
    `token` BINARY(16) NOT NULL,
    `colour` VARCHAR(5) COLLATE utf8mb4_0900_bin NOT NULL,
    CONSTRAINT `pk_things` PRIMARY KEY (`id`),
    CONSTRAINT `uq_things_owner_id_name` UNIQUE (`owner_id`, `name`),
    CONSTRAINT `ck_things_colour` CHECK (`colour` IN ('red', 'green')),
    CONSTRAINT `ck_small` CHECK (small > 0),
    CONSTRAINT `fk_things_owner_id_users` FOREIGN KEY (`owner_id`) REFERENCES `users` (`id`) ON DELETE CASCADE ON UPDATE SET NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_bin";
    let table = tables::with_everything("utf8mb4_general_ci", "CURRENT_TIMESTAMP(6)");
    let mysql = ddl::create_table(&MysqlDialect::MySql, &table, &[]).unwrap();
    assert_eq!(mysql, expected);
    let mariadb = ddl::create_table(&MysqlDialect::MariaDb, &table, &[]).unwrap();
    let expected = expected
        .replace("0900_bin", "nopad_bin")
        .replace("(CURRENT_TIMESTAMP(6))", "CURRENT_TIMESTAMP(6)");
    assert_eq!(mariadb, expected);
}

#[test]
fn an_indexed_text_needs_a_length() {
    let table = Table::new("t")
        .column(Column::new("name", Type::Text))
        .unique(["name"]);
    let error = ddl::create_table(&MysqlDialect::MySql, &table, &[]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert_eq!((error.table(), error.column()), (Some("t"), Some("name")));
    assert!(error.hint().unwrap().contains("#[orm(length = 255)]"));
}

#[test]
fn native_enums() {
    let schema = Schema::new(tables::native_enums()).unwrap();
    let tables: Vec<_> = schema.tables().iter().collect();
    for (dialect, collation) in [
        (MysqlDialect::MySql, "utf8mb4_0900_bin"),
        (MysqlDialect::MariaDb, "utf8mb4_nopad_bin"),
    ] {
        let create = |table: &str| {
            format!(
                "CREATE TABLE `{table}` (
    `size` ENUM('small', 'it''s') COLLATE {collation} NOT NULL DEFAULT 'small'
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE={collation}"
            )
        };
        let created = ddl::create_all(&dialect, &tables).unwrap();
        assert_eq!(created, [create("a"), create("b")]);
        let dropped = ddl::drop_all(&dialect, &tables).unwrap();
        assert_eq!(dropped, ["DROP TABLE `b`", "DROP TABLE `a`"]);
    }
}

#[test]
fn create_index() {
    let table = tables::indexed();
    let sql = ddl::create_index(&MysqlDialect::MariaDb, &table, &table.indexes[0]).unwrap();
    assert_eq!(sql, "CREATE INDEX `ix_t_a_b` ON `t` (`a`, `b`)");
    let sql = ddl::create_index(&MysqlDialect::MariaDb, &table, &tables::unique_index()).unwrap();
    assert_eq!(sql, "CREATE UNIQUE INDEX `once` ON `t` (`a`)");
}

#[test]
fn foreign_key_cycle() {
    let schema = Schema::new(tables::cycle()).unwrap();
    let tables: Vec<_> = schema.tables().iter().collect();
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
        ddl::create_all(&MysqlDialect::MariaDb, &tables).unwrap(),
        [create("a", ""), create("b", second), later.to_owned()]
    );
    assert_eq!(
        ddl::drop_all(&MysqlDialect::MariaDb, &tables).unwrap(),
        [
            "ALTER TABLE `a` DROP FOREIGN KEY `fk_a_other_b`",
            "DROP TABLE `b`",
            "DROP TABLE `a`"
        ]
    );
}

#[test]
fn expected_columns_compare_bytes() {
    let update =
        |condition: &str| format!("UPDATE `t` SET `version` = ? WHERE `id` = ? AND {condition}");
    let bytewise = batches::stored("varchar", "varchar(9)", true);
    let columns = [batches::declared(&Type::Text, &bytewise)];
    let one = batches::expecting(&[VERSION], &columns, Rows(1));
    check(&one, &update("`name` <=> ?"));
    let mut large = one;
    large.digest = true;
    check(
        &large,
        &update(
            "CONCAT(LENGTH(CONVERT(`name` USING utf8mb4)), ':', SHA2(CONVERT(`name` USING utf8mb4), 256)) <=> ?",
        ),
    );
    // Of another collation, and of a table of which nothing is known.
    let other = batches::stored("varchar", "varchar(9)", false);
    for column in [batches::declared(&Type::Text, &other), NAME] {
        let text = "CONVERT(`name` USING utf8mb4) COLLATE";
        check_both(
            &batches::expecting(&[VERSION], &[column], Rows(1)),
            &update(&format!("{text} utf8mb4_0900_bin <=> ?")),
            &update(&format!("{text} utf8mb4_nopad_bin <=> ?")),
        );
    }
}

#[test]
fn what_a_column_keeps() {
    let keeps = |base: &str, size: Option<i64>, ty: &Type| {
        let mut column = batches::stored(base, base, true);
        column.size = size;
        MysqlDialect::MariaDb.keeps(&column, ty, Some(50))
    };
    assert_eq!(keeps("datetime", Some(0), &Type::DateTime), Keeps::Less);
    assert_eq!(keeps("datetime", Some(6), &Type::DateTime), Keeps::All);
    assert_eq!(keeps("float", None, &Type::Float64), Keeps::Less);
    assert_eq!(keeps("float", Some(3), &Type::Float32), Keeps::Less);
    assert_eq!(keeps("varchar", Some(50), &Type::Text), Keeps::All);
    assert_eq!(
        keeps("varchar", Some(49), &Type::Text),
        Keeps::Characters(49)
    );
    assert_eq!(keeps("char", Some(50), &Type::Text), Keeps::Less);
    assert_eq!(keeps("binary", Some(16), &Type::Uuid), Keeps::All);
    assert_eq!(keeps("binary", Some(16), &Type::Bytes), Keeps::Less);
    assert_eq!(keeps("decimal", Some(0), &Type::Int64), Keeps::All);
    assert_eq!(keeps("decimal", Some(2), &Type::Float64), Keeps::Unreadable);
}

#[test]
fn quoted_identifiers() {
    let name = |name: &str| {
        let mut w = SqlWriter::new(&MysqlDialect::MySql);
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
        let literal = MysqlDialect::MySql.literal(&value).unwrap();
        assert_eq!(MysqlDialect::MariaDb.literal(&value).unwrap(), literal);
        literal
    };
    assert_eq!(literal(Value::Null), "NULL");
    assert_eq!(literal(Value::Bool(true)), "TRUE");
    assert_eq!(literal(Value::Int(i64::MIN)), "-9223372036854775808");
    assert_eq!(literal(Value::Float(0.1)), "0.1e0");
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
    let error = MysqlDialect::MySql
        .literal(&Value::Float(f64::NAN))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}

#[test]
fn begin() {
    let begin =
        |options: TransactionOptions| MysqlDialect::MySql.begin(&options).unwrap().join("; ");
    let plain = TransactionOptions::default();
    assert_eq!(begin(plain), "START TRANSACTION");
    assert_eq!(begin(statements::writes()), "START TRANSACTION");
    let expected = "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; START TRANSACTION READ ONLY";
    assert_eq!(begin(statements::reads_only()), expected);
}

#[test]
fn a_known_text_collects_binds_only() {
    let all = two_conditions();
    let mut w = SqlWriter::binds_only(&MysqlDialect::MariaDb);
    write_expr(&mut w, &all).unwrap();
    let expected = vec![ValueRef::Int(1), ValueRef::Int(2)];
    assert_eq!(w.finish(), (String::new(), expected));
}
