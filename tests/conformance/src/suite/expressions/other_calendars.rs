//! The types of jiff and of time: what their types have written is read by chrono's, and the other way round.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use jiff::SignedDuration;
use orm::ErrorKind;
use orm::prelude::*;

use crate::cases;
use crate::database::Db;
use crate::suite::support::fails;

cases![
    "other_calendars":
    types_of_three_crates_store_the_same,
    types_come_back,
    durations_beyond_64_bits_are_refused,
    conditions_take_values_of_each_crate,
    their_instants_move_by_their_durations (crate::suite::Requires::TimeFunctions),
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "jiff_calendars")]
struct OfJiff {
    #[orm(primary_key)]
    id: i64,
    on_day: jiff::civil::Date,
    clock: jiff::civil::Time,
    naive: jiff::civil::DateTime,
    happened: jiff::Timestamp,
    maybe: Option<jiff::ZonedDateTime>,
    took: SignedDuration,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "time_calendars")]
struct OfTime {
    #[orm(primary_key)]
    id: i64,
    on_day: time::Date,
    clock: time::Time,
    naive: time::PrimitiveDateTime,
    happened: time::OffsetDateTime,
    maybe: Option<time::OffsetDateTime>,
    took: time::Duration,
}

/// Before and after 1970, the first instant that every database has, and one near the last that jiff has.
const MICROS: [i64; 6] = [
    -62_135_596_800_000_000,
    -1,
    0,
    1_709_209_800_250_001,
    1_735_689_600_000_000,
    253_402_199_999_999_999,
];

fn of_chrono(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap()
}

fn of_jiff(micros: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_microsecond(micros).unwrap()
}

fn of_time(micros: i64) -> time::OffsetDateTime {
    time::OffsetDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1000).unwrap()
}

fn jiff_rows() -> Vec<impl NewRow<Model = OfJiff>> {
    let row = |micros| {
        // A zone far from UTC: the instant is stored.
        let zoned = of_jiff(micros).to_zoned_datetime(jiff::tz::TimeZone::UTC);
        let naive = zoned.datetime();
        OfJiff::builder()
            .on_day(naive.date())
            .clock(naive.time())
            .naive(naive)
            .happened(of_jiff(micros))
            .maybe(zoned.with_time_zone(jiff::tz::TimeZone::fixed(jiff::tz::offset(-7))))
            .took(SignedDuration::from_micros(micros))
    };
    MICROS.map(row).into()
}

fn time_rows() -> Vec<impl NewRow<Model = OfTime>> {
    let row = |micros| {
        let instant = of_time(micros);
        OfTime::builder()
            .on_day(instant.date())
            .clock(instant.time())
            .naive(time::PrimitiveDateTime::new(instant.date(), instant.time()))
            .happened(instant)
            .maybe(instant)
            .took(time::Duration::microseconds(micros))
    };
    MICROS.map(row).into()
}

fn connection(db: &Db) -> Connection {
    Metadata::of((OfJiff, OfTime))
        .create_all(&db.engine)
        .unwrap();
    let mut conn = db.engine.connection().unwrap();
    insert(OfJiff)
        .values(jiff_rows())
        .execute(&mut conn)
        .unwrap();
    insert(OfTime)
        .values(time_rows())
        .execute(&mut conn)
        .unwrap();
    conn
}

/// The columns as chrono reads them.
type Row = (
    NaiveDate,
    NaiveTime,
    NaiveDateTime,
    DateTime<Utc>,
    Option<DateTime<Utc>>,
    TimeDelta,
);

fn types_of_three_crates_store_the_same(db: &Db) {
    let conn = &mut connection(db);
    for table in ["jiff_calendars", "time_calendars"] {
        let rows = raw(format!(
            "SELECT on_day, clock, naive, happened, maybe, took FROM {table} ORDER BY id"
        ));
        let rows: Vec<Row> = rows.all(conn).unwrap();
        assert_eq!(rows.len(), MICROS.len());
        for (row, micros) in rows.into_iter().zip(MICROS) {
            let instant = of_chrono(micros);
            let naive = instant.naive_utc();
            let took = TimeDelta::microseconds(micros);
            let expected = (naive.date(), naive.time(), naive);
            assert_eq!((row.0, row.1, row.2), expected, "{table}");
            assert_eq!(
                (row.3, row.4, row.5),
                (instant, Some(instant), took),
                "{table}"
            );
        }
    }
}

