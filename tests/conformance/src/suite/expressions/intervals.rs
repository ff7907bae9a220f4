//! Durations: as columns, as what is added to instants, and as the time between two; and calendar days and months.

use chrono::{DateTime, Days, Months, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use orm::ErrorKind;
use orm::prelude::*;
use orm::types::DbType as _;

use crate::cases;
use crate::database::Db;

cases![
    "intervals":
    durations_come_back,
    durations_are_compared_and_ordered,
    durations_beyond_64_bits_are_refused,
    the_longest_durations_come_back,
    durations_are_changed_by_a_flush,
    durations_are_added_up,
    a_duration_moves_an_instant (crate::suite::Requires::TimeFunctions),
    the_time_between_two_is_a_duration (crate::suite::Requires::TimeFunctions),
    what_is_added_can_be_subtracted (crate::suite::Requires::TimeFunctions),
    columns_hold_what_is_added (crate::suite::Requires::TimeFunctions),
    months_end_on_their_last_day (crate::suite::Requires::TimeFunctions),
    days_of_the_calendar_are_added (crate::suite::Requires::TimeFunctions),
    no_result_is_beyond_the_calendar (crate::suite::Requires::TimeFunctions),
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "spans")]
struct Span {
    #[orm(primary_key)]
    id: i64,
    took: TimeDelta,
    maybe: Option<TimeDelta>,
    naive: NaiveDateTime,
    instant: DateTime<Utc>,
    ended: Option<DateTime<Utc>>,
    day: NaiveDate,
}

/// Of both signs, with and without fractions, shorter and longer than a day.
fn durations() -> [TimeDelta; 9] {
    [
        TimeDelta::zero(),
        TimeDelta::microseconds(1),
        TimeDelta::microseconds(-1),
        TimeDelta::milliseconds(1500),
        TimeDelta::days(3),
        TimeDelta::days(-3) - TimeDelta::microseconds(250_001),
        TimeDelta::hours(36),
        TimeDelta::days(36_525),
        TimeDelta::days(-20_000) + TimeDelta::seconds(59),
    ]
}

fn begun() -> NaiveDateTime {
    "2024-02-29T12:30:00.5".parse().unwrap()
}

fn row(took: TimeDelta) -> impl NewRow<Model = Span> {
    Span::builder()
        .took(took)
        .maybe(took)
        .naive(begun())
        .instant(begun().and_utc())
        .ended(begun().and_utc() + took)
        .day(begun().date())
}

/// A day of a duration that may be beyond 64 bits of microseconds.
fn plain(took: TimeDelta) -> Span {
    Span {
        id: 0,
        took,
        maybe: None,
        naive: begun(),
        instant: begun().and_utc(),
        ended: None,
        day: begun().date(),
    }
}

/// A row of each duration, and one whose optional fields are NULL at the end.
fn rows(db: &Db) -> Connection {
    Metadata::of((Span,)).create_all(&db.engine).unwrap();
    let mut conn = db.engine.connection().unwrap();
    insert(Span)
        .values(durations().map(row))
        .execute(&mut conn)
        .unwrap();
    let last = Span::builder()
        .took(TimeDelta::zero())
        .naive(begun())
        .instant(begun().and_utc())
        .day(begun().date());
    insert(Span).values(last).execute(&mut conn).unwrap();
    conn
}

fn durations_come_back(db: &Db) {
    let conn = &mut rows(db);
    let found = select((Span.took, Span.maybe)).order_by(Span.id);
    let found = found.all(conn).unwrap();
    for ((took, maybe), expected) in found.iter().zip(durations()) {
        assert_eq!((*took, *maybe), (expected, Some(expected)));
    }
    assert_eq!(found.last().unwrap().1, None);
    // Nanoseconds are cut, as those of times are.
    let cut = TimeDelta::nanoseconds(1_999);
    insert(Span).values(row(cut)).execute(conn).unwrap();
    let found = select(count_all()).from(Span);
    let found = found.filter(Span.took.eq(TimeDelta::microseconds(1)));
    assert_eq!(found.one(conn).unwrap(), 2);
}

/// What a session does with a duration beyond 64 bits.
fn by_session(db: &Db, took: TimeDelta) -> [orm::Result<()>; 2] {
    let mut session = db.session();
    session.add(plain(took));
    let added = session.commit();
    drop(session);
    let mut session = db.session();
    let one = session.get_one(Span, 1).unwrap();
    session[one].took = took;
    [added, session.commit()]
}

