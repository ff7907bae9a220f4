//! Statistical aggregates, named windows, and frames that leave rows out.

use std::time::Duration;

use orm::query::{
    FrameBound, FrameExclusion, corr, rank, row_number, stddev_samp, var_pop, window,
};

use crate::*;

#[test]
fn statistics() {
    golden!(
        "of integers, floats, and with FILTER",
        select((
            stddev_samp(User.logins),
            var_pop(User.score),
            var_pop(User.score).filter(User.active),
        )),
        [
            r#"SELECT STDDEV_SAMP(CAST("logins" AS REAL)), VAR_POP("score"), VAR_POP("score") FILTER (WHERE "active" = ?) FROM "users""#,
            r#"SELECT STDDEV_SAMP(CAST("logins" AS float8)), VAR_POP("score"), VAR_POP("score") FILTER (WHERE "active" = $1) FROM "users""#,
            "SELECT STDDEV_SAMP(CAST(`logins` AS DOUBLE)), VAR_POP(`score`), VAR_POP(CASE WHEN `active` = ? THEN `score` END) FROM `users`",
        ]
    );
    let pairs = select(corr(User.score, User.logins).filter(User.active));
    assert_eq!(
        pairs.to_sql(&PostgresDialect).unwrap(),
        r#"SELECT CORR("score", CAST("logins" AS float8)) FILTER (WHERE "active" = $1) FROM "users""#
    );
    let error = pairs.to_sql(&SqliteDialect).unwrap_err();
    assert!(error.is_unsupported(), "{error}");
}

#[test]
fn named_windows() {
    let by_score = window().order_by(User.score + 1.0).named("by \"score\"");
    let by_name = window().partition_by(User.name).named("n");
    golden!(
        "two of them, with a value",
        select((
            rank().over(by_score.clone()),
            count_all().over(by_name),
            row_number().over(by_score.clone()),
        ))
        .from(User)
        .filter(User.id.gt(3))
        .order_by(rank().over(by_score)),
        [
            r#"SELECT RANK() OVER "by ""score""", COUNT(*) OVER "n", ROW_NUMBER() OVER "by ""score""" FROM "users" WHERE "id" > ? WINDOW "by ""score""" AS (ORDER BY "score" + ? ASC), "n" AS (PARTITION BY "name") ORDER BY RANK() OVER "by ""score""" ASC"#,
            r#"SELECT RANK() OVER "by ""score""", COUNT(*) OVER "n", ROW_NUMBER() OVER "by ""score""" FROM "users" WHERE "id" > $1 WINDOW "by ""score""" AS (ORDER BY "score" + $2::float8 ASC), "n" AS (PARTITION BY "name") ORDER BY RANK() OVER "by ""score""" ASC"#,
            "SELECT CAST(RANK() OVER `by \"score\"` AS SIGNED), COUNT(*) OVER `n`, CAST(ROW_NUMBER() OVER `by \"score\"` AS SIGNED) FROM `users` WHERE `id` > ? WINDOW `by \"score\"` AS (ORDER BY `score` + ? ASC), `n` AS (PARTITION BY `name`) ORDER BY CAST(RANK() OVER `by \"score\"` AS SIGNED) ASC",
        ]
    );
}

#[test]
fn frames() {
    let frame = window().order_by(User.id);
    let frame = frame.rows(FrameBound::Preceding(2), FrameBound::Following(2));
    let query = select(count_all().over(frame.exclude(FrameExclusion::Group))).from(User);
    let expected = r#"SELECT COUNT(*) OVER (ORDER BY "id" ASC ROWS BETWEEN 2 PRECEDING AND 2 FOLLOWING EXCLUDE GROUP) FROM "users""#;
    assert_eq!(query.to_sql(&SqliteDialect).unwrap(), expected);
    assert_eq!(query.to_sql(&PostgresDialect).unwrap(), expected);
    let error = query.to_sql(&MysqlDialect::MySql).unwrap_err();
    assert!(error.is_unsupported(), "{error}");

    let hour = FrameBound::PrecedingTime(Duration::from_secs(3_600));
    let wrong = window()
        .order_by(User.score)
        .range(hour, FrameBound::CurrentRow);
    let query = select(count_all().over(wrong)).from(User);
    let error = query.to_sql(&PostgresDialect).unwrap_err();
    assert_eq!(
        error.message(),
        "a frame of RANGE with a time needs ORDER BY of a date or time, not of f64"
    );
}
