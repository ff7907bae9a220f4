//! Functions of dates and times.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use orm::query::{FrameBound, Unit, current_date, now, window};

use crate::*;

#[derive(Model, Clone, Debug)]
#[orm(table = "visits")]
struct Visit {
    #[orm(primary_key)]
    id: i64,
    day: NaiveDate,
    begun: NaiveDateTime,
    seen: DateTime<Utc>,
    left: Option<DateTime<Utc>>,
    clock: NaiveTime,
    took: TimeDelta,
}

#[test]
fn fields() {
    golden!(
        "of dates",
        select((
            Visit.day.year(),
            Visit.day.quarter(),
            Visit.day.weekday(),
            Visit.day.iso_week(),
            Visit.day.iso_year(),
        )),
        [
            r#"SELECT date_part('year', "day"), date_part('quarter', "day"), date_part('isodow', "day"), date_part('week', "day"), date_part('isoyear', "day") FROM "visits""#,
            r#"SELECT CAST(EXTRACT(YEAR FROM "day") AS int4), CAST(EXTRACT(QUARTER FROM "day") AS int4), CAST(EXTRACT(ISODOW FROM "day") AS int4), CAST(EXTRACT(WEEK FROM "day") AS int4), CAST(EXTRACT(ISOYEAR FROM "day") AS int4) FROM "visits""#,
            "SELECT EXTRACT(YEAR FROM `day`), EXTRACT(QUARTER FROM `day`), (WEEKDAY(`day`) + 1), WEEK(`day`, 3), (YEARWEEK(`day`, 3) DIV 100) FROM `visits`",
        ]
    );
    golden!(
        "of times and instants",
        select((
            Visit.clock.hour(),
            Visit.begun.month(),
            Visit.seen.day(),
            Visit.left.second(),
        ))
        .filter(Visit.seen.minute().eq(30)),
        [
            r#"SELECT date_part('hour', "clock"), date_part('month', "begun"), date_part('day', "seen"), date_part('second', "left") FROM "visits" WHERE date_part('minute', "seen") = ?"#,
            r#"SELECT CAST(EXTRACT(HOUR FROM "clock") AS int4), CAST(EXTRACT(MONTH FROM "begun") AS int4), CAST(EXTRACT(DAY FROM "seen" AT TIME ZONE 'UTC') AS int4), CAST(TRUNC(EXTRACT(SECOND FROM "left" AT TIME ZONE 'UTC')) AS int4) FROM "visits" WHERE CAST(EXTRACT(MINUTE FROM "seen" AT TIME ZONE 'UTC') AS int4) = $1"#,
            "SELECT EXTRACT(HOUR FROM `clock`), EXTRACT(MONTH FROM `begun`), EXTRACT(DAY FROM `seen`), EXTRACT(SECOND FROM `left`) FROM `visits` WHERE EXTRACT(MINUTE FROM `seen`) = ?",
        ]
    );
}

#[test]
fn truncation() {
    golden!(
        "units",
        select((
            Visit.day.trunc(Unit::Week),
            Visit.day.trunc(Unit::Hour),
            Visit.begun.trunc(Unit::Quarter),
            Visit.left.coalesce(Visit.seen).trunc(Unit::Second),
        )),
        [
            r#"SELECT date_trunc('week', "day"), date_trunc('hour', "day"), date_trunc('quarter', "begun"), date_trunc('second', COALESCE("left", "seen")) FROM "visits""#,
            r#"SELECT CAST(DATE_TRUNC('week', CAST("day" AS timestamp)) AS date), CAST(DATE_TRUNC('day', CAST("day" AS timestamp)) AS date), DATE_TRUNC('quarter', "begun"), DATE_TRUNC('second', COALESCE("left", "seen"), 'UTC') FROM "visits""#,
            "SELECT DATE_ADD(DATE'0001-01-01', INTERVAL TIMESTAMPDIFF(WEEK, DATE'0001-01-01', `day`) WEEK), DATE_ADD(DATE'0001-01-01', INTERVAL TIMESTAMPDIFF(DAY, DATE'0001-01-01', `day`) DAY), DATE_ADD(TIMESTAMP'0001-01-01 00:00:00.000000', INTERVAL TIMESTAMPDIFF(QUARTER, TIMESTAMP'0001-01-01 00:00:00', `begun`) QUARTER), DATE_ADD(TIMESTAMP'0001-01-01 00:00:00.000000', INTERVAL TIMESTAMPDIFF(SECOND, TIMESTAMP'0001-01-01 00:00:00', COALESCE(`left`, `seen`)) SECOND) FROM `visits`",
        ]
    );
    golden!(
        "the date",
        select((Visit.begun.date(), Visit.left.date())).filter(Visit.seen.date().eq(Visit.day)),
        [
            r#"SELECT orm_date("begun"), orm_date("left") FROM "visits" WHERE orm_date("seen") = "day""#,
            r#"SELECT CAST("begun" AS date), CAST("left" AT TIME ZONE 'UTC' AS date) FROM "visits" WHERE CAST("seen" AT TIME ZONE 'UTC' AS date) = "day""#,
            "SELECT DATE(`begun`), DATE(`left`) FROM `visits` WHERE DATE(`seen`) = `day`",
        ]
    );
}