fn durations_beyond_64_bits_are_refused(db: &Db) {
    let conn = &mut rows(db);
    let before = select(Span).order_by(Span.id).all(conn).unwrap();
    let longest = TimeDelta::microseconds(i64::MAX);
    for took in [
        TimeDelta::MAX,
        TimeDelta::MIN,
        longest + TimeDelta::microseconds(1),
    ] {
        let many: Vec<TimeDelta> = (0..40_000).map(TimeDelta::microseconds).collect();
        let many = many.into_iter().chain([took]).collect::<Vec<_>>();
        let two = [plain(took), plain(longest)];
        let mut changed = before[..2].to_vec();
        changed[1].took = took;
        let by_session = by_session(db, took);
        conn.begin().unwrap();
        let all = [
            insert(Span).values(plain(took)).execute(conn).map(drop),
            insert(Span).values(two).execute(conn).map(drop),
            update(Span).set(Span.took, took).execute(conn).map(drop),
            update(Span).set(Span.maybe, took).execute(conn).map(drop),
            update_many(Span)
                .rows(&changed)
                .set(Span.took)
                .execute(conn)
                .map(drop),
            select(Span).filter(Span.took.eq(took)).all(conn).map(drop),
            select(Span).filter(Span.maybe.lt(took)).all(conn).map(drop),
            select(Span)
                .filter(Span.took.in_([took, longest]))
                .all(conn)
                .map(drop),
            select(Span).filter(Span.took.in_(many)).all(conn).map(drop),
            select(Span.took)
                .filter(Span.took.between(took, longest))
                .all(conn)
                .map(drop),
            raw("DELETE FROM spans WHERE took = :took")
                .bind("took", took)
                .execute(conn)
                .map(drop),
            delete(Span)
                .filter(Span.took.gt(took))
                .execute(conn)
                .map(drop),
        ];
        for (number, result) in by_session.into_iter().chain(all).enumerate() {
            let error = result.expect_err(&number.to_string());
            assert_eq!(error.kind(), ErrorKind::OutOfRange, "{number}: {error:?}");
            assert!(error.message().contains("a duration"), "{error:?}");
        }
        // Nothing was sent that aborts a transaction.
        conn.commit().unwrap();
        let literal = conn.dialect().literal(&took.to_value().to_value());
        assert_eq!(literal.unwrap_err().kind(), ErrorKind::Unsupported);
    }
    assert_eq!(select(Span).order_by(Span.id).all(conn).unwrap(), before);
}

fn the_longest_durations_come_back(db: &Db) {
    let conn = &mut rows(db);
    let longest = TimeDelta::microseconds(i64::MAX);
    for took in [longest, -longest] {
        insert(Span).values(plain(took)).execute(conn).unwrap();
        let found = select(Span.took).filter(Span.took.eq(took)).one(conn);
        assert_eq!(found.unwrap(), took);
    }
}

fn durations_are_compared_and_ordered(db: &Db) {
    let conn = &mut rows(db);
    let mut ordered = durations();
    ordered.sort();
    let found = select(Span.took).filter(Span.maybe.is_not_null());
    let found = found.order_by(Span.took).all(conn).unwrap();
    assert_eq!(found, ordered);
    for bound in durations() {
        let longer = select(Span).filter(Span.maybe.gt(bound));
        let expected = durations().iter().filter(|took| **took > bound).count();
        let found = longer.count(conn).unwrap();
        assert_eq!(usize::try_from(found).unwrap(), expected, "{bound}");
    }
    let few = select(Span).filter(Span.maybe.in_([durations()[3], durations()[5]]));
    assert_eq!(few.count(conn).unwrap(), 2);
    let many = (0..40_000).map(TimeDelta::microseconds);
    let many = select(Span).filter(Span.maybe.in_(many.collect::<Vec<_>>()));
    assert_eq!(many.count(conn).unwrap(), 2);
    let longest = select((max(Span.took), min(Span.maybe))).one(conn).unwrap();
    assert_eq!(longest, (Some(ordered[8]), Some(ordered[0])));
}

