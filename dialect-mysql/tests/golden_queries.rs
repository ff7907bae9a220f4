//! The SQL of MySQL and MariaDB beyond plain statements: set operations, common table expressions,
//! windows, upserts and their like, and the refusal of what it lacks. The header of `golden.rs` holds here, too.

use dialect_mysql::MysqlDialect;
use orm_core::stmt::SetOperator;
use orm_core::testing::golden::expressions::int;
use orm_core::testing::golden::{self, HasText, queries, refuse_on, writes};
use orm_core::value::Value;

#[track_caller]
fn check(statement: &impl HasText, expected: &str) {
    check_both(statement, expected, expected);
}

#[track_caller]
fn check_both(statement: &impl HasText, mysql: &str, mariadb: &str) {
    golden::check(&MysqlDialect::MySql, statement, mysql);
    golden::check(&MysqlDialect::MariaDb, statement, mariadb);
}

#[track_caller]
fn refuse(statement: &impl HasText, feature: &str) {
    refuse_on(&MysqlDialect::MySql, statement, feature);
    refuse_on(&MysqlDialect::MariaDb, statement, feature);
}

#[test]
fn set_operations() {
    check(
        &queries::set_operation(SetOperator::Union, false),
        "SELECT `a` FROM `t` UNION SELECT `a` FROM `u`",
    );
    check(
        &queries::set_operation(SetOperator::Intersect, true),
        "SELECT `a` FROM `t` INTERSECT ALL SELECT `a` FROM `u`",
    );
    check(
        &queries::set_operation(SetOperator::Except, false),
        "SELECT `a` FROM `t` EXCEPT SELECT `a` FROM `u`",
    );
    check(
        &queries::chained_set_operations(),
        "SELECT `a` FROM `t` UNION ALL SELECT `a` FROM `u` UNION ALL SELECT `a` FROM `u`",
    );
    check(
        &queries::nested_set_operations(),
        "SELECT * FROM (SELECT `a` FROM `t` UNION ALL SELECT `a` FROM `u`) AS `inner_query` INTERSECT SELECT * FROM (SELECT `a` FROM `t` ORDER BY `a` ASC LIMIT ?) AS `inner_query` ORDER BY `a` DESC LIMIT ?",
    );
}

#[test]
fn common_table_expressions() {
    check(
        &queries::cte(),
        "WITH `small` AS (SELECT `a` FROM `t` WHERE `a` < ?) SELECT `a` FROM `small`",
    );
    check(
        &queries::recursive_cte(),
        "WITH RECURSIVE `numbers`(`n`) AS (SELECT ? UNION ALL SELECT `n` + ? FROM `numbers` WHERE `n` < ?) SELECT `n` FROM `numbers`",
    );
}

#[test]
fn values() {
    check_both(
        &queries::values(),
        "VALUES ROW(?, ?), ROW(?, ?)",
        "SELECT ?, ? UNION ALL SELECT ?, ?",
    );
    check_both(
        &queries::join_of_values(),
        "SELECT `t`.`id`, `v`.`name` FROM `t` INNER JOIN (VALUES ROW(?, ?), ROW(?, ?)) AS `v`(`number`, `name`) ON `v`.`number` = `t`.`id` ORDER BY `t`.`id` ASC",
        "SELECT `t`.`id`, `v`.`name` FROM `t` INNER JOIN (SELECT NULL AS `number`, NULL AS `name` WHERE 1 = 0 UNION ALL SELECT ?, ? UNION ALL SELECT ?, ?) AS `v` ON `v`.`number` = `t`.`id` ORDER BY `t`.`id` ASC",
    );
}

#[test]
fn sources() {
    golden::check(
        &MysqlDialect::MySql,
        &queries::lateral(),
        "SELECT `t`.`id`, `best`.`a` FROM `t` LEFT JOIN LATERAL (SELECT `u`.`a` FROM `u` WHERE `u`.`id` = `t`.`id` ORDER BY `u`.`a` DESC LIMIT ?) AS `best` ON 1 = 1",
    );
    refuse_on(&MysqlDialect::MariaDb, &queries::lateral(), "LATERAL");
    refuse(
        &queries::table_function("generate_series", vec![int(1), int(3)]),
        "functions in FROM",
    );
}

