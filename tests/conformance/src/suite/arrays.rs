//! Columns of arrays: what comes back, how arrays are compared and searched, and where there are none.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use orm::ErrorKind;
use orm::prelude::*;
use orm::stmt::{self, ArrayExpr, ArrayOp};
use orm::types::DbType;
use orm_core::testing::golden::written;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::support::fails;
use crate::cases;
use crate::database::Db;
use crate::fixtures::User;
use crate::suite::Requires;

cases![
    "arrays":
    a_table_with_an_array_is_created_or_refused,
    arrays_come_back (Requires::Arrays),
    elements_of_every_type_come_back (Requires::Arrays),
    arrays_are_compared (Requires::Arrays),
    arrays_are_searched (Requires::Arrays),
    arrays_stand_in_other_statements (Requires::Arrays),
    many_rows_have_arrays (Requires::Arrays),
    an_edit_in_place_is_written (Requires::Arrays),
    a_change_by_another_is_stale (Requires::Arrays),
    raw_sql_takes_and_returns_arrays (Requires::Arrays),
    a_null_without_a_place_is_an_error (Requires::Arrays),
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "array_notes")]
struct Note {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    tags: Vec<String>,
    scores: Vec<Option<i64>>,
    more: Option<Vec<i32>>,
    bytes: Vec<u8>,
}

fn note(id: i64, tags: &[&str]) -> Note {
    Note {
        id,
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        scores: Vec::new(),
        more: None,
        bytes: vec![1, 2],
    }
}

fn notes(db: &Db, rows: &[Note]) -> Connection {
    Metadata::of((Note,)).create_all(&db.engine).unwrap();
    let mut conn = db.engine.connection().unwrap();
    insert(Note).values(rows).execute(&mut conn).unwrap();
    db.sent();
    conn
}

fn a_table_with_an_array_is_created_or_refused(db: &Db) {
    let all = Metadata::of((Note,));
    if db.has(Requires::Arrays) {
        all.create_all(&db.engine).unwrap();
        return;
    }
    let error = fails(all.create_all(&db.engine), ErrorKind::Unsupported);
    let place = (error.table(), error.column());
    assert_eq!(place, (Some("array_notes"), Some("tags")));
    // A dialect that knows nothing of arrays has no name for the type.
    let message = error.message();
    assert!(
        message.contains("an array of text") || message.contains("type has no name"),
        "{error}"
    );
    let dialect = db.dialect();
    let script = Metadata::of((Note,)).schema().unwrap();
    let tables: Vec<_> = script.tables().iter().collect();
    fails(
        orm_core::sql::ddl::create_all(dialect, &tables),
        ErrorKind::Unsupported,
    );
    let length = stmt::Expr::column("users", "id");
    let length = stmt::Expr::from(ArrayExpr::new(ArrayOp::Length, vec![length]));
    let error = fails(written(dialect, &length), ErrorKind::Unsupported);
    assert!(
        error.message().ends_with("does not support arrays"),
        "{error}"
    );
    assert_eq!(
        select(User)
            .count(&mut db.engine.connection().unwrap())
            .unwrap(),
        0
    );
}