fn durations_are_changed_by_a_flush(db: &Db) {
    drop(rows(db));
    let mut session = db.session();
    let spans = select(Span).order_by(Span.id).all(&mut session).unwrap();
    for span in &spans {
        session[*span].took = session[*span].took * 2;
        session[*span].maybe = None;
    }
    session.commit().unwrap();
    // The old values are compared in the database.
    for span in &spans {
        let span = *span;
        session.get(Span, session[span].id).unwrap();
        session[span].took += TimeDelta::seconds(1);
        session[span].maybe = Some(TimeDelta::nanoseconds(2_001));
    }
    session.commit().unwrap();
    let mut conn = db.engine.connection().unwrap();
    let found = select((Span.took, Span.maybe)).order_by(Span.id);
    let found = found.all(&mut conn).unwrap();
    for ((took, maybe), before) in found.into_iter().zip(durations()) {
        assert_eq!(took, before * 2 + TimeDelta::seconds(1));
        assert_eq!(maybe, Some(TimeDelta::microseconds(2)));
    }
}

fn durations_are_added_up(db: &Db) {
    let conn = &mut rows(db);
    let hour = TimeDelta::hours(1);
    let found = select((Span.took + hour, Span.took - Span.maybe, Span.maybe - hour));
    let found = found.order_by(Span.id).all(conn).unwrap();
    for ((longer, none, shorter), took) in found.iter().zip(durations()) {
        assert_eq!(*longer, took + hour);
        assert_eq!(*none, Some(TimeDelta::zero()));
        assert_eq!(*shorter, Some(took - hour));
    }
    let default = Span.maybe.coalesce(hour);
    let filled = select(Span).filter(default.eq(hour)).count(conn).unwrap();
    assert_eq!(filled, 1);
}

fn a_duration_moves_an_instant(db: &Db) {
    let conn = &mut rows(db);
    for took in durations() {
        let query = select((
            Span.naive + took,
            Span.instant - took,
            Span.ended + took,
            Span.instant + took + TimeDelta::seconds(1),
        ));
        let (later, earlier, ended, twice) = query.filter(Span.id.eq(1)).one(conn).unwrap();
        let instant = begun().and_utc();
        assert_eq!((later, earlier), (begun() + took, instant - took));
        assert_eq!(ended, Some(instant + took));
        assert_eq!(twice, instant + took + TimeDelta::seconds(1));
        // A bind of the same time is equal.
        let same = (Span.naive + took).eq(begun() + took);
        let same = same & (Span.instant - took).eq(instant - took);
        assert_eq!(select(Span).filter(same).count(conn).unwrap(), 10);
    }
    let none = select(Span.ended + TimeDelta::days(1)).filter(Span.ended.is_null());
    assert_eq!(none.all(conn).unwrap(), [None]);
    let none = select(Span.instant + Span.maybe).filter(Span.maybe.is_null());
    assert_eq!(none.all(conn).unwrap(), [None]);
    let ended = (Span.instant + Span.maybe).eq(Span.ended);
    assert_eq!(select(Span).filter(ended).count(conn).unwrap(), 9);
    let moved = update(Span).set(Span.ended, Span.instant + TimeDelta::days(3));
    assert_eq!(moved.execute(conn).unwrap(), 10);
    let moved = select(Span).filter(Span.ended.eq(begun().and_utc() + TimeDelta::days(3)));
    assert_eq!(moved.count(conn).unwrap(), 10);
}

fn the_time_between_two_is_a_duration(db: &Db) {
    let conn = &mut rows(db);
    let query = select((
        Span.ended.duration_since(Span.instant),
        Span.instant.duration_since(Span.ended),
        Span.naive.duration_since(begun() - TimeDelta::days(400)),
    ));
    let found = query.order_by(Span.id).all(conn).unwrap();
    for ((forth, back, days), took) in found.iter().zip(durations()) {
        assert_eq!((*forth, *back), (Some(took), Some(-took)));
        assert_eq!(*days, TimeDelta::days(400));
    }
    assert_eq!((found[9].0, found[9].1), (None, None));
    let long = Span
        .ended
        .duration_since(Span.instant)
        .ge(TimeDelta::hours(36));
    assert_eq!(select(Span).filter(long).count(conn).unwrap(), 3);
    let same = Span.ended.duration_since(Span.instant).eq(Span.maybe);
    assert_eq!(select(Span).filter(same).count(conn).unwrap(), 9);
    // What is computed can be stored, and compared.
    let stored = update(Span).set(Span.maybe, Span.ended.duration_since(Span.instant));
    stored.execute(conn).unwrap();
    let same = select(Span).filter(Span.maybe.eq(Span.took));
    assert_eq!(same.count(conn).unwrap(), 9);
}

