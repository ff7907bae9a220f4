//! The DDL of MySQL and MariaDB for everything that the schema model has. The header of `golden.rs` holds here, too.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use dialect_mysql::MysqlDialect::{self, MariaDb, MySql};
use orm_core::schema::{Check, Constraint, Rule, Table};
use orm_core::sql::ddl;
use orm_core::testing::golden::objects;

const OPTIONS: &str = " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_bin";

/// The statements of a table, without line breaks, and without the options of each table on MySQL.
fn created(dialect: MysqlDialect, table: &Table) -> Vec<String> {
    let statements = ddl::create_table_objects(&dialect, table, &[]).unwrap();
    let flat = |sql: String| {
        let sql = sql
            .replace("\n    ", " ")
            .replace('\n', "")
            .replace("( ", "(");
        sql.replace("nopad_bin", "0900_bin").replace(OPTIONS, "")
    };
    statements.into_iter().map(flat).collect()
}

#[track_caller]
fn check(table: &Table, expected: &[&str]) {
    for dialect in [MySql, MariaDb] {
        assert_eq!(created(dialect, table), expected, "{dialect:?}");
    }
}

#[track_caller]
fn refuse_on(dialect: MysqlDialect, table: &Table, message: &str) {
    let error = ddl::create_table_objects(&dialect, table, &[]).unwrap_err();
    assert!(error.is_unsupported() && error.hint().is_some(), "{error}");
    assert_eq!(error.message(), message);
}

#[track_caller]
fn refuse(table: &Table, what: &str) {
    for (dialect, name) in [(MySql, "mysql"), (MariaDb, "mariadb")] {
        let message = format!("{what}, which {name} does not support");
        refuse_on(dialect, table, &message);
    }
}

#[test]
fn names_have_their_schema() {
    let table = objects::qualified();
    check(
        &table,
        &[
            "CREATE TABLE `golden_shop`.`orders` (`id` BIGINT NOT NULL, `user_id` BIGINT, CONSTRAINT `pk_orders` PRIMARY KEY (`id`), CONSTRAINT `ck_orders_id` CHECK (id > 0), CONSTRAINT `fk_orders_user_id_users` FOREIGN KEY (`user_id`) REFERENCES `golden_shop`.`users` (`id`))",
            "CREATE INDEX `ix_orders_user_id` ON `golden_shop`.`orders` (`user_id`)",
        ],
    );
    assert_eq!(
        ddl::drop_index(&MySql, &table.qualified_name(), &table.indexes[0]),
        "DROP INDEX `ix_orders_user_id` ON `golden_shop`.`orders`"
    );
}

#[test]
fn columns() {
    check(
        &objects::numbered(objects::FROM_100),
        &[
            "CREATE TABLE `numbered` (`id` BIGINT AUTO_INCREMENT NOT NULL, CONSTRAINT `pk_numbered` PRIMARY KEY (`id`)) AUTO_INCREMENT=100",
        ],
    );
    refuse(
        &objects::numbered(objects::ALWAYS_EVEN),
        "column id of table always_numbered has GENERATED ALWAYS AS IDENTITY",
    );
    for (stored, word) in [(true, "STORED"), (false, "VIRTUAL")] {
        let end = format!("`total` BIGINT GENERATED ALWAYS AS (price * amount) {word}");
        let mysql = &created(MySql, &objects::computed(stored))[0];
        assert!(mysql.ends_with(&format!("{end} NOT NULL)")), "{mysql}");
        let mariadb = &created(MariaDb, &objects::computed(stored))[0];
        assert!(mariadb.ends_with(&format!("{end})")), "{mariadb}");
    }
    refuse_on(
        MySql,
        &objects::sequenced(),
        "mysql does not support sequences: column id of table sequenced",
    );
    assert_eq!(
        created(MariaDb, &objects::sequenced()),
        [
            "CREATE TABLE `sequenced` (`id` BIGINT NOT NULL DEFAULT NEXT VALUE FOR `golden_shop`.`numbers`)"
        ]
    );
    refuse_on(
        MariaDb,
        &objects::without_text(),
        "the default of column id of table t has no SQL for mariadb",
    );
}

