//! Floats that are not finite, of both widths: each place of a statement takes them, or each refuses them with the same error.

use orm::ErrorKind;
use orm::prelude::*;
use orm::query::values;
use orm::types::Json;

use super::support::fails;
use crate::cases;
use crate::database::Db;
use crate::suite::Requires;

cases![
    "floats":
    doubles_are_stored_or_refused_in_each_place,
    singles_are_stored_or_refused_in_each_place,
    conditions_take_what_is_stored,
    upserts_take_what_is_stored (Requires::Upsert),
    computed_values_are_held_to_their_columns,
    results_beyond_a_double_are_infinite_or_errors,
    documents_have_null_instead (Requires::Json),
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "float_rows")]
struct Row {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    wide: Option<f64>,
    narrow: Option<f32>,
}

const DOUBLES: [f64; 3] = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
const SINGLES: [f32; 3] = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY];

fn row(id: i64, wide: Option<f64>, narrow: Option<f32>) -> Row {
    Row { id, wide, narrow }
}

/// Three rows of ordinary numbers.
fn rows(db: &Db) -> Connection {
    Metadata::of((Row,)).create_all(&db.engine).unwrap();
    let mut conn = db.engine.connection().unwrap();
    let rows = [1, 2, 3].map(|id| row(id, Some(1.5), Some(0.5)));
    insert(Row).values(rows).execute(&mut conn).unwrap();
    conn
}

/// Whether it is stored: else it is out of range.
#[track_caller]
fn is_taken<T>(result: orm::Result<T>) -> bool {
    match result {
        Ok(_) => true,
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::OutOfRange, "{error:?}");
            false
        }
    }
}

/// Writes a row with a value in each way, which all store it or all refuse it. Returns whether they store it.
fn writes(db: &Db, conn: &mut Connection, of: impl Fn(i64) -> Row) -> bool {
    let taken = is_taken(insert(Row).values(of(10)).execute(conn));
    let several = [of(11), row(12, Some(0.5), None), of(13)];
    assert_eq!(is_taken(insert(Row).values(several).execute(conn)), taken);
    let chunks = insert(Row).values_iter([of(14), of(15)]).execute(conn);
    assert_eq!(is_taken(chunks), taken);
    let many = [of(1), of(2)];
    let many = update_many(Row).rows(&many).set((Row.wide, Row.narrow));
    assert_eq!(is_taken(many.execute(conn)), taken);
    let one = [of(3)];
    let one = update_many(Row).rows(&one).set((Row.wide, Row.narrow));
    assert_eq!(is_taken(one.execute(conn)), taken);
    {
        let mut session = db.session();
        session.add(of(16));
        assert_eq!(is_taken(session.commit()), taken);
    }
    let mut session = db.session();
    let third = session.get_one(Row, 3).unwrap();
    let Row { wide, narrow, .. } = of(3);
    (session[third].wide, session[third].narrow) = (wide, narrow);
    assert_eq!(is_taken(session.commit()), taken);
    taken
}

fn doubles_are_stored_or_refused_in_each_place(db: &Db) {
    let conn = &mut rows(db);
    for double in DOUBLES {
        delete(Row).filter(Row.id.gt(3)).execute(conn).unwrap();
        let taken = writes(db, conn, |id| row(id, Some(double), None));
        let set = update(Row).set(Row.wide, double).filter(Row.id.eq(2));
        assert_eq!(is_taken(set.execute(conn)), taken, "{double}");
        let nothing = Row.wide.nullif(Row.wide);
        let set = update(Row).set(Row.wide, nothing.coalesce(double));
        assert_eq!(
            is_taken(set.filter(Row.id.eq(2)).execute(conn)),
            taken,
            "{double}"
        );
        let sql = "UPDATE float_rows SET wide = :wide WHERE id = :id";
        let one = raw(sql).bind("wide", double).bind("id", 2_i64);
        assert_eq!(is_taken(one.execute(conn)), taken, "{double}");
        let each = raw(sql).execute_many(["wide", "id"], [(double, 1_i64), (0.5, 2)], conn);
        assert_eq!(is_taken(each), taken, "{double}");
        let stored = select(Row.wide)
            .filter(Row.id.in_([1, 3]))
            .all(conn)
            .unwrap();
        for found in stored {
            let is_it = found.map(f64::to_bits) == Some(double.to_bits());
            assert_eq!(is_it, taken, "{double}: {found:?}");
        }
    }
}