fn arrays_come_back(db: &Db) {
    let mut rows = Vec::new();
    let tags: [&[&str]; 8] = [
        &[],
        &[""],
        &["a", "b", "a"],
        &["NULL", "null", " a ", "{}", "{a,b}"],
        &["\"", "\\", "'", "\\\"", ",", ", "],
        &["é 🦀", "a\nb"],
        &["$1", "?", ":a", "--"],
        &["ab"; 1_000],
    ];
    for (id, tags) in (1..).zip(tags) {
        let scores = [None, Some(i64::MIN), Some(i64::MAX), None];
        rows.push(Note {
            scores: scores[..usize::try_from(id % 5).unwrap()].to_vec(),
            more: (id % 2 == 0).then(|| vec![0, i32::MIN, i32::MAX]),
            ..note(id, tags)
        });
    }
    let conn = &mut notes(db, &rows);
    assert_eq!(select(Note).order_by(Note.id).all(conn).unwrap(), rows);
    let streamed = select(Note).order_by(Note.id).stream(conn).unwrap();
    assert_eq!(streamed.collect::<orm::Result<Vec<_>>>().unwrap(), rows);
    delete(Note).execute(conn).unwrap();
    let mut session = db.session();
    for row in &rows {
        session.add(row.clone());
    }
    session.commit().unwrap();
    assert_eq!(select(Note).order_by(Note.id).all(conn).unwrap(), rows);
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "array_everything")]
struct Everything {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    flags: Vec<bool>,
    tiny: Vec<i8>,
    small: Vec<i16>,
    short: Vec<u16>,
    word: Vec<u32>,
    single: Vec<f32>,
    double: Vec<f64>,
    blobs: Vec<Vec<u8>>,
    days: Vec<NaiveDate>,
    clocks: Vec<NaiveTime>,
    moments: Vec<NaiveDateTime>,
    instants: Vec<DateTime<Utc>>,
    exact: Vec<Decimal>,
    tokens: Vec<Option<Uuid>>,
}

fn everything(id: i64) -> Everything {
    let day: NaiveDate = "0001-01-01".parse().unwrap();
    let moment: NaiveDateTime = "2024-02-29T12:30:15.250".parse().unwrap();
    Everything {
        id,
        flags: vec![true, false],
        tiny: vec![i8::MIN, i8::MAX],
        small: vec![i16::MIN, i16::MAX],
        short: vec![0, u16::MAX],
        word: vec![0, u32::MAX],
        single: vec![0.1, f32::MAX],
        double: vec![-0.1, f64::MAX, f64::INFINITY, 5e-324],
        blobs: vec![vec![], vec![0, 255, b'\\', b'"']],
        days: vec![day, moment.date()],
        clocks: vec![moment.time()],
        moments: vec![moment, day.and_time(NaiveTime::MIN)],
        instants: vec![moment.and_utc()],
        exact: vec![Decimal::new(-150, 2), Decimal::MAX],
        tokens: vec![None, Some(Uuid::from_u128(7))],
    }
}

fn elements_of_every_type_come_back(db: &Db) {
    Metadata::of((Everything,)).create_all(&db.engine).unwrap();
    let mut conn = db.engine.connection().unwrap();
    // One row, and many at once.
    insert(Everything)
        .values([everything(1)])
        .execute(&mut conn)
        .unwrap();
    let mut session = db.session();
    for id in 2..30 {
        session.add(everything(id));
    }
    session.commit().unwrap();
    let loaded = insert(Everything).load((30..40).map(everything));
    assert_eq!(loaded.execute(&mut conn).unwrap(), 10);
    let all = select(Everything)
        .order_by(Everything.id)
        .all(&mut conn)
        .unwrap();
    assert_eq!(all, (1..40).map(everything).collect::<Vec<_>>());
    let row = everything(1);
    let same = Everything.days.eq(row.days)
        & Everything.instants.eq(row.instants)
        & Everything.double.eq(&row.double)
        & Everything.exact.eq(row.exact)
        & Everything.tokens.eq(row.tokens)
        & Everything.blobs.contains(vec![vec![0, 255, b'\\', b'"']])
        & Everything.tiny.has(i8::MIN)
        & Everything.short.has(u16::MAX)
        & Everything.flags.overlaps([true]);
    let found = select(Everything.id).filter(same).count(&mut conn).unwrap();
    assert_eq!(found, 39);
}

fn ids(conn: &mut Connection, condition: Predicate) -> Vec<i64> {
    let query = select(Note.id).filter(condition).order_by(Note.id);
    query.all(conn).unwrap()
}