#[test]
fn comments() {
    check(
        &objects::commented(),
        &[
            "CREATE TABLE `commented` (`id` BIGINT NOT NULL COMMENT 'it''s a key') COMMENT='what''s here'",
        ],
    );
}

#[test]
fn attached_sql() {
    let table = objects::attached();
    let trigger = "CREATE TRIGGER log_it BEFORE INSERT ON attached FOR EACH ROW SET @x = 1";
    for dialect in [MySql, MariaDb] {
        assert_eq!(created(dialect, &table)[1..], [trigger]);
        assert_eq!(
            ddl::drop_all(&dialect, &[&table]).unwrap(),
            ["DROP TRIGGER log_it", "DROP TABLE `attached`"]
        );
    }
}

#[test]
fn table_options() {
    let mut table = objects::with_options(&[
        ("mysql", "PARTITION BY", Some("HASH (id) PARTITIONS 2")),
        ("mysql", "ROW_FORMAT", Some("DYNAMIC")),
        ("mariadb", "ENGINE", Some("Aria")),
        ("mysql", "ENGINE", Some("MyISAM")),
        ("mysql", "CHARSET", Some("latin1")),
        ("mysql", "AUTO_INCREMENT", Some("7")),
    ]);
    table.comment = Some("x".into());
    let expected = |engine: &str| {
        format!(
            "CREATE TABLE `options` (`id` BIGINT NOT NULL, CONSTRAINT `pk_options` PRIMARY KEY (`id`)) ENGINE={engine} DEFAULT CHARSET=latin1 ROW_FORMAT=DYNAMIC AUTO_INCREMENT=7 COMMENT='x' PARTITION BY HASH (id) PARTITIONS 2"
        )
    };
    assert_eq!(created(MySql, &table), [expected("MyISAM")]);
    assert_eq!(created(MariaDb, &table), [expected("Aria")]);
    let collated = objects::with_options(&[("mysql", "COLLATE", Some("utf8mb4_bin"))]);
    let sql = created(MySql, &collated).remove(0);
    assert!(
        sql.ends_with(") ENGINE=InnoDB COLLATE=utf8mb4_bin"),
        "{sql}"
    );
    refuse(
        &objects::with_options(&[("mysql", "STRICT", None)]),
        "table options has the option STRICT",
    );
    check(
        &objects::temporary(),
        &["CREATE TEMPORARY TABLE `for_now` (`id` BIGINT NOT NULL)"],
    );
}

#[test]
fn constraints() {
    refuse(
        &objects::deferrable_unique(),
        "constraint uq_late_id of table late has DEFERRABLE",
    );
    refuse(
        &objects::deferrable_key(),
        "constraint fk_later_id_users of table later has DEFERRABLE",
    );
    refuse(
        &objects::equal_nulls(),
        "constraint uq_nulls_id of table nulls has NULLS NOT DISTINCT",
    );
    refuse(
        &objects::full_key(),
        "constraint fk_full_id_users of table full has MATCH FULL",
    );
    refuse(
        &objects::excluded(),
        "constraint ex_bookings_room of table bookings has EXCLUDE",
    );
}