fn singles_are_stored_or_refused_in_each_place(db: &Db) {
    let conn = &mut rows(db);
    for single in SINGLES {
        delete(Row).filter(Row.id.gt(3)).execute(conn).unwrap();
        let taken = writes(db, conn, |id| row(id, None, Some(single)));
        let set = update(Row).set(Row.narrow, single).filter(Row.id.le(3));
        assert_eq!(is_taken(set.execute(conn)), taken, "{single}");
        let stored = select(Row.narrow).filter(Row.id.le(3)).all(conn).unwrap();
        for found in stored {
            let found = found.unwrap();
            let is_it = found.to_bits() == single.to_bits();
            assert_eq!(is_it, taken, "{single}: {found:?}");
        }
        assert_eq!(
            taken,
            is_taken(
                insert(Row)
                    .values(row(20, Some(single.into()), None))
                    .execute(conn)
            )
        );
    }
}

fn conditions_take_what_is_stored(db: &Db) {
    let conn = &mut rows(db);
    for double in DOUBLES {
        let taken = is_taken(update(Row).set(Row.wide, double).execute(conn));
        for condition in [
            Row.wide.eq(double),
            Row.wide.ne(double),
            Row.wide.ge(double),
            Row.wide.between(double, double),
            Row.wide.in_([double, 1.5]),
            Row.wide
                .in_((0..200).map(f64::from).chain([double]).collect::<Vec<_>>()),
            Row.wide.distinct_from(double),
            Row.wide.coalesce(double).eq(0.5),
        ] {
            let found = select(Row.id).filter(condition.clone()).all(conn);
            assert_eq!(is_taken(found), taken, "{double}");
            let changed = update(Row).set(Row.narrow, 0.25).filter(condition);
            assert_eq!(is_taken(changed.execute(conn)), taken, "{double}");
        }
        let list = values("v", [(double,), (1.5,)]);
        let found = select(list.columns()).from(&list).all(conn);
        assert_eq!(is_taken(found), taken, "{double}");
        let found = raw("SELECT id FROM float_rows WHERE wide = :wide").bind("wide", double);
        assert_eq!(is_taken(found.all::<(i64,), _>(conn)), taken, "{double}");
        let found =
            raw("SELECT id FROM float_rows WHERE wide IN :list").bind_list("list", [double]);
        assert_eq!(is_taken(found.all::<(i64,), _>(conn)), taken, "{double}");
        update(Row).set(Row.wide, 1.5).execute(conn).unwrap();
    }
    for single in SINGLES {
        let taken = is_taken(update(Row).set(Row.narrow, single).execute(conn));
        for condition in [Row.narrow.eq(single), Row.narrow.in_([single, 0.5])] {
            let found = select(Row.id).filter(condition).all(conn);
            assert_eq!(is_taken(found), taken, "{single}");
        }
        update(Row).set(Row.narrow, 0.5).execute(conn).unwrap();
    }
}

fn upserts_take_what_is_stored(db: &Db) {
    let conn = &mut rows(db);
    for double in DOUBLES {
        let taken = is_taken(insert(Row).values(row(9, Some(double), None)).execute(conn));
        delete(Row).filter(Row.id.eq(9)).execute(conn).unwrap();
        let new = insert(Row).values(row(1, Some(double), None));
        let new = new
            .on_conflict(Row.id)
            .do_update(|new| [Row.wide.to(new.wide)]);
        assert_eq!(is_taken(new.execute(conn)), taken, "{double}");
        let old = insert(Row).values(row(2, Some(0.5), None));
        let old = old.on_conflict(Row.id).do_update(|_| [Row.wide.to(double)]);
        assert_eq!(is_taken(old.execute(conn)), taken, "{double}");
    }
}