#[test]
fn window_functions() {
    check_both(
        &queries::windows(),
        "SELECT (SUM(`a`) OVER (PARTITION BY `b` ORDER BY `id` ASC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) DIV 1) AS `total`, CAST(ROW_NUMBER() OVER (ORDER BY `id` ASC) AS SIGNED) AS `number` FROM `t` ORDER BY `id` ASC",
        "SELECT (SUM(`a`) OVER (PARTITION BY `b` ORDER BY `id` ASC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) DIV 1) AS `total`, ROW_NUMBER() OVER (ORDER BY `id` ASC) AS `number` FROM `t` ORDER BY `id` ASC",
    );
}

#[test]
fn rows_of_values() {
    let rows = vec![vec![Value::Int(1), Value::Int(2)]; 3];
    check(&queries::in_rows(vec![]), "1 = 0");
    check(
        &queries::in_rows(rows),
        "(`a`, `b`) IN ((?, ?), (?, ?), (?, ?), (?, ?))",
    );
    check(
        &queries::row_in_query(),
        "(`a`, `b`) NOT IN (SELECT `u`.`id`, `u`.`a` FROM `u`)",
    );
}

#[test]
fn subqueries_and_choices() {
    check(
        &queries::scalar_subquery(),
        "SELECT `id`, (SELECT `u`.`a` FROM `u` WHERE `u`.`id` = `t`.`id`) AS `other` FROM `t` ORDER BY `id` ASC",
    );
    check(
        &queries::case(),
        "CASE WHEN `a` > ? THEN ? ELSE `a` + ? END",
    );
    check(
        &queries::case_of(),
        "CASE `a` WHEN ? THEN ? WHEN ? THEN ? END",
    );
}

#[test]
fn row_locks() {
    golden::check(
        &MysqlDialect::MySql,
        &queries::locked(queries::lock_of()),
        "SELECT `a` FROM `t` FOR UPDATE OF `t` SKIP LOCKED",
    );
    refuse_on(
        &MysqlDialect::MariaDb,
        &queries::locked(queries::lock_of()),
        "FOR UPDATE OF",
    );
    check(
        &queries::locked(queries::skip_locked()),
        "SELECT `a` FROM `t` FOR UPDATE SKIP LOCKED",
    );
    check_both(
        &queries::locked(queries::share()),
        "SELECT `a` FROM `t` FOR SHARE NOWAIT",
        "SELECT `a` FROM `t` LOCK IN SHARE MODE NOWAIT",
    );
    refuse(&queries::locked(queries::no_key()), "FOR NO KEY UPDATE");
}

#[test]
fn upserts() {
    check(
        &writes::upsert(),
        "INSERT INTO `t` (`id`, `a`) VALUES (?, ?), (?, ?) ON DUPLICATE KEY UPDATE `t`.`a` = `t`.`a` + VALUES(`a`), `t`.`b` = ?",
    );
    check(
        &writes::insert_missing(),
        "INSERT INTO `t` (`id`, `a`) VALUES (?, ?), (?, ?) ON DUPLICATE KEY UPDATE `t`.`id` = `t`.`id`",
    );
    check(
        &writes::upsert_where(),
        "INSERT INTO `t` (`id`, `a`) VALUES (?, ?), (?, ?) ON DUPLICATE KEY UPDATE `t`.`a` = CASE WHEN `t`.`b` = ? THEN VALUES(`a`) ELSE `t`.`a` END",
    );
    check(
        &writes::upsert_guarded(),
        "INSERT INTO `t` (`id`, `a`) VALUES (?, ?), (?, ?) ON DUPLICATE KEY UPDATE `t`.`a` = CASE WHEN `t`.`id` = VALUES(`id`) THEN CASE WHEN `t`.`b` = ? THEN `t`.`a` + VALUES(`a`) ELSE `t`.`a` END ELSE (SELECT NULL UNION ALL SELECT NULL) END, `t`.`b` = CASE WHEN `t`.`b` = ? THEN ? ELSE `t`.`b` END",
    );
    check(
        &writes::insert_missing_guarded(),
        "INSERT INTO `t` (`id`, `a`) VALUES (?, ?), (?, ?) ON DUPLICATE KEY UPDATE `t`.`id` = CASE WHEN `t`.`id` = VALUES(`id`) THEN `t`.`id` ELSE (SELECT NULL UNION ALL SELECT NULL) END",
    );
    refuse(&writes::upsert_by_constraint(), "ON CONFLICT ON CONSTRAINT");
    check(
        &writes::upsert_from_query(),
        "INSERT INTO `t` (`id`, `a`) SELECT `id`, `a` FROM `u` ON DUPLICATE KEY UPDATE `t`.`a` = `t`.`a` + VALUES(`a`), `t`.`b` = ?",
    );
}

