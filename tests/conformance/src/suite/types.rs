//! Every type comes back as it went in, at its edges too.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use orm::ErrorKind;
use orm::prelude::*;
use orm_core::value::ValueRef;
use proptest::prelude::{Strategy, any};
use proptest::test_runner::{Config, TestRunner};

use crate::Requires;
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Colour, Document, Everything};
use crate::suite::support::{SECRET, assert_shows_no_value, execute, kept};

cases![
    "types":
    everything_comes_back,
    the_least_values_come_back,
    the_greatest_values_come_back,
    floats_come_back_to_the_bit,
    floats_that_are_not_finite_come_back_or_are_refused,
    any_text_comes_back,
    nul_in_text_comes_back_or_is_refused,
    any_bytes_come_back,
    nulls_come_back_and_differ_from_empty,
    moments_are_cut_to_microseconds (Requires::Microseconds),
    years_beyond_the_calendar_are_refused_or_come_back,
    uuids_are_keys,
    random_values_come_back,
    an_unknown_label_is_refused_by_the_database,
];

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A row of ordinary values.
pub fn ordinary() -> Everything {
    Everything {
        id: 0,
        flag: true,
        small: 1,
        medium: -2,
        large: 3,
        single: 1.5,
        double: -2.25,
        text: "text".into(),
        bytes: vec![1, 2, 3],
        date: NaiveDate::from_ymd_opt(2024, 2, 29).unwrap(),
        time: NaiveTime::from_hms_micro_opt(12, 30, 15, 250_000).unwrap(),
        moment: "2024-02-29T12:30:15.250".parse().unwrap(),
        instant: instant("2024-02-29T12:30:15.25Z"),
        token: uuid::Uuid::from_u128(7),
        colour: Colour::Green,
        maybe_flag: Some(false),
        maybe_number: Some(0),
        maybe_text: Some("more".into()),
        maybe_instant: Some(instant("1999-12-31T23:59:59Z")),
    }
}

/// What a session and a connection read of a row that another session has written.
pub fn round_trip(db: &Db, value: &Everything) -> Everything {
    let mut session = db.session();
    let handle = session.add(value.clone());
    session.commit().unwrap();
    let id = session[handle].id;
    let mut session = db.session();
    let handle = session.get(Everything, id).unwrap().unwrap();
    let tracked = session[handle].clone();
    session.rollback().unwrap();
    let mut conn = db.engine.connection().unwrap();
    let owned = select(Everything)
        .filter(Everything.id.eq(id))
        .one(&mut conn)
        .unwrap();
    assert_eq!(format!("{owned:?}"), format!("{tracked:?}"));
    // It is found by its values, too.
    let same = Everything.text.eq(&value.text) & Everything.date.eq(value.date);
    let found = select(Everything)
        .filter(same & Everything.id.eq(id))
        .count(&mut conn)
        .unwrap();
    assert_eq!(found, 1);
    Everything {
        id: value.id,
        ..owned
    }
}

#[track_caller]
fn comes_back(db: &Db, value: &Everything) {
    assert_eq!(round_trip(db, value), stored(db, value));
}

/// A row as the database keeps it, whose times may have fewer digits of a second.
fn stored(db: &Db, value: &Everything) -> Everything {
    Everything {
        time: kept(db, value.time),
        moment: kept(db, value.moment),
        instant: kept(db, value.instant),
        maybe_instant: value.maybe_instant.map(|instant| kept(db, instant)),
        ..value.clone()
    }
}

fn everything_comes_back(db: &Db) {
    comes_back(db, &ordinary());
    for colour in [Colour::Red, Colour::Green, Colour::DarkBlue] {
        comes_back(
            db,
            &Everything {
                colour,
                ..ordinary()
            },
        );
    }
}

fn the_least_values_come_back(db: &Db) {
    comes_back(
        db,
        &Everything {
            flag: false,
            small: i16::MIN,
            medium: i32::MIN,
            large: i64::MIN,
            single: f32::MIN,
            double: f64::MIN,
            text: String::new(),
            bytes: Vec::new(),
            date: NaiveDate::from_ymd_opt(1, 1, 1).unwrap(),
            time: NaiveTime::MIN,
            moment: "0001-01-01T00:00:00".parse().unwrap(),
            instant: instant("0001-01-01T00:00:00Z"),
            token: uuid::Uuid::nil(),
            maybe_text: Some(String::new()),
            maybe_instant: Some(instant("1969-12-31T23:59:59.999999Z")),
            ..ordinary()
        },
    );
}

fn the_greatest_values_come_back(db: &Db) {
    comes_back(
        db,
        &Everything {
            small: i16::MAX,
            medium: i32::MAX,
            large: i64::MAX,
            single: f32::MAX,
            double: f64::MAX,
            date: NaiveDate::from_ymd_opt(9999, 12, 31).unwrap(),
            time: NaiveTime::from_hms_micro_opt(23, 59, 59, 999_999).unwrap(),
            moment: "9999-12-31T23:59:59.999999".parse().unwrap(),
            instant: instant("9999-12-31T23:59:59.999999Z"),
            token: uuid::Uuid::max(),
            maybe_number: Some(i32::MAX),
            ..ordinary()
        },
    );
}