fn computed_values_are_held_to_their_columns(db: &Db) {
    let conn = &mut rows(db);
    let largest = update(Row)
        .set(Row.wide, f64::MAX)
        .set(Row.narrow, f32::MAX);
    largest.execute(conn).unwrap();
    let before = select(Row).order_by(Row.id).all(conn).unwrap();
    for statement in [
        update(Row).set(Row.wide, Row.wide * 10.0),
        update(Row).set(Row.wide, Row.wide + Row.wide),
        update(Row).set(Row.wide, -Row.wide - Row.wide),
        update(Row).set(Row.wide, Row.wide / 0.1),
        update(Row).set(Row.narrow, Row.narrow * 10.0),
        update(Row).set(Row.narrow, -Row.narrow * Row.narrow),
        update(Row).set(
            Row.narrow,
            case().when(Row.id.gt(0), Row.narrow * 2.0).otherwise(0.5),
        ),
    ] {
        fails(statement.execute(conn), ErrorKind::OutOfRange);
    }
    let larger = select((Row.id + 10, Row.wide * 2.0));
    let larger = insert(Row).from_select((Row.id, Row.wide), larger);
    fails(larger.execute(conn), ErrorKind::OutOfRange);
    let larger = select((Row.id + 10, Row.narrow * 2.0));
    let larger = insert(Row).from_select((Row.id, Row.narrow), larger);
    fails(larger.execute(conn), ErrorKind::OutOfRange);
    let mut session = db.session();
    let first = session.get_one(Row, 1).unwrap();
    session.set(first, Row.narrow, Row.narrow * 2.0).unwrap();
    fails(session.commit(), ErrorKind::OutOfRange);
    drop(session);
    let found = select(Row).order_by(Row.id).all(conn).unwrap();
    assert_eq!(found, before);
    // What fits is stored in the column's own precision.
    update(Row).set(Row.narrow, 0.1).execute(conn).unwrap();
    let sum = update(Row)
        .set(Row.narrow, Row.narrow + 0.2)
        .set(Row.wide, Row.wide / 2.0);
    sum.execute(conn).unwrap();
    let stored = select((Row.narrow, Row.wide)).first(conn).unwrap();
    assert_eq!(stored, Some((Some(0.1 + 0.2), Some(f64::MAX / 2.0))));
    let equal = select(Row).filter(Row.narrow.eq(0.1_f32 + 0.2_f32));
    assert_eq!(equal.count(conn).unwrap(), 3);
}

/// A result beyond the range is an error, or infinite, or the greatest double, as the database has it: never a smaller number.
fn results_beyond_a_double_are_infinite_or_errors(db: &Db) {
    let conn = &mut rows(db);
    update(Row).set(Row.wide, f64::MAX).execute(conn).unwrap();
    let results = [
        select(Row.wide * 10.0).first(conn),
        select(Row.wide + Row.wide).first(conn),
        select(Row.wide / 0.1).first(conn),
        select(sum(Row.wide)).from(Row).first(conn),
        select(avg(Row.wide) * 2.0).from(Row).first(conn),
    ];
    for result in results {
        if is_taken(result.clone()) {
            let found = result.unwrap().flatten();
            assert!(found.is_some_and(|found| found >= f64::MAX), "{found:?}");
        }
    }
    // The connection is as it was.
    assert_eq!(select(Row).count(conn).unwrap(), 3);
    let found = select(Row.id).filter((Row.wide * 10.0).lt(1.0)).all(conn);
    if is_taken(found.clone()) {
        assert_eq!(found.unwrap(), [0; 0]);
    }
}

#[derive(Model, Clone, Debug)]
#[orm(table = "float_documents")]
struct Document {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    lone: Json<f64>,
    many: Json<Vec<Option<f64>>>,
}

/// JSON has no NaN and no infinity: serde writes null.
fn documents_have_null_instead(db: &Db) {
    Metadata::of((Document,)).create_all(&db.engine).unwrap();
    let conn = &mut db.engine.connection().unwrap();
    for (id, double) in (1..).zip(DOUBLES) {
        let document = Document {
            id,
            lone: Json(double),
            many: Json(vec![Some(double), Some(0.5)]),
        };
        insert(Document).values(document).execute(conn).unwrap();
        let many = select(Document.many).filter(Document.id.eq(id)).one(conn);
        assert_eq!(many.unwrap(), Json(vec![None, Some(0.5)]));
        let lone = select(Document.lone).filter(Document.id.eq(id)).one(conn);
        fails(lone, ErrorKind::Decode);
    }
}
