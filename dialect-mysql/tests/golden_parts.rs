//! The SQL of MySQL and MariaDB for parts of queries: LIMIT by an expression, lists in FROM, hints, frames of fractions,
//! aggregates of all values. The header of `golden.rs` holds here, too.

use dialect_mysql::MysqlDialect;
use orm_core::stmt::{Aggregate, FrameBound, IndexHintKind};
use orm_core::testing::golden::{self, HasText, parts, refuse_on};
use orm_core::types::Type;
use orm_core::value::Decimal;

#[track_caller]
fn check(statement: &impl HasText, expected: &str) {
    golden::check(&MysqlDialect::MySql, statement, expected);
    golden::check(&MysqlDialect::MariaDb, statement, expected);
}

#[track_caller]
fn refuse(statement: &impl HasText, feature: &str) {
    refuse_on(&MysqlDialect::MySql, statement, feature);
    refuse_on(&MysqlDialect::MariaDb, statement, feature);
}

#[test]
fn numbers_of_rows() {
    refuse(&parts::limited_by(), "LIMIT and OFFSET by an expression");
    refuse(
        &parts::offset_by(false),
        "LIMIT and OFFSET by an expression",
    );
}

#[test]
fn lists_in_from() {
    check(
        &parts::list_source(Type::Int64),
        "SELECT `list`.`c0` FROM (SELECT v AS `c0` FROM JSON_TABLE(?, '$[*]' COLUMNS (v BIGINT PATH '$')) AS list) AS `list`",
    );
    let texts = |collation: &str| {
        format!(
            "SELECT `list`.`c0` FROM (SELECT JSON_UNQUOTE(JSON_QUOTE(v)){collation} AS `c0` FROM JSON_TABLE(?, '$[*]' COLUMNS (v LONGTEXT PATH '$')) AS list) AS `list`"
        )
    };
    let list = parts::list_source(Type::Text);
    golden::check(&MysqlDialect::MySql, &list, &texts(""));
    let collated = texts(" COLLATE utf8mb4_nopad_bin");
    golden::check(&MysqlDialect::MariaDb, &list, &collated);
    check(
        &parts::list_source(Type::DECIMAL),
        "SELECT `list`.`c0` FROM (SELECT CAST(v AS DECIMAL(65,30)) AS `c0` FROM JSON_TABLE(?, '$[*]' COLUMNS (v LONGTEXT PATH '$')) AS list) AS `list`",
    );
}

#[test]
fn hints() {
    golden::check(
        &MysqlDialect::MySql,
        &parts::hinted(),
        "SELECT /*+ NO_ICP(t) */ DISTINCT `a` FROM `t`",
    );
    golden::check(
        &MysqlDialect::MariaDb,
        &parts::hinted(),
        "SELECT DISTINCT `a` FROM `t`",
    );
    let words = [
        (IndexHintKind::Use, "USE"),
        (IndexHintKind::Force, "FORCE"),
        (IndexHintKind::Ignore, "IGNORE"),
    ];
    for (kind, word) in words {
        check(
            &parts::indexed(kind, &["a`b", "c"]),
            &format!("SELECT `x`.`a` FROM `t` AS `x` {word} INDEX (`a``b`, `c`)"),
        );
    }
}

#[test]
fn fractions_in_frames() {
    let exact: Decimal = "0.50".parse().unwrap();
    for bound in [FrameBound::preceding(0.5), FrameBound::preceding(exact)] {
        check(
            &parts::frame_of(bound),
            "COUNT(`a`) OVER (ORDER BY `a` ASC RANGE BETWEEN 0.5 PRECEDING AND CURRENT ROW)",
        );
    }
}

#[test]
fn aggregates_of_all_values() {
    refuse(
        &parts::collected(Aggregate::ArrayAgg, Type::Int64, false),
        "arrays, and ARRAY_AGG returns one",
    );
    check(
        &parts::collected(Aggregate::JsonArray, Type::Json, false),
        "JSON_ARRAYAGG(`a`)",
    );
    refuse_on(
        &MysqlDialect::MySql,
        &parts::collected(Aggregate::JsonArray, Type::Int64, true),
        "ORDER BY in an aggregate of JSON documents",
    );
    golden::check(
        &MysqlDialect::MariaDb,
        &parts::collected(Aggregate::JsonArray, Type::Int64, true),
        "JSON_ARRAYAGG(`a` ORDER BY `id` DESC)",
    );
    golden::check(
        &MysqlDialect::MySql,
        &parts::collected(Aggregate::JsonObject, Type::Json, false),
        "JSON_OBJECTAGG(`a`, `b`)",
    );
    golden::check(
        &MysqlDialect::MariaDb,
        &parts::collected(Aggregate::JsonObject, Type::Json, false),
        "JSON_OBJECTAGG(`a` COLLATE utf8mb4_bin, `b`)",
    );
    refuse(
        &parts::collected(Aggregate::JsonObject, Type::Json, true),
        "ORDER BY in an aggregate of JSON documents",
    );
    refuse(
        &parts::collected_where(),
        "FILTER of an aggregate of arrays or JSON documents",
    );
}