fn arrays_are_compared(db: &Db) {
    let conn = &mut notes(
        db,
        &[note(1, &["a", "b"]), note(2, &["b", "a"]), note(3, &[])],
    );
    assert_eq!(ids(conn, Note.tags.eq(["a", "b"])), [1]);
    assert_eq!(ids(conn, Note.tags.ne(vec!["a", "b"])), [2, 3]);
    assert_eq!(ids(conn, Note.tags.eq(Vec::<String>::new())), [3]);
    assert_eq!(ids(conn, Note.tags.eq(Note.tags)), [1, 2, 3]);
    assert_eq!(
        ids(conn, Note.more.is_null() & Note.bytes.eq(vec![1, 2])),
        [1, 2, 3]
    );
    let others = Note.alias("others");
    let pairs = select((Note.id, others.id))
        .join_on(
            others,
            others.tags.contains(Note.tags) & others.id.ne(Note.id),
        )
        .order_by((Note.id, others.id));
    assert_eq!(pairs.all(conn).unwrap(), [(1, 2), (2, 1), (3, 1), (3, 2)]);
    let groups = select((Note.tags, count(Note.id))).group_by(Note.tags);
    assert_eq!(groups.all(conn).unwrap().len(), 3);
}

fn arrays_are_searched(db: &Db) {
    let rows = [
        note(1, &["a", "b"]),
        note(2, &["b", "c", "b"]),
        Note {
            scores: vec![Some(7), None],
            more: Some(vec![1, 2, 3]),
            ..note(3, &[])
        },
    ];
    let conn = &mut notes(db, &rows);
    assert_eq!(ids(conn, Note.tags.contains(["b"])), [1, 2]);
    assert_eq!(ids(conn, Note.tags.contains(["b", "c"])), [2]);
    assert_eq!(ids(conn, Note.tags.contains([""; 0])), [1, 2, 3]);
    assert_eq!(ids(conn, Note.tags.contained_by(["b", "a", "x"])), [1, 3]);
    assert_eq!(ids(conn, Note.tags.overlaps(["a", "c"])), [1, 2]);
    assert_eq!(ids(conn, Note.tags.has("c")), [2]);
    assert_eq!(ids(conn, !Note.tags.has("c")), [1, 3]);
    assert_eq!(ids(conn, Note.scores.has(7)), [3]);
    // Among NULLs it is not known.
    assert_eq!(ids(conn, !Note.scores.has(8)), [1, 2]);
    assert_eq!(ids(conn, Note.scores.contains(vec![None::<i64>])), [0; 0]);
    assert_eq!(
        ids(conn, Note.more.has(2) & Note.more.contains([3, 1])),
        [3]
    );
    assert_eq!(ids(conn, !Note.more.has(9)), [3]);
    let lengths = select((Note.tags.len(), Note.more.len())).order_by(Note.id);
    let expected = [(2, None), (3, None), (0, Some(3))];
    assert_eq!(lengths.all(conn).unwrap(), expected);
    assert_eq!(ids(conn, Note.tags.len().gt(1)), [1, 2]);
}

fn arrays_stand_in_other_statements(db: &Db) {
    let conn = &mut notes(db, &[note(1, &["a"]), note(2, &["b"])]);
    let change = update(Note)
        .set(Note.tags, vec!["x", "y"])
        .set(Note.scores, vec![Some(1), None])
        .set(Note.more, [4, 5])
        .filter(Note.tags.has("a"));
    assert_eq!(change.execute(conn).unwrap(), 1);
    let changed = Note {
        scores: vec![Some(1), None],
        more: Some(vec![4, 5]),
        ..note(1, &["x", "y"])
    };
    let one = select(Note).filter(Note.id.eq(1));
    assert_eq!(one.one(conn).unwrap(), changed);
    // A printed statement is the same.
    let printed = update(Note)
        .set(Note.tags, ["it's", "\"\\"])
        .set(Note.more, Null);
    let sql = printed.to_sql_with_literals(conn.dialect()).unwrap();
    assert_eq!(conn.raw_execute(&sql, &[]).unwrap().affected, 2, "{sql}");
    assert_eq!(
        ids(conn, Note.tags.eq(["it's", "\"\\"]) & Note.more.is_null()),
        [1, 2]
    );
    let gone = delete(Note).filter(Note.tags.overlaps(["\"\\"]));
    let gone = gone.returning((Note.id, Note.tags)).all(conn).unwrap();
    assert_eq!(gone.len(), 2);
    let upsert = || {
        let row = note(1, &["new"]);
        let insert = insert(Note).values([row]).on_conflict(Note.id);
        insert.do_update(|new| [Note.tags.to(new.tags), Note.scores.to(vec![Some(3)])])
    };
    upsert().execute(conn).unwrap();
    upsert().execute(conn).unwrap();
    assert_eq!(ids(conn, Note.scores.eq(vec![Some(3)])), [1]);
}