#[test]
fn the_time_of_the_statement() {
    golden!(
        "in conditions",
        select((Visit.id, now(), current_date()))
            .filter(Visit.seen.lt(now()) & Visit.day.le(current_date())),
        [
            r#"SELECT "id", orm_datetime(strftime('%Y-%m-%d %H:%M:%f', 'now')), date('now') FROM "visits" WHERE "seen" < orm_datetime(strftime('%Y-%m-%d %H:%M:%f', 'now')) AND "day" <= date('now')"#,
            r#"SELECT "id", STATEMENT_TIMESTAMP(), CAST(STATEMENT_TIMESTAMP() AT TIME ZONE 'UTC' AS date) FROM "visits" WHERE "seen" < STATEMENT_TIMESTAMP() AND "day" <= CAST(STATEMENT_TIMESTAMP() AT TIME ZONE 'UTC' AS date)"#,
            "SELECT `id`, UTC_TIMESTAMP(6), UTC_DATE() FROM `visits` WHERE `seen` < UTC_TIMESTAMP(6) AND `day` <= UTC_DATE()",
        ]
    );
    golden!(
        "as a value",
        update(Visit).set(Visit.left, now()),
        [
            r#"UPDATE "visits" SET "left" = orm_datetime(strftime('%Y-%m-%d %H:%M:%f', 'now'))"#,
            r#"UPDATE "visits" SET "left" = STATEMENT_TIMESTAMP()"#,
            "UPDATE `visits` SET `left` = UTC_TIMESTAMP(6)",
        ]
    );
}

#[test]
fn durations() {
    golden!(
        "of values",
        select((
            Visit.seen + TimeDelta::days(3),
            Visit.begun - TimeDelta::seconds(1),
            Visit.took + TimeDelta::hours(1),
        ))
        .filter(Visit.took.gt(TimeDelta::hours(1)) & Visit.left.lt(now() - TimeDelta::days(1))),
        [
            r#"SELECT time_add("seen", ?), time_sub("begun", ?), "took" + ? FROM "visits" WHERE "took" > ? AND "left" < time_sub(orm_datetime(strftime('%Y-%m-%d %H:%M:%f', 'now')), ?)"#,
            r#"SELECT ("seen" + $1::interval), ("begun" - $2::interval), "took" + $3::interval FROM "visits" WHERE "took" > $4 AND "left" < (STATEMENT_TIMESTAMP() - $5::interval)"#,
            "SELECT DATE_ADD(`seen`, INTERVAL ? MICROSECOND), DATE_SUB(`begun`, INTERVAL ? MICROSECOND), `took` + ? FROM `visits` WHERE `took` > ? AND `left` < DATE_SUB(UTC_TIMESTAMP(6), INTERVAL ? MICROSECOND)",
        ]
    );
    golden!(
        "of columns",
        select((
            Visit.left.duration_since(Visit.seen),
            Visit.seen + Visit.took,
            Visit.begun - Visit.took,
        )),
        [
            r#"SELECT time_since("left", "seen"), time_add("seen", "took"), time_sub("begun", "took") FROM "visits""#,
            r#"SELECT ("left" - "seen"), (("seen" AT TIME ZONE 'UTC' + "took") AT TIME ZONE 'UTC'), ("begun" - "took") FROM "visits""#,
            "SELECT TIMESTAMPDIFF(MICROSECOND, `seen`, `left`), DATE_ADD(`seen`, INTERVAL `took` MICROSECOND), DATE_SUB(`begun`, INTERVAL `took` MICROSECOND) FROM `visits`",
        ]
    );
}

#[test]
fn days_and_months_of_the_calendar() {
    golden!(
        "values and columns",
        select((
            Visit.day.add_months(1),
            Visit.begun.add_days(-1),
            Visit.left.add_months(Visit.seen.month() - 1),
        )),
        [
            r#"SELECT date_shift('month', "day", ?), date_shift('day', "begun", ?), date_shift('month', "left", date_part('month', "seen") - ?) FROM "visits""#,
            r#"SELECT CAST("day" + MAKE_INTERVAL(months => $1) AS date), ("begun" + MAKE_INTERVAL(days => $2)), (("left" AT TIME ZONE 'UTC' + MAKE_INTERVAL(months => CAST(CAST(EXTRACT(MONTH FROM "seen" AT TIME ZONE 'UTC') AS int4) - $3::int8 AS int4))) AT TIME ZONE 'UTC') FROM "visits""#,
            "SELECT DATE_ADD(`day`, INTERVAL ? MONTH), DATE_ADD(`begun`, INTERVAL ? DAY), DATE_ADD(`left`, INTERVAL (EXTRACT(MONTH FROM `seen`) - ?) MONTH) FROM `visits`",
        ]
    );
}

#[test]
fn frames_of_time() {
    let near = window().order_by(Visit.begun).range(
        FrameBound::PrecedingTime(Duration::from_millis(1_500)),
        FrameBound::FollowingTime(Duration::from_secs(86_400)),
    );
    let query = select(count_all().over(near)).from(Visit);
    assert_eq!(
        query.to_sql(&PostgresDialect).unwrap(),
        r#"SELECT COUNT(*) OVER (ORDER BY "begun" ASC RANGE BETWEEN INTERVAL '1.500000 seconds' PRECEDING AND INTERVAL '86400 seconds' FOLLOWING) FROM "visits""#
    );
    assert_eq!(
        query.to_sql(&MysqlDialect::MySql).unwrap(),
        "SELECT COUNT(*) OVER (ORDER BY `begun` ASC RANGE BETWEEN INTERVAL 1500000 MICROSECOND PRECEDING AND INTERVAL 86400 SECOND FOLLOWING) FROM `visits`"
    );
    for dialect in [&SqliteDialect as &dyn Dialect, &MysqlDialect::MariaDb] {
        assert!(query.to_sql(dialect).unwrap_err().is_unsupported());
    }
}
