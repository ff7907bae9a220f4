//! Instants in any time zone: stored as the same instant, equal in conditions, and the time of the statement.

use chrono::{DateTime, FixedOffset, Local, TimeDelta, Timelike, Utc};
use orm::prelude::*;
use orm::query::{current_date, now};

use crate::cases;
use crate::database::Db;

cases![
    "zones":
    an_instant_is_the_same_from_each_offset,
    the_offset_is_not_stored,
    local_times_are_instants,
    an_instant_of_a_zone_can_be_a_key,
    a_change_of_the_offset_is_no_change,
    a_statement_has_one_time (crate::suite::Requires::TimeFunctions),
    the_time_of_the_statement_can_be_stored (crate::suite::Requires::TimeFunctions),
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "zoned")]
struct Zoned {
    #[orm(primary_key)]
    id: i64,
    utc: DateTime<Utc>,
    fixed: DateTime<FixedOffset>,
    local: DateTime<Local>,
    maybe: Option<DateTime<FixedOffset>>,
}

/// One instant, by five clocks.
const SAME: [&str; 5] = [
    "2024-03-31T01:30:00.25+00:00",
    "2024-03-31T03:30:00.25+02:00",
    "2024-03-30T18:30:00.25-07:00",
    "2024-03-31T07:15:00.25+05:45",
    "2024-03-31T15:30:00.25+14:00",
];

fn same() -> [DateTime<FixedOffset>; 5] {
    SAME.map(|text| DateTime::parse_from_rfc3339(text).unwrap())
}

/// A row for each of the five.
fn rows(db: &Db) -> Connection {
    Metadata::of((Zoned,)).create_all(&db.engine).unwrap();
    let mut conn = db.engine.connection().unwrap();
    let rows = same().map(|instant| {
        Zoned::builder()
            .utc(instant.to_utc())
            .fixed(instant)
            .local(instant.with_timezone(&Local))
            .maybe(instant)
    });
    insert(Zoned).values(rows).execute(&mut conn).unwrap();
    conn
}

fn an_instant_is_the_same_from_each_offset(db: &Db) {
    let conn = &mut rows(db);
    for instant in same() {
        for condition in [
            Zoned.utc.eq(instant),
            Zoned.fixed.eq(instant),
            Zoned.local.eq(instant),
            Zoned.maybe.eq(instant),
            Zoned.fixed.eq(instant.to_utc()),
            Zoned.fixed.eq(instant.with_timezone(&Local)),
            Zoned.fixed.in_([instant]),
            Zoned.utc.between(instant, instant),
            Zoned.fixed.ge(instant) & Zoned.fixed.le(Zoned.utc),
        ] {
            assert_eq!(select(Zoned).filter(condition).count(conn).unwrap(), 5);
        }
        let later = instant + TimeDelta::microseconds(1);
        let before = select(Zoned).filter(Zoned.fixed.lt(later) & Zoned.local.lt(later));
        assert_eq!(before.count(conn).unwrap(), 5);
        let after = select(Zoned).filter(Zoned.fixed.ge(later));
        assert_eq!(after.count(conn).unwrap(), 0);
    }
    let groups = select(count_all()).from(Zoned).group_by(Zoned.fixed);
    assert_eq!(groups.all(conn).unwrap(), [5]);
}

fn the_offset_is_not_stored(db: &Db) {
    let conn = &mut rows(db);
    let found = select((Zoned.fixed, Zoned.maybe)).all(conn).unwrap();
    for (fixed, maybe) in found {
        assert_eq!((fixed, maybe), (same()[0], Some(same()[0])));
        assert_eq!(fixed.offset().local_minus_utc(), 0);
        assert_eq!(fixed.hour(), 1);
    }
}

fn local_times_are_instants(db: &Db) {
    let conn = &mut rows(db);
    let found = select(Zoned.local).all(conn).unwrap();
    assert_eq!(found, same().map(|instant| instant.with_timezone(&Local)));
    let latest = select(max(Zoned.local)).one(conn).unwrap();
    assert_eq!(latest, Some(same()[0].with_timezone(&Local)));
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "zoned_keys")]
struct Keyed {
    #[orm(primary_key)]
    at: DateTime<FixedOffset>,
    name: String,
}

fn an_instant_of_a_zone_can_be_a_key(db: &Db) {
    Metadata::of((Keyed,)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    let entity = session.add(Keyed::builder().at(same()[1]).name("a"));
    session.commit().unwrap();
    // The same row, and the same entity.
    assert_eq!(session.get(Keyed, same()[4]).unwrap(), Some(entity));
    assert_eq!(session.get(Keyed, same()[0]).unwrap(), Some(entity));
}

fn a_change_of_the_offset_is_no_change(db: &Db) {
    drop(rows(db));
    let mut session = db.session();
    let entity = select(Zoned).first(&mut session).unwrap().unwrap();
    db.sent();
    session[entity].fixed = same()[3];
    session.commit().unwrap();
    let sent = db.sent();
    assert!(
        !sent.iter().any(|sql| sql.starts_with("UPDATE")),
        "{sent:?}"
    );
}

/// Servers on this machine have its clock.
fn is_now(instant: DateTime<Utc>) -> bool {
    (Utc::now() - instant).abs() < TimeDelta::minutes(5)
}

fn a_statement_has_one_time(db: &Db) {
    drop(rows(db));
    let mut conn = db.engine.connection().unwrap();
    for words in ["SET TIME ZONE 'Asia/Kathmandu'", "SET time_zone = '+05:45'"] {
        let _ = conn.raw_control(words);
    }
    let rows = select((now(), now(), current_date(), now().date())).from(Zoned);
    let rows = rows.all(&mut conn).unwrap();
    assert_eq!(rows.len(), 5);
    let (first, ..) = rows[0];
    assert!(is_now(first), "{first}");
    for (one, other, today, date) in rows {
        assert_eq!((one, other), (first, first));
        assert_eq!((today, date), (first.date_naive(), first.date_naive()));
    }
    let past = Zoned.fixed.lt(now()) & Zoned.utc.date().lt(current_date());
    assert_eq!(select(Zoned).filter(past).count(&mut conn).unwrap(), 5);
}

fn the_time_of_the_statement_can_be_stored(db: &Db) {
    let conn = &mut rows(db);
    let stored = update(Zoned)
        .set(Zoned.utc, now())
        .set(Zoned.fixed, now())
        .set(Zoned.maybe, now())
        .execute(conn);
    assert_eq!(stored.unwrap(), 5);
    for (utc, fixed, maybe) in select((Zoned.utc, Zoned.fixed, Zoned.maybe))
        .all(conn)
        .unwrap()
    {
        assert!(is_now(utc), "{utc}");
        assert_eq!((fixed.to_utc(), maybe), (utc, Some(fixed)));
    }
    let again = select(Zoned).filter(Zoned.utc.le(now()));
    assert_eq!(again.count(conn).unwrap(), 5);
}
