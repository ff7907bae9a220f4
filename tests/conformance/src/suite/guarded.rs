//! How old values are compared: byte by byte whatever the column's collation or type, and large ones by digest.

use orm::prelude::*;
use orm_core::testing::Recorder;
use orm_core::value::ValueRef;

use crate::cases;
use crate::database::Db;

cases![
    "guarded":
    large_values_are_compared_by_their_digest,
    large_values_cost_a_second_text_at_most,
    floats_are_compared_as_numbers,
];

#[derive(Model, Clone, Debug)]
#[orm(table = "large")]
struct Large {
    #[orm(primary_key)]
    id: i64,
    text: Option<String>,
    bytes: Option<Vec<u8>>,
}

/// The values that the last UPDATE of `recorder` bound.
fn bound(recorder: &Recorder) -> Vec<String> {
    let updates = recorder.take().into_iter();
    let mut updates = updates.filter(|entry| entry.sql.contains("UPDATE "));
    updates.next_back().unwrap().values
}

/// Whether the dialect compares large values by their digests.
fn has_digests(db: &Db) -> bool {
    let large = "x".repeat(5000);
    db.dialect().digest(ValueRef::Text(&large)).is_some()
}

fn large_values_are_compared_by_their_digest(db: &Db) {
    let (recorder, large) = (Recorder::with_values(), "ä€ x".repeat(5000));
    let engine = db.recorded_engine(&recorder);
    Metadata::of((Large,)).create_all(&engine).unwrap();
    for count in [1, 2, 40] {
        let mut session = Session::new(&engine);
        let add = |_| {
            session.add(Large {
                id: 0,
                text: Some(large.clone()),
                bytes: Some(vec![0xF0; 5000]),
            })
        };
        let mut all: Vec<Ref<Large>> = (0..count).map(add).collect();
        // A row without a value and one with a small one share the statement.
        all.push(session.add(Large {
            id: 0,
            text: None,
            bytes: Some(Vec::new()),
        }));
        session.commit().unwrap();
        let change = |session: &mut Session| {
            for row in &all {
                (session[*row].text, session[*row].bytes) = (Some("t".into()), Some(vec![1]));
            }
        };
        change(&mut session);
        recorder.take();
        session.commit().unwrap();
        let most = bound(&recorder).iter().map(String::len).max().unwrap();
        if has_digests(db) {
            assert!(most < 120 * (count + 1), "{most} bytes for {count} rows");
        }
        for row in &all {
            session[*row].text = Some(large.clone());
        }
        session.commit().unwrap();
        // One letter of many.
        let id = session[all[0]].id;
        db.outside(&format!(
            "UPDATE large SET text = REPLACE(text, 'x', 'X') WHERE id = {id}"
        ));
        change(&mut session);
        assert!(session.commit().unwrap_err().is_stale_data(), "{count}");
        session.rollback().unwrap();
    }
}

fn large_values_cost_a_second_text_at_most(db: &Db) {
    let recorder = Recorder::new();
    let engine = db.recorded_engine(&recorder);
    Metadata::of((Large,)).create_all(&engine).unwrap();
    let mut session = Session::new(&engine);
    let row = session.add(Large {
        id: 0,
        text: None,
        bytes: None,
    });
    session.commit().unwrap();
    recorder.take();
    let (small, large) = ("s".to_owned(), "l".repeat(2000));
    // Both columns change each time; either old value may be large.
    for round in 0..8 {
        let pick = |large_one: bool| {
            if large_one {
                large.clone()
            } else {
                small.clone()
            }
        };
        session[row].text = Some(pick(round % 2 == 0) + &round.to_string());
        session[row].bytes = Some((pick(round / 2 % 2 == 0) + &round.to_string()).into_bytes());
        session.commit().unwrap();
    }
    let sent = recorder.take_sql();
    let updates = sent.iter().filter(|sql| sql.starts_with("UPDATE"));
    let texts: std::collections::HashSet<_> = updates.collect();
    let most = if has_digests(db) { 2 } else { 1 };
    assert!(texts.len() <= most, "{texts:#?}");
    assert!(!sent.iter().any(|sql| db.asks_catalogue(sql)), "{sent:#?}");
}

#[derive(Model, Clone, Debug)]
#[orm(table = "floats")]
struct Floats {
    #[orm(primary_key)]
    id: i64,
    double: f64,
    single: f32,
}

fn floats_are_compared_as_numbers(db: &Db) {
    let values = [0.0, -0.0, 0.1, 1e-300, 12_345.678_9, f64::from(f32::MAX)];
    compare_floats(db, &values);
}

/// Rows with these values are changed twice, and then by another program.
pub fn compare_floats(db: &Db, values: &[f64]) {
    Metadata::of((Floats,)).create_all(&db.engine).unwrap();
    #[expect(clippy::cast_possible_truncation, reason = "the nearest will do")]
    for count in [1, 2] {
        let mut session = db.session();
        let row = |value: &f64| Floats {
            id: 0,
            double: *value,
            single: *value as f32,
        };
        let all: Vec<_> = values
            .iter()
            .flat_map(|value| vec![row(value); count])
            .collect();
        let all: Vec<Ref<Floats>> = all.into_iter().map(|row| session.add(row)).collect();
        session.commit().unwrap();
        for next in [1.5, 2.5] {
            for row in &all {
                (session[*row].double, session[*row].single) = (next, next as f32);
            }
            session.commit().unwrap();
        }
        let id = session[all[0]].id;
        db.outside(&format!("UPDATE floats SET single = 7 WHERE id = {id}"));
        session[all[0]].single = 1.0;
        assert!(session.commit().unwrap_err().is_stale_data());
    }
}
