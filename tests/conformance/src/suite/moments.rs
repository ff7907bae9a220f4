//! Dates and times that are equal, and those that a database has no room for.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use orm::ErrorKind;
use orm::prelude::*;

use crate::cases;
use crate::database::Db;
use crate::fixtures::Everything;
use crate::suite::support::everything;

cases![
    "moments":
    a_time_of_the_database_is_equal_to_itself (crate::Requires::Embedded),
    whole_seconds_compare_with_fractions (crate::suite::Requires::Microseconds),
    a_date_without_room_leaves_the_transaction,
];

/// Filled in by the database, which writes whole seconds.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "stamps")]
struct Stamp {
    #[orm(primary_key)]
    id: i64,
    #[orm(server_default = raw("CURRENT_TIMESTAMP"))]
    written: Option<NaiveDateTime>,
    #[orm(server_default = raw("CURRENT_TIMESTAMP"))]
    seen: Option<DateTime<Utc>>,
}

fn a_time_of_the_database_is_equal_to_itself(db: &Db) {
    Metadata::of((Stamp,)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    let stamp = session.add(Stamp::builder());
    session.commit().unwrap();
    let (written, seen) = select((Stamp.written, Stamp.seen))
        .one(&mut session)
        .unwrap();
    let equal = Stamp.written.eq(written) & Stamp.seen.in_(seen);
    assert_eq!(select(Stamp).filter(equal).count(&mut session).unwrap(), 1);
    // An entity that is stale after the commit is found by its old values.
    session.get(Stamp, session[stamp].id).unwrap();
    session.commit().unwrap();
    session[stamp].written = Some("2024-02-29T12:30:00".parse().unwrap());
    session.commit().unwrap();
}

fn whole_seconds_compare_with_fractions(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let moments = [
        "2024-02-29T12:30:00",
        "2024-02-29T12:30:00.000001",
        "2024-02-29T12:30:00.5",
        "2024-02-29T12:30:01",
    ];
    let moments = moments.map(|text| text.parse::<NaiveDateTime>().unwrap());
    let rows = moments.map(|moment| {
        let mut row = everything(0, None);
        row.moment = moment;
        row
    });
    insert(Everything).values(&rows).execute(&mut conn).unwrap();
    let query = select(Everything.moment).order_by(Everything.moment);
    assert_eq!(query.all(&mut conn).unwrap(), moments);
    for (position, moment) in moments.iter().enumerate() {
        let later = select(Everything).filter(Everything.moment.gt(*moment));
        assert_eq!(
            later.count(&mut conn).unwrap(),
            i64::try_from(3 - position).unwrap()
        );
    }
}

fn a_date_without_room_leaves_the_transaction(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    conn.begin().unwrap();
    let date = NaiveDate::MIN;
    let moment = NaiveDateTime::MIN;
    for condition in [
        Everything.date.lt(date),
        Everything.moment.lt(moment),
        Everything.instant.lt(moment.and_utc()),
        Everything.date.in_([date]),
    ] {
        match select(Everything).filter(condition).count(&mut conn) {
            Ok(found) => assert_eq!(found, 0),
            Err(error) => assert_eq!(error.kind(), ErrorKind::OutOfRange, "{error:?}"),
        }
    }
    assert_eq!(select(Everything).count(&mut conn).unwrap(), 0);
    conn.commit().unwrap();
}
