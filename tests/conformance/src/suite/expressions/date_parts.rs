//! Fields of dates and times, truncation, and the date of an instant: each as chrono has it, at the edges of the calendar.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc};
use orm::prelude::*;
use orm::query::{Expr, Unit};

use crate::cases;
use crate::database::Db;

cases![
    "date_parts":
    dates_have_the_fields_of_the_calendar (crate::suite::Requires::TimeFunctions),
    times_have_hours_minutes_and_seconds (crate::suite::Requires::TimeFunctions),
    units_begin_where_the_calendar_says (crate::suite::Requires::TimeFunctions),
    an_instant_has_the_date_of_utc (crate::suite::Requires::TimeFunctions),
    fields_group_order_and_filter (crate::suite::Requires::TimeFunctions),
    fields_of_another_zone_are_those_of_utc (crate::suite::Requires::TimeFunctions),
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "dated")]
struct Dated {
    #[orm(primary_key)]
    id: i64,
    day: NaiveDate,
    naive: NaiveDateTime,
    instant: DateTime<Utc>,
    clock: NaiveTime,
    maybe: Option<DateTime<Utc>>,
}

/// Leap days, weeks 53 and 1 around New Year, times before 1970, and the ends of what every database has.
const MOMENTS: [&str; 14] = [
    "0001-01-01T00:00:00",
    "0004-02-29T13:14:15.000001",
    "0099-12-31T23:59:59.999999",
    "1582-10-15T06:07:08",
    "1900-02-28T23:59:59.5",
    "1969-12-31T23:59:59.999999",
    "1970-01-01T00:00:00",
    "2000-02-29T12:00:00",
    "2008-12-29T00:00:00.000001",
    "2010-01-03T11:59:59.75",
    "2020-12-31T23:59:59.999999",
    "2021-01-04T01:02:03",
    "2024-05-17T09:30:00",
    "9999-12-31T23:59:59.999999",
];

fn moments() -> [NaiveDateTime; 14] {
    MOMENTS.map(|text| text.parse().unwrap())
}

/// A row of each moment, and one whose `maybe` is NULL at the end.
fn rows(db: &Db) -> Connection {
    Metadata::of((Dated,)).create_all(&db.engine).unwrap();
    let mut conn = db.engine.connection().unwrap();
    let dated = |moment: NaiveDateTime, maybe| {
        let rows = Dated::builder().day(moment.date()).naive(moment);
        rows.instant(moment.and_utc())
            .clock(moment.time())
            .maybe(maybe)
    };
    let mut rows: Vec<_> = moments()
        .map(|moment| dated(moment, Some(moment.and_utc())))
        .into();
    rows.push(dated(moments()[0], None));
    insert(Dated).values(rows).execute(&mut conn).unwrap();
    conn
}

/// Compares four expressions with what `expected` makes of each moment.
#[track_caller]
fn check<T>(
    conn: &mut Connection,
    (day, naive, instant, maybe): (Expr<T>, Expr<T>, Expr<T>, Expr<Option<T>>),
    expected: impl Fn(NaiveDateTime) -> T,
) where
    T: orm::types::DbType<Null = orm::types::NotNull> + PartialEq + std::fmt::Debug,
{
    let found = select((day, naive, instant, maybe)).order_by(Dated.id);
    let found = found.all(conn).unwrap();
    assert_eq!(found.len(), MOMENTS.len() + 1);
    for ((day, naive, instant, maybe), moment) in found.iter().zip(moments()) {
        let expected = expected(moment);
        assert_eq!(*day, expected, "the date of {moment}");
        assert_eq!(*naive, expected, "{moment}");
        assert_eq!(*instant, expected, "{moment} in UTC");
        assert_eq!(maybe.as_ref(), Some(&expected), "maybe {moment}");
    }
    assert_eq!(found.last().unwrap().3, None);
}

fn signed(number: u32) -> i32 {
    number.try_into().unwrap()
}

/// The same field of each column.
macro_rules! fields {
    ($name:ident) => {
        (
            Dated.day.$name(),
            Dated.naive.$name(),
            Dated.instant.$name(),
            Dated.maybe.$name(),
        )
    };
}

fn dates_have_the_fields_of_the_calendar(db: &Db) {
    let conn = &mut rows(db);
    check(conn, fields!(year), |moment| moment.year());
    check(conn, fields!(month), |moment| signed(moment.month()));
    check(conn, fields!(day), |moment| signed(moment.day()));
    check(conn, fields!(quarter), |moment| {
        signed(moment.month().div_ceil(3))
    });
    check(conn, fields!(weekday), |moment| {
        signed(moment.weekday().number_from_monday())
    });
    check(conn, fields!(iso_week), |moment| {
        signed(moment.iso_week().week())
    });
    check(conn, fields!(iso_year), |moment| moment.iso_week().year());
}

fn times_have_hours_minutes_and_seconds(db: &Db) {
    let conn = &mut rows(db);
    let hours = (
        Dated.clock.hour(),
        Dated.naive.hour(),
        Dated.instant.hour(),
        Dated.maybe.hour(),
    );
    check(conn, hours, |moment| signed(moment.hour()));
    let minutes = (
        Dated.clock.minute(),
        Dated.naive.minute(),
        Dated.instant.minute(),
        Dated.maybe.minute(),
    );
    check(conn, minutes, |moment| signed(moment.minute()));
    let seconds = (
        Dated.clock.second(),
        Dated.naive.second(),
        Dated.instant.second(),
        Dated.maybe.second(),
    );
    check(conn, seconds, |moment| signed(moment.second()));
}