fn floats_come_back_to_the_bit(db: &Db) {
    let doubles = [
        0.1,
        1.0 / 3.0,
        f64::MIN_POSITIVE,
        5e-324,
        f64::EPSILON,
        9_007_199_254_740_993.0,
        1e22,
        -1e-300,
    ];
    let singles = [
        0.1,
        1.0 / 3.0,
        f32::MIN_POSITIVE,
        1e-45,
        f32::EPSILON,
        16_777_217.0,
        1e10,
        -1e-30,
    ];
    for (double, single) in doubles.into_iter().zip(singles) {
        let back = round_trip(
            db,
            &Everything {
                single,
                double,
                ..ordinary()
            },
        );
        assert_eq!(back.double.to_bits(), double.to_bits(), "{double:e}");
        assert_eq!(back.single.to_bits(), single.to_bits(), "{single:e}");
    }
    // A database may store a whole number as an integer, which has one zero.
    let back = round_trip(
        db,
        &Everything {
            double: -0.0,
            single: -0.0,
            ..ordinary()
        },
    );
    assert!(back.double == 0.0 && back.single == 0.0);
}

fn floats_that_are_not_finite_come_back_or_are_refused(db: &Db) {
    for double in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
        let value = Everything {
            double,
            ..ordinary()
        };
        let mut session = db.session();
        session.add(value.clone());
        if let Err(error) = session.commit() {
            assert_eq!(error.kind(), ErrorKind::OutOfRange, "{double}: {error:?}");
            session.rollback().unwrap();
            continue;
        }
        assert_eq!(round_trip(db, &value).double.to_bits(), double.to_bits());
    }
}

fn any_text_comes_back(db: &Db) {
    let long = "äöü€😀x".repeat(10_000);
    for text in [
        " ",
        "'",
        "''",
        "\"",
        "\\",
        "\\\\'",
        "%",
        "_",
        "?",
        "$1",
        ":name",
        "--",
        "/*",
        "a\nb\r\n\tc",
        "é",
        "e\u{301}",
        "日本語",
        "😀",
        "👩‍👩‍👧",
        "\u{feff}bom",
        "\u{7f}\u{1}",
        "null",
        "NULL",
        " padded ",
        "{\"a\": [1]}",
        &long,
    ] {
        let value = Everything {
            text: text.into(),
            maybe_text: Some(text.into()),
            ..ordinary()
        };
        let back = round_trip(db, &value);
        assert!(
            back == value,
            "{:?}",
            text.chars().take(20).collect::<String>()
        );
    }
}

fn nul_in_text_comes_back_or_is_refused(db: &Db) {
    let value = Everything {
        text: format!("{SECRET}\0b"),
        ..ordinary()
    };
    let mut session = db.session();
    session.add(value.clone());
    let Err(error) = session.commit() else {
        comes_back(db, &value);
        return;
    };
    assert!(error.to_string().to_lowercase().contains("nul"), "{error}");
    assert_shows_no_value(&error);
    session.rollback().unwrap();
    session.add(ordinary());
    session.commit().unwrap();
}

fn any_bytes_come_back(db: &Db) {
    let all: Vec<u8> = (0..=255).collect();
    for bytes in [
        all.clone(),
        all.repeat(300),
        vec![0],
        vec![0xff; 3],
        b"text'\\".to_vec(),
    ] {
        comes_back(
            db,
            &Everything {
                bytes,
                ..ordinary()
            },
        );
    }
}

fn nulls_come_back_and_differ_from_empty(db: &Db) {
    let nulls = Everything {
        maybe_flag: None,
        maybe_number: None,
        maybe_text: None,
        maybe_instant: None,
        ..ordinary()
    };
    comes_back(db, &nulls);
    comes_back(
        db,
        &Everything {
            maybe_text: Some(String::new()),
            ..nulls
        },
    );
    let mut conn = db.engine.connection().unwrap();
    let nulls = select(Everything).filter(Everything.maybe_text.is_null());
    assert_eq!(nulls.count(&mut conn).unwrap(), 1);
    let empty = select(Everything).filter(Everything.maybe_text.eq(""));
    assert_eq!(empty.count(&mut conn).unwrap(), 1);
}

fn moments_are_cut_to_microseconds(db: &Db) {
    for (given, kept) in [
        (
            "2024-01-01T00:00:00.123456789Z",
            "2024-01-01T00:00:00.123456Z",
        ),
        (
            "1969-12-31T23:59:59.999999999Z",
            "1969-12-31T23:59:59.999999Z",
        ),
        ("1900-01-01T00:00:00.0000009Z", "1900-01-01T00:00:00Z"),
    ] {
        let (given, kept) = (instant(given), instant(kept));
        let value = Everything {
            instant: given,
            moment: given.naive_utc(),
            time: given.time(),
            maybe_instant: Some(given),
            ..ordinary()
        };
        let back = round_trip(db, &value);
        assert_eq!((back.instant, back.moment), (kept, kept.naive_utc()));
        assert_eq!((back.time, back.maybe_instant), (kept.time(), Some(kept)));
    }
}

