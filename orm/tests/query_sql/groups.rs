//! Groups of several sizes, and sources whose rows are computed.

use orm::query::{generate_series, grouping, table_function};

use crate::*;

#[test]
fn rollups() {
    let query = select((
        optional(User.name),
        optional(User.logins + 1),
        grouping(User.name),
    ));
    let rollup = query.clone().group_by_rollup((User.name, User.logins + 1));
    assert_eq!(
        rollup.to_sql(&PostgresDialect).unwrap(),
        r#"SELECT "name", "logins" + $1::int8, CAST(GROUPING("name") AS int8) FROM "users" GROUP BY ROLLUP ("name", "logins" + $1::int8)"#
    );
    assert_eq!(
        rollup.to_sql(&MysqlDialect::MySql).unwrap(),
        "SELECT `name`, `logins` + ? AS `selected_1`, (GROUPING(`name`) DIV 1) FROM `users` GROUP BY `name`, `selected_1` WITH ROLLUP"
    );
    let sets = query.group_by_sets(((User.name, User.logins + 1), User.logins + 1, ()));
    assert_eq!(
        sets.to_sql(&PostgresDialect).unwrap(),
        r#"SELECT "name", "logins" + $1::int8, CAST(GROUPING("name") AS int8) FROM "users" GROUP BY GROUPING SETS (("name", "logins" + $1::int8), ("logins" + $1::int8), ())"#
    );
    for refused in [&rollup, &sets] {
        let error = refused.to_sql(&SqliteDialect).unwrap_err();
        assert!(error.is_unsupported(), "{error}");
    }
    // MariaDB takes no ORDER BY beside ROLLUP.
    let rollup = select((optional(User.name), count_all())).group_by_rollup(User.name);
    assert_eq!(
        rollup.to_sql(&MysqlDialect::MariaDb).unwrap(),
        "SELECT `name`, COUNT(*) FROM `users` GROUP BY `name` WITH ROLLUP"
    );
    let ordered = rollup.order_by(User.name);
    let error = ordered.to_sql(&MysqlDialect::MariaDb).unwrap_err();
    assert!(error.is_unsupported(), "{error}");
}

#[test]
fn series() {
    let numbers = generate_series("n", 1, 9, 2);
    let (number,) = numbers.columns();
    golden!(
        "in FROM, with a condition",
        select(number).from(&numbers).filter(number.gt(3)),
        [
            r#"SELECT "n"."c0" FROM (WITH RECURSIVE numbers("c0") AS (SELECT ? UNION ALL SELECT "c0" + ? FROM numbers WHERE "c0" <> ?) SELECT "c0" FROM numbers) AS "n" WHERE "n"."c0" > ?"#,
            r#"SELECT "n"."c0" FROM generate_series($1::int8, $2::int8, $3::int8) AS "n"("c0") WHERE "n"."c0" > $4"#,
            "SELECT `n`.`c0` FROM (SELECT ? + ((CAST(`high`.`n` AS SIGNED) - 1) * 1000 + CAST(`low`.`n` AS SIGNED) - 1) * ? AS `c0` FROM JSON_TABLE(CONCAT('[0', REPEAT(',0', ? DIV 1000), ']'), '$[*]' COLUMNS (`n` FOR ORDINALITY)) AS `high` CROSS JOIN JSON_TABLE(CONCAT('[0', REPEAT(',0', 999), ']'), '$[*]' COLUMNS (`n` FOR ORDINALITY)) AS `low` WHERE (CAST(`high`.`n` AS SIGNED) - 1) * 1000 + CAST(`low`.`n` AS SIGNED) - 1 <= ?) AS `n` WHERE `n`.`c0` > ?",
        ]
    );
    let words = table_function::<(String,)>("w", "regexp_split_to_table", (User.name, " "));
    let query = select(words.columns().0).from(User).cross_join(&words);
    for dialect in [&SqliteDialect as &dyn Dialect, &MysqlDialect::MySql] {
        assert!(query.to_sql(dialect).unwrap_err().is_unsupported());
    }
}