#[test]
fn constraints_are_dropped_by_their_kind() {
    let table = objects::qualified();
    let unique = Table::new("orders").unique(["id"]).uniques.remove(0);
    let check = Check::new("orders", "id", Rule::Raw("id > 0".into()));
    let dropped = |constraint: &Constraint| {
        [MySql, MariaDb].map(|dialect| {
            let sql = ddl::drop_constraint(&dialect, &table, constraint).unwrap();
            let sql = sql.unwrap();
            let words = sql.strip_prefix("ALTER TABLE `golden_shop`.`orders` ");
            words.unwrap().to_owned()
        })
    };
    let same = |words: &str| [words.to_owned(), words.to_owned()];
    let key = Constraint::PrimaryKey(table.primary_key.clone().unwrap());
    assert_eq!(dropped(&key), same("DROP PRIMARY KEY"));
    let unique = Constraint::Unique(unique);
    assert_eq!(dropped(&unique), same("DROP INDEX `uq_orders_id`"));
    let key = Constraint::ForeignKey(table.foreign_keys[0].clone());
    let expected = same("DROP FOREIGN KEY `fk_orders_user_id_users`");
    assert_eq!(dropped(&key), expected);
    assert_eq!(
        dropped(&Constraint::Check(check)),
        [
            "DROP CHECK `ck_orders_id`",
            "DROP CONSTRAINT `ck_orders_id`"
        ]
    );
}

#[test]
fn indexes() {
    let mysql = [
        "CREATE INDEX `expression` ON `posts` ((lower(title)))",
        "CREATE UNIQUE INDEX `descending` ON `posts` (`title` DESC)",
        "index nulls_last of table posts has NULLS LAST, which mysql does not support",
        "index collation of table posts has a key with a collation, which mysql does not support",
        "index class of table posts has an operator class, which mysql does not support",
        "CREATE INDEX `prefix` ON `posts` (`title`(10))",
        "index including of table posts has INCLUDE, which mysql does not support",
        "index filtered of table posts has a WHERE condition, which mysql does not support",
        "index one_null of table posts has NULLS NOT DISTINCT, which mysql does not support",
        "CREATE INDEX `hashed` USING HASH ON `posts` (`title`)",
        "CREATE FULLTEXT INDEX `words` ON `posts` (`title`)",
        "CREATE INDEX `concurrent` ON `posts` (`title`)",
    ];
    let texts = |dialect: MysqlDialect| -> Vec<String> {
        let posts = objects::posts();
        let create = |index| {
            let sql = ddl::create_index(&dialect, &posts, index);
            sql.unwrap_or_else(|error| error.message().to_owned())
        };
        objects::indexes("utf8mb4_bin").iter().map(create).collect()
    };
    assert_eq!(texts(MySql), mysql);
    let mut mariadb = mysql.map(|text| text.replace("mysql", "mariadb"));
    mariadb[0] =
        "index expression of table posts has an expression, which mariadb does not support".into();
    assert_eq!(texts(MariaDb), mariadb);
    let concurrent = &objects::indexes("utf8mb4_bin")[11];
    let create = |dialect| ddl::create_index_if_not_exists(dialect, &objects::posts(), concurrent);
    assert_eq!(
        create(&MariaDb).unwrap(),
        "CREATE INDEX IF NOT EXISTS `concurrent` ON `posts` (`title`)"
    );
    assert_eq!(
        create(&MySql).unwrap_err().message(),
        "mysql does not support CREATE INDEX IF NOT EXISTS"
    );
}

#[test]
fn views_sequences_and_schemas() {
    assert_eq!(
        ddl::create_view(&MySql, &objects::view()).unwrap(),
        "CREATE VIEW `golden_shop`.`ids` AS SELECT id FROM golden_shop.users"
    );
    assert_eq!(
        ddl::comment_on_view(&MySql, &objects::view()).unwrap(),
        None
    );
    assert!(ddl::create_view(&MariaDb, &objects::materialized()).is_err());
    assert!(ddl::create_sequence(&MySql, &objects::sequence()).is_err());
    assert_eq!(
        ddl::create_sequence(&MariaDb, &objects::sequence()).unwrap(),
        "CREATE SEQUENCE `golden_shop`.`numbers` START WITH 10 INCREMENT BY 5 MINVALUE 1 MAXVALUE 100 CYCLE"
    );
    assert_eq!(
        ddl::create_schema(&MySql, objects::SHOP).unwrap(),
        "CREATE SCHEMA `golden_shop`"
    );
}
