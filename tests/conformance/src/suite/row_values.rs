//! IN of rows: lists of tuples, and queries of several columns.

use std::collections::HashSet;

use orm::ErrorKind;
use orm::prelude::*;

use crate::cases;
use crate::database::Db;
use crate::suite::Requires;
use crate::suite::support::fails;

cases![
    "row_values":
    rows_are_found_as_a_whole,
    a_list_without_rows_is_false,
    a_null_in_a_row_is_unknown,
    columns_stand_beside_values,
    queries_of_rows_are_searched (Requires::RowValues),
    writes_take_rows (Requires::RowValues),
    long_lists_of_rows (Requires::ManyBinds),
    each_list_has_a_text_of_its_own,
];

#[derive(DbEnum, Clone, Copy, Debug, PartialEq)]
enum Side {
    Left,
    Right,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "tuple_seats")]
struct Seat {
    #[orm(primary_key)]
    train: i64,
    #[orm(primary_key)]
    number: i32,
    side: Side,
    #[orm(length = 20)]
    guest: Option<String>,
}

/// Seats 1 to 3 of the trains 1 and 2; only the first of each is taken.
fn seats(db: &Db) -> Connection {
    Metadata::of((Seat,)).create_all(&db.engine).unwrap();
    let mut conn = db.engine.connection().unwrap();
    for train in [1, 2] {
        for (number, side) in [(1, Side::Left), (2, Side::Right), (3, Side::Left)] {
            let guest = (number == 1).then(|| format!("guest {train}"));
            let seat = Seat::builder().train(train).number(number);
            let seat = seat.side(side).guest(guest);
            insert(Seat).values(seat).execute(&mut conn).unwrap();
        }
    }
    db.sent();
    conn
}

/// The seats for which a condition holds.
fn found(conn: &mut Connection, condition: Predicate) -> Vec<(i64, i32)> {
    let query = select((Seat.train, Seat.number)).filter(condition);
    let query = query.order_by((Seat.train, Seat.number));
    query.all(conn).unwrap()
}

fn rows_are_found_as_a_whole(db: &Db) {
    let conn = &mut seats(db);
    let seat = (Seat.train, Seat.number);
    // Train 1 has a seat 3 and train 2 a seat 1, but these are not asked for.
    let rows = [(1, 1), (2, 3), (7, 7)];
    assert_eq!(found(conn, seat.in_(rows)), [(1, 1), (2, 3)]);
    let others = [(1, 2), (1, 3), (2, 1), (2, 2)];
    assert_eq!(found(conn, seat.not_in(rows)), others);
    assert_eq!(found(conn, seat.in_(rows.iter())), [(1, 1), (2, 3)]);
    assert_eq!(found(conn, seat.in_(rows.to_vec())), [(1, 1), (2, 3)]);
    let unordered: HashSet<(i64, i32)> = rows.into();
    assert_eq!(found(conn, seat.in_(unordered)), [(1, 1), (2, 3)]);
    let named = (Seat.train, Seat.side, Seat.guest);
    let rows = [(1, Side::Left, "guest 1"), (2, Side::Right, "guest 2")];
    assert_eq!(found(conn, named.in_(rows)), [(1, 1)]);
    let next = (Seat.train, Seat.number + 1);
    assert_eq!(found(conn, next.in_([(2, 2), (2, 9)])), [(2, 1)]);
    let either = seat.in_([(1, 2)]) | seat.in_([(2, 2)]);
    assert_eq!(found(conn, either & Seat.train.eq(2)), [(2, 2)]);
}

fn a_list_without_rows_is_false(db: &Db) {
    let conn = &mut seats(db);
    let seat = (Seat.train, Seat.number);
    let none: Vec<(i64, i32)> = Vec::new();
    assert_eq!(found(conn, seat.in_(&none)), [(0, 0); 0]);
    assert_eq!(found(conn, seat.not_in(none)).len(), 6);
}