fn what_is_added_can_be_subtracted(db: &Db) {
    let conn = &mut rows(db);
    let there = Span.instant + Span.took;
    let back = there.clone() - Span.took;
    let same = back.eq(Span.instant) & there.duration_since(Span.instant).eq(Span.took);
    assert_eq!(select(Span).filter(same).count(conn).unwrap(), 10);
}

/// Days of a duration that the database has computed are those of UTC, in any time zone of the connection.
fn columns_hold_what_is_added(db: &Db) {
    drop(rows(db));
    let mut conn = db.engine.connection().unwrap();
    let _ = conn.raw_control("SET TIME ZONE 'Europe/Berlin'");
    let before: DateTime<Utc> = "2024-03-30T12:00:00Z".parse().unwrap();
    let day = TimeDelta::days(1);
    let summer = update(Span)
        .set(Span.instant, before)
        .set(Span.ended, before + day);
    summer.execute(&mut conn).unwrap();
    let computed = update(Span).set(Span.maybe, Span.ended.duration_since(Span.instant));
    computed.execute(&mut conn).unwrap();
    let query = select((Span.maybe, Span.instant + Span.maybe, Span.instant + day));
    for (maybe, by_column, by_value) in query.all(&mut conn).unwrap() {
        assert_eq!((maybe, by_column), (Some(day), Some(before + day)));
        assert_eq!(by_value, before + day);
    }
}

fn months_end_on_their_last_day(db: &Db) {
    let conn = &mut rows(db);
    for (date, months, expected) in [
        ("2024-01-31", 1_i32, "2024-02-29"),
        ("2023-01-31", 1, "2023-02-28"),
        ("2024-03-31", -1, "2024-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", -48, "2020-02-29"),
        ("2024-12-15", 1, "2025-01-15"),
        ("2024-01-15", -1, "2023-12-15"),
        ("2024-05-31", 0, "2024-05-31"),
        ("1969-12-31", 2, "1970-02-28"),
    ] {
        let date: NaiveDate = date.parse().unwrap();
        let expected: NaiveDate = expected.parse().unwrap();
        let by_chrono = if months < 0 {
            date - Months::new(months.unsigned_abs())
        } else {
            date + Months::new(months.unsigned_abs())
        };
        assert_eq!(by_chrono, expected);
        let time = begun().time();
        let moved = update(Span)
            .set(Span.day, date)
            .set(Span.naive, date.and_time(time))
            .set(Span.instant, date.and_time(time).and_utc());
        moved.execute(conn).unwrap();
        let query = select((
            Span.day.add_months(months),
            Span.naive.add_months(months),
            Span.instant.add_months(months),
        ));
        let found = query.filter(Span.id.eq(1)).one(conn).unwrap();
        let later = expected.and_time(time);
        assert_eq!(found, (expected, later, later.and_utc()));
    }
    let none = select(Span.ended.add_months(1)).filter(Span.ended.is_null());
    assert_eq!(none.all(conn).unwrap(), [None]);
}

fn days_of_the_calendar_are_added(db: &Db) {
    let conn = &mut rows(db);
    for days in [0_i32, 1, -29, 366, -20_000] {
        let query = select((
            Span.day.add_days(days),
            Span.naive.add_days(days),
            Span.ended.add_days(days),
        ));
        let found = query.filter(Span.id.eq(1)).one(conn).unwrap();
        let count = Days::new(u64::from(days.unsigned_abs()));
        let date = if days < 0 {
            begun() - count
        } else {
            begun() + count
        };
        assert_eq!(found, (date.date(), date, Some(date.and_utc())));
    }
    let due = select(Span).filter(Span.day.add_days(30).eq(begun().date() + Days::new(30)));
    assert_eq!(due.count(conn).unwrap(), 10);
}

/// An error, or NULL, which is no value for the type. One database has more years than the others.
fn no_result_is_beyond_the_calendar(db: &Db) {
    let conn = &mut rows(db);
    for far in [
        Span.instant + TimeDelta::days(106_000_000),
        Span.instant - TimeDelta::days(106_000_000),
        Span.instant.add_months(i32::MAX / 2),
    ] {
        let error = select(far).filter(Span.id.eq(1)).one(conn).unwrap_err();
        let kind = error.kind();
        assert!(
            matches!(kind, ErrorKind::OutOfRange | ErrorKind::Decode),
            "{error:?}"
        );
    }
}