#[test]
fn inserts() {
    check(
        &writes::insert_from_query(),
        "INSERT INTO `t` (`id`, `a`) SELECT `id`, `a` FROM `u`",
    );
    refuse_on(
        &MysqlDialect::MySql,
        &writes::insert_returning_list(),
        "INSERT … RETURNING",
    );
    golden::check(
        &MysqlDialect::MariaDb,
        &writes::insert_returning_list(),
        "INSERT INTO `t` (`id`, `a`) VALUES (?, ?), (?, ?) RETURNING `id`, `a` + ? AS `next`",
    );
}

#[test]
fn other_tables() {
    check(
        &writes::update_from(),
        "UPDATE `t`, `u` SET `t`.`a` = `u`.`a` WHERE `u`.`id` = `t`.`id`",
    );
    check(
        &writes::delete_using(),
        "DELETE FROM `t` USING `t`, `u` WHERE `u`.`id` = `t`.`id`",
    );
}

#[test]
fn queries_beside_the_written_table() {
    check(
        &writes::update_from_query(),
        "UPDATE `t`, (SELECT `id` AS `c0`, `a` + ? AS `c1` FROM `u` WHERE `a` = ?) AS `s` SET `t`.`a` = `s`.`c1` WHERE `s`.`c0` = `t`.`id`",
    );
    check(
        &writes::delete_using_query(),
        "DELETE FROM `t` USING `t`, (SELECT `id` AS `c0`, `a` + ? AS `c1` FROM `u` WHERE `a` = ?) AS `s` WHERE `s`.`c0` = `t`.`id`",
    );
    golden::check(
        &MysqlDialect::MySql,
        &writes::update_with(),
        "WITH `s` AS (SELECT `id` AS `c0`, `a` + ? AS `c1` FROM `u` WHERE `a` = ?) UPDATE `t`, `s` SET `t`.`a` = `s`.`c1` WHERE `s`.`c0` = `t`.`id`",
    );
    golden::check(
        &MysqlDialect::MySql,
        &writes::delete_with(),
        "WITH `s` AS (SELECT `id` AS `c0`, `a` + ? AS `c1` FROM `u` WHERE `a` = ?) DELETE FROM `t` WHERE `id` IN (SELECT `s`.`c0` FROM `s`)",
    );
    let mariadb = &MysqlDialect::MariaDb;
    refuse_on(mariadb, &writes::update_with(), "WITH before UPDATE");
    refuse_on(mariadb, &writes::delete_with(), "WITH before DELETE");
}

#[test]
fn ordered_writes() {
    check(
        &writes::update_last(),
        "UPDATE `t` SET `a` = ? ORDER BY `id` DESC LIMIT ?",
    );
    check(
        &writes::delete_last(),
        "DELETE FROM `t` ORDER BY `id` DESC LIMIT ?",
    );
}

#[test]
fn returning() {
    refuse(&writes::update_returning(), "UPDATE … RETURNING");
    refuse_on(
        &MysqlDialect::MySql,
        &writes::delete_returning(),
        "DELETE … RETURNING",
    );
    golden::check(
        &MysqlDialect::MariaDb,
        &writes::delete_returning(),
        "DELETE FROM `t` WHERE `id` = ? RETURNING `id`, `a` + ? AS `next`",
    );
}