fn a_null_in_a_row_is_unknown(db: &Db) {
    let conn = &mut seats(db);
    let guest = (Seat.number, Seat.guest);
    assert_eq!(found(conn, guest.in_([(2, "guest 1")])), [(0, 0); 0]);
    // The number alone decides about the seats 3; about those of 2 nothing does.
    let others = [(1, 1), (1, 3), (2, 1), (2, 3)];
    assert_eq!(found(conn, guest.not_in([(2, "guest 1")])), others);
    assert_eq!(found(conn, !guest.in_([(2, "guest 1")])), others);
}

fn columns_stand_beside_values(db: &Db) {
    let conn = &mut seats(db);
    let seat = (Seat.train, Seat.number);
    let seconds = [(Seat.train, 2), (Seat.train, 9)];
    assert_eq!(found(conn, seat.in_(seconds)), [(1, 2), (2, 2)]);
    assert_eq!(found(conn, seat.not_in(seconds)).len(), 4);
    let one = [(Seat.train, Seat.number + 1)];
    assert_eq!(found(conn, seat.in_(one)), [(0, 0); 0]);
}

fn queries_of_rows_are_searched(db: &Db) {
    let conn = &mut seats(db);
    let seat = (Seat.train, Seat.number);
    let last = select((Seat.train, max(Seat.number))).group_by(Seat.train);
    assert_eq!(found(conn, seat.in_(last.clone())), [(1, 3), (2, 3)]);
    assert_eq!(found(conn, seat.not_in(last)).len(), 4);
    let other = Seat.alias("other");
    let limited = select((other.train, other.number))
        .order_by((other.train.desc(), other.number))
        .limit(1);
    assert_eq!(found(conn, seat.in_(limited)), [(2, 1)]);
    let wrong = select((Seat.train, other.number));
    let query = select(Seat.train).filter(seat.in_(wrong));
    fails(query.all(conn), ErrorKind::Usage);
}

fn writes_take_rows(db: &Db) {
    let conn = &mut seats(db);
    let seat = (Seat.train, Seat.number);
    let moved = update(Seat)
        .set(Seat.guest, "x")
        .filter(seat.in_([(1, 2), (2, 2)]));
    assert_eq!(moved.execute(conn).unwrap(), 2);
    let free = select((Seat.train, Seat.number)).filter(Seat.guest.is_null());
    assert_eq!(
        delete(Seat).filter(seat.in_(free)).execute(conn).unwrap(),
        2
    );
    assert_eq!(select(Seat).count(conn).unwrap(), 4);
}

fn long_lists_of_rows(db: &Db) {
    let conn = &mut seats(db);
    let seat = (Seat.train, Seat.number);
    let rows = |count: i32| (0..count).map(|number| (2, number + 2));
    assert_eq!(found(conn, seat.in_(rows(5_000))), [(2, 2), (2, 3)]);
    assert_eq!(found(conn, seat.not_in(rows(5_000))).len(), 4);
    db.sent();
    let limit = db.capabilities().bind_limit;
    let query = select(Seat.train).filter(seat.in_(rows(i32::try_from(limit).unwrap())));
    let error = query.all(conn).unwrap_err();
    assert!(error.is_unsupported(), "{error}");
    assert_eq!(db.sent(), [""; 0]);
}

fn each_list_has_a_text_of_its_own(db: &Db) {
    let mut conn = seats(db);
    let seat = (Seat.train, Seat.number);
    let conditions = || {
        [
            seat.in_([(1, 1)]),
            seat.not_in([(1, 1)]),
            seat.in_([(1, 1), (1, 2)]),
            (Seat.train, Seat.side).in_([(1, Side::Left)]),
            (Seat.train, Seat.number, Seat.side).in_([(1, 1, Side::Left)]),
            seat.in_([(Seat.train, Seat.number)]),
        ]
    };
    let mut round = || {
        db.sent();
        for condition in conditions() {
            assert!(!found(&mut conn, condition).is_empty());
        }
        db.sent()
    };
    let rendered = round();
    assert_eq!(round(), rendered);
    let distinct: HashSet<&String> = rendered.iter().collect();
    assert_eq!(distinct.len(), rendered.len(), "{rendered:?}");
    // Of one text, each run has its own rows.
    for row in [(1, 2), (2, 3)] {
        assert_eq!(found(&mut conn, seat.in_([row])), [row]);
    }
}