/// The start of the unit, by chrono.
fn start(unit: Unit, moment: NaiveDateTime) -> NaiveDateTime {
    let date = moment.date();
    let midnight = |date: Option<NaiveDate>| date.unwrap().and_time(NaiveTime::MIN);
    match unit {
        Unit::Year => midnight(date.with_ordinal(1)),
        Unit::Quarter => midnight(
            date.with_day(1)
                .and_then(|date| date.with_month0(date.month0() / 3 * 3)),
        ),
        Unit::Month => midnight(date.with_day(1)),
        Unit::Week => {
            let since = date.weekday().num_days_from_monday();
            midnight(date.checked_sub_days(Days::new(since.into())))
        }
        Unit::Day => midnight(Some(date)),
        Unit::Hour => date.and_hms_opt(moment.hour(), 0, 0).unwrap(),
        Unit::Minute => {
            let minutes = date.and_hms_opt(moment.hour(), moment.minute(), 0);
            minutes.unwrap()
        }
        Unit::Second => moment.with_nanosecond(0).unwrap(),
    }
}

fn units_begin_where_the_calendar_says(db: &Db) {
    let conn = &mut rows(db);
    for unit in [
        Unit::Year,
        Unit::Quarter,
        Unit::Month,
        Unit::Week,
        Unit::Day,
        Unit::Hour,
        Unit::Minute,
        Unit::Second,
    ] {
        let found = select((
            Dated.naive,
            Dated.day.trunc(unit),
            Dated.naive.trunc(unit),
            Dated.instant.trunc(unit),
            Dated.maybe.trunc(unit),
        ));
        let found = found.order_by(Dated.id).all(conn).unwrap();
        for (moment, day, naive, instant, maybe) in &found[..MOMENTS.len()] {
            let expected = start(unit, *moment);
            assert_eq!(*day, expected.date(), "{unit:?} of the date of {moment}");
            assert_eq!(*naive, expected, "{unit:?} of {moment}");
            assert_eq!(*instant, expected.and_utc(), "{unit:?} of {moment}");
            assert_eq!(*maybe, Some(expected.and_utc()));
        }
        assert_eq!(found[MOMENTS.len()].4, None);
        // What is returned equals a bind of the same time.
        let bound = start(unit, moments()[12]);
        let same =
            Dated.naive.trunc(unit).eq(bound) & Dated.instant.trunc(unit).eq(bound.and_utc());
        let same = same & Dated.day.trunc(unit).eq(bound.date());
        assert_eq!(select(Dated).filter(same).count(conn).unwrap(), 1);
    }
}

fn an_instant_has_the_date_of_utc(db: &Db) {
    let conn = &mut rows(db);
    let found = select((
        Dated.day,
        Dated.naive.date(),
        Dated.instant.date(),
        Dated.maybe.date(),
    ));
    let found = found.order_by(Dated.id).all(conn).unwrap();
    for (day, naive, instant, maybe) in &found[..MOMENTS.len()] {
        assert_eq!((naive, instant, maybe), (day, day, &Some(*day)));
    }
    assert_eq!(found[MOMENTS.len()].3, None);
    let same = Dated.instant.date().eq(Dated.day) & Dated.naive.date().in_([moments()[5].date()]);
    assert_eq!(select(Dated).filter(same).count(conn).unwrap(), 1);
}

fn fields_group_order_and_filter(db: &Db) {
    let conn = &mut rows(db);
    let of_2020s = select(Dated).filter(Dated.instant.year().between(2020, 2029));
    assert_eq!(of_2020s.count(conn).unwrap(), 3);
    let month = Dated.instant.month();
    let months = select((month.clone(), count_all()))
        .filter(Dated.maybe.is_not_null())
        .group_by(month.clone())
        .order_by(month)
        .all(conn)
        .unwrap();
    assert_eq!(months, [(1, 4), (2, 3), (5, 1), (10, 1), (12, 5)]);
    let latest = select(max(Dated.instant).year()).one(conn).unwrap();
    assert_eq!(latest, Some(9999));
    let decade = Dated.day.year() / 10;
    let decades = select(Dated.id).filter(decade.eq(202)).count(conn).unwrap();
    assert_eq!(decades, 3);
}

fn fields_of_another_zone_are_those_of_utc(db: &Db) {
    drop(rows(db));
    let mut conn = db.engine.connection().unwrap();
    // The words of two databases; what has neither keeps its zone.
    for words in ["SET TIME ZONE 'Asia/Kathmandu'", "SET time_zone = '+05:45'"] {
        let _ = conn.raw_control(words);
    }
    let new_year = moments()[10].and_utc();
    let row = select((
        Dated.instant.year(),
        Dated.instant.hour(),
        Dated.instant.date(),
        Dated.instant.trunc(Unit::Year),
    ));
    let row = row.filter(Dated.instant.eq(new_year)).one(&mut conn);
    let (year, hour, date, start) = row.unwrap();
    assert_eq!((year, hour, date), (2020, 23, new_year.date_naive()));
    assert_eq!(
        start,
        new_year
            .with_ordinal(1)
            .unwrap()
            .date_naive()
            .and_time(NaiveTime::MIN)
            .and_utc()
    );
}