fn many_rows_have_arrays(db: &Db) {
    let rows: Vec<Note> = (0..2_000)
        .map(|id| Note {
            scores: vec![Some(id), None],
            more: (id % 3 > 0).then(Vec::new),
            ..note(id, &["a\"b", "c"])
        })
        .collect();
    let conn = &mut notes(db, &rows);
    assert_eq!(select(Note).order_by(Note.id).all(conn).unwrap(), rows);
    let mut session = db.session();
    let all = select(Note).order_by(Note.id).all(&mut session).unwrap();
    for handle in &all {
        session[*handle].tags.push("d".into());
    }
    session.commit().unwrap();
    assert!(db.sent().len() < 100);
    assert_eq!(
        select(Note).filter(Note.tags.has("d")).count(conn).unwrap(),
        2_000
    );
}

fn an_edit_in_place_is_written(db: &Db) {
    drop(notes(db, &[note(1, &["a"])]));
    let mut session = db.session();
    let handle = session.get(Note, 1).unwrap().unwrap();
    session[handle].tags.push("b".into());
    session[handle].tags.pop();
    db.sent();
    session.flush().unwrap();
    assert_eq!(db.sent(), [""; 0]);
    session[handle].tags.push("b".into());
    session[handle].scores.push(None);
    session.commit().unwrap();
    let stored = select(Note).one(&mut db.other_connection()).unwrap();
    let expected = Note {
        scores: vec![None],
        ..note(1, &["a", "b"])
    };
    assert_eq!(stored, expected);
}

fn a_change_by_another_is_stale(db: &Db) {
    let mut conn = notes(db, &[note(1, &["a"])]);
    let mut session = db.session();
    let handle = session.get(Note, 1).unwrap().unwrap();
    session.rollback().unwrap();
    assert_eq!(session[handle].tags, ["a"]);
    session[handle].tags.push("b".into());
    let other = update(Note).set(Note.tags, ["other"]);
    other.execute(&mut conn).unwrap();
    fails(session.commit(), ErrorKind::StaleData);
    session.rollback().unwrap();
    assert_eq!(ids(&mut conn, Note.tags.eq(["other"])), [1]);
}

fn raw_sql_takes_and_returns_arrays(db: &Db) {
    let conn = &mut notes(db, &[note(1, &["a"]), note(2, &["b"])]);
    let query = raw("SELECT id, tags FROM array_notes WHERE tags = :tags");
    let found: Vec<(i64, Vec<String>)> =
        query.bind("tags", vec!["b".to_owned()]).all(conn).unwrap();
    assert_eq!(found, [(2, vec!["b".to_owned()])]);
    assert_eq!(
        <Vec<i64> as DbType>::TYPE,
        <Vec<Option<i64>> as DbType>::TYPE
    );
}

fn a_null_without_a_place_is_an_error(db: &Db) {
    let conn = &mut notes(db, &[note(1, &["a"])]);
    conn.raw_execute("UPDATE array_notes SET tags = '{a,NULL}'", &[])
        .unwrap();
    let error = fails(select(Note).all(conn), ErrorKind::Decode);
    assert_eq!(error.column(), Some("tags"));
    conn.raw_execute("UPDATE array_notes SET tags = '{{a},{b}}'", &[])
        .unwrap();
    let error = fails(select(Note).all(conn), ErrorKind::Decode);
    assert_eq!(error.column(), Some("tags"));
}