fn types_come_back(db: &Db) {
    let conn = &mut connection(db);
    let found = select((OfJiff.naive, OfJiff.happened, OfJiff.maybe, OfJiff.took));
    let found = found.order_by(OfJiff.id).all(conn).unwrap();
    for ((naive, happened, maybe, took), micros) in found.into_iter().zip(MICROS) {
        let zoned = of_jiff(micros).to_zoned_datetime(jiff::tz::TimeZone::UTC);
        assert_eq!((naive, happened), (zoned.datetime(), of_jiff(micros)));
        assert_eq!(took, SignedDuration::from_micros(micros));
        assert_eq!(maybe, Some(zoned));
    }
    let found = select((OfTime.on_day, OfTime.clock, OfTime.happened, OfTime.took));
    let found = found.order_by(OfTime.id).all(conn).unwrap();
    for ((day, clock, happened, took), micros) in found.into_iter().zip(MICROS) {
        let instant = of_time(micros);
        assert_eq!(
            (day, clock, happened),
            (instant.date(), instant.time(), instant)
        );
        assert_eq!(took, time::Duration::microseconds(micros));
    }
}

fn conditions_take_values_of_each_crate(db: &Db) {
    let conn = &mut connection(db);
    for micros in MICROS {
        let (by_chrono, by_jiff, by_time) = (of_chrono(micros), of_jiff(micros), of_time(micros));
        let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(9));
        for condition in [
            OfJiff.happened.eq(by_chrono),
            OfJiff.happened.eq(by_jiff),
            OfJiff.maybe.eq(by_jiff.to_zoned_datetime(zone)),
            OfJiff.maybe.eq(by_time),
            OfJiff.took.eq(time::Duration::microseconds(micros)),
            OfJiff.naive.in_([by_chrono.naive_utc()]),
        ] {
            assert_eq!(select(OfJiff).filter(condition).count(conn).unwrap(), 1);
        }
        let same = OfTime.happened.eq(by_jiff) & OfTime.clock.eq(by_chrono.time());
        let same = same & OfTime.took.eq(TimeDelta::microseconds(micros));
        assert_eq!(select(OfTime).filter(same).count(conn).unwrap(), 1);
    }
}

fn their_instants_move_by_their_durations(db: &Db) {
    let conn = &mut connection(db);
    let day = SignedDuration::from_hours(24);
    let query = select((
        OfJiff.happened + day,
        OfJiff.happened.date(),
        OfJiff.happened.duration_since(of_jiff(0)),
        OfJiff.on_day.add_months(1),
    ));
    let found = query.filter(OfJiff.happened.eq(of_jiff(MICROS[3])));
    let (later, date, since, month) = found.one(conn).unwrap();
    assert_eq!(later, of_jiff(MICROS[3]) + day);
    assert_eq!(date, jiff::civil::date(2024, 2, 29));
    assert_eq!(since, SignedDuration::from_micros(MICROS[3]));
    assert_eq!(month, jiff::civil::date(2024, 3, 29));
    let day = time::Duration::days(1);
    let query = select((
        OfTime.happened - day,
        OfTime.naive.date(),
        OfTime.maybe.duration_since(of_time(0)),
    ));
    let found = query.filter(OfTime.happened.eq(of_time(MICROS[3])));
    let (earlier, date, since) = found.one(conn).unwrap();
    assert_eq!(earlier, of_time(MICROS[3]) - day);
    assert_eq!(date, of_time(MICROS[3]).date());
    assert_eq!(since, Some(time::Duration::microseconds(MICROS[3])));
}

fn durations_beyond_64_bits_are_refused(db: &Db) {
    let conn = &mut connection(db);
    let refused = |result: orm::Result<u64>| {
        fails(result, ErrorKind::OutOfRange);
    };
    for took in [SignedDuration::MIN, SignedDuration::MAX] {
        let change = update(OfJiff).set(OfJiff.took, took);
        refused(change.execute(conn));
        refused(delete(OfJiff).filter(OfJiff.took.eq(took)).execute(conn));
        let list = OfJiff.took.in_([took, SignedDuration::ZERO]);
        refused(delete(OfJiff).filter(list).execute(conn));
    }
    for took in [time::Duration::MIN, time::Duration::MAX] {
        let change = update(OfTime).set(OfTime.took, took);
        refused(change.execute(conn));
        refused(delete(OfTime).filter(OfTime.took.eq(took)).execute(conn));
        let list = OfTime.took.in_([took, time::Duration::ZERO]);
        refused(delete(OfTime).filter(list).execute(conn));
    }
    assert_eq!(db.count("jiff_calendars"), 6);
    assert_eq!(db.count("time_calendars"), 6);
}