/// ISO 8601 has four digits for a year. Whatever lies beyond must not become another date.
fn years_beyond_the_calendar_are_refused_or_come_back(db: &Db) {
    let dates = [
        NaiveDate::MAX,
        NaiveDate::MIN,
        NaiveDate::from_ymd_opt(-1, 6, 1).unwrap(),
    ];
    for date in dates {
        let moment = NaiveDateTime::new(date, NaiveTime::MIN);
        for value in [
            Everything { date, ..ordinary() },
            Everything {
                moment,
                ..ordinary()
            },
            Everything {
                instant: moment.and_utc(),
                ..ordinary()
            },
        ] {
            let mut session = db.session();
            session.add(value.clone());
            match session.commit() {
                Ok(()) => assert_eq!(round_trip(db, &value), value),
                Err(error) => assert_eq!(error.kind(), ErrorKind::OutOfRange, "{error:?}"),
            }
        }
    }
}

fn uuids_are_keys(db: &Db) {
    let ids: Vec<_> = (1..=3_u128)
        .map(|n| uuid::Uuid::from_u128((n << 64) | (0xff00 + n)))
        .collect();
    let mut session = db.session();
    for id in &ids {
        session.add(Document::builder().id(*id).body(id.to_string()));
    }
    session.commit().unwrap();
    let mut session = db.session();
    for id in &ids {
        let document = session.get(Document, *id).unwrap().unwrap();
        assert_eq!(session[document].id, *id);
        assert_eq!(
            session[document].body.as_deref(),
            Some(id.to_string().as_str())
        );
    }
    let mut conn = db.engine.connection().unwrap();
    let two = select(Document.id)
        .filter(Document.id.in_(&ids[..2]))
        .order_by(Document.id);
    assert_eq!(two.all(&mut conn).unwrap(), ids[..2]);
}

/// Any value that every database can store. A float of zero has two signs on some.
fn any_row() -> impl Strategy<Value = Everything> {
    let date = (1..=3_652_059).prop_map(|day| NaiveDate::from_num_days_from_ce_opt(day).unwrap());
    let micros = -62_135_596_800_000_000_i64..253_402_300_800_000_000;
    let moment = micros.prop_map(|micros| DateTime::from_timestamp_micros(micros).unwrap());
    let numbers = (
        any::<i16>(),
        any::<i32>(),
        any::<i64>(),
        any::<f32>(),
        any::<f64>(),
    );
    let text = || any::<String>().prop_map(|text| text.replace('\0', ""));
    let texts = (text(), proptest::option::of(text()), any::<Vec<u8>>());
    (numbers, texts, (date, moment, any::<u128>())).prop_map(move |(numbers, texts, rest)| {
        let (small, medium, large, single, double) = numbers;
        let (text, maybe_text, bytes) = texts;
        let (date, instant, token) = rest;
        Everything {
            small,
            medium,
            large,
            single: if single == 0.0 { 1.0 } else { single },
            double: if double == 0.0 { 1.0 } else { double },
            text,
            bytes,
            maybe_text,
            date,
            time: instant.time(),
            moment: instant.naive_utc(),
            instant,
            token: uuid::Uuid::from_u128(token),
            ..ordinary()
        }
    })
}

fn random_values_come_back(db: &Db) {
    let config = Config {
        cases: 8,
        failure_persistence: None,
        ..Config::default()
    };
    let rows = proptest::collection::vec(any_row(), 1..40);
    let result = TestRunner::new(config).run(&rows, |rows| {
        let mut session = db.session();
        let handles: Vec<_> = rows.iter().map(|row| session.add(row.clone())).collect();
        session.commit().unwrap();
        let keys: Vec<_> = handles.iter().map(|handle| session[*handle].id).collect();
        let mut conn = db.engine.connection().unwrap();
        for (key, row) in keys.into_iter().zip(&rows) {
            let query = select(Everything).filter(Everything.id.eq(key));
            let mut found = query.one(&mut conn).unwrap();
            found.id = row.id;
            assert_eq!(found, stored(db, row));
        }
        Ok(())
    });
    result.unwrap();
}

fn an_unknown_label_is_refused_by_the_database(db: &Db) {
    let mut session = db.session();
    session.add(ordinary());
    session.commit().unwrap();
    let mut conn = db.engine.connection().unwrap();
    let changed = execute(
        db,
        &mut conn,
        "UPDATE everything SET colour = ?",
        &[ValueRef::Text(SECRET)],
    );
    let error = changed.unwrap_err();
    assert!(!error.is_connection_lost(), "{error:?}");
    assert_shows_no_value(&error);
    let kept = select(Everything.colour).one(&mut conn).unwrap();
    assert_eq!(kept, Colour::Green);
}
