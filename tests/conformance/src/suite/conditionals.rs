//! CASE and NULLIF: in each clause, with values of each type, and with NULL.

use std::collections::HashSet;

use chrono::{NaiveDate, NaiveTime};
use orm::ErrorKind;
use orm::prelude::*;
use orm::query::Expr;
use orm::types::DbType;
use uuid::Uuid;

use crate::cases;
use crate::database::Db;

cases![
    "conditionals":
    the_first_true_condition_wins,
    an_unknown_condition_is_passed_over,
    without_otherwise_the_rest_is_null,
    values_of_each_type_come_back,
    choices_filter_and_order,
    choices_are_grouped_and_summed (crate::suite::Requires::RepeatedExpressions),
    choices_are_assigned,
    nullif_is_null_for_equal_values,
    each_choice_has_a_text_of_its_own,
    choices_of_choices_end,
];

#[derive(DbEnum, Clone, Debug, PartialEq)]
enum Grade {
    Good,
    Bad,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "choice_items")]
struct Item {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 20)]
    name: String,
    n: i32,
    size: Option<i32>,
    #[orm(length = 20)]
    note: Option<String>,
    grade: Grade,
}

/// Three items: 1, 2 and 3, the last one without size and note.
fn items(db: &Db) -> Connection {
    Metadata::of((Item,)).create_all(&db.engine).unwrap();
    let mut conn = db.engine.connection().unwrap();
    for (name, n, size, note) in [
        ("one", 1, Some(10), Some("")),
        ("two", 2, Some(20), Some("x")),
        ("three", 3, None, None),
    ] {
        let item = Item::builder().name(name).n(n).size(size);
        let item = item.note(note.map(str::to_owned)).grade(Grade::Bad);
        insert(Item).values(item).execute(&mut conn).unwrap();
    }
    conn
}

/// The values of an expression, in the order of the items.
fn of_items<T: DbType>(conn: &mut Connection, expr: Expr<T>) -> Vec<T> {
    select(expr).from(Item).order_by(Item.n).all(conn).unwrap()
}

fn the_first_true_condition_wins(db: &Db) {
    let conn = &mut items(db);
    let name = case()
        .when(Item.n.lt(2), "small")
        .when(Item.n.lt(3), "middle")
        .otherwise("large");
    assert_eq!(of_items(conn, name), ["small", "middle", "large"]);
    let own = case().when(Item.n.eq(2), "the second").otherwise(Item.name);
    assert_eq!(of_items(conn, own), ["one", "the second", "three"]);
    let more = case().when(Item.n.eq(1), Item.n + 10).otherwise(Item.n * 2);
    assert_eq!(of_items(conn, more), [11, 4, 6]);
}

fn an_unknown_condition_is_passed_over(db: &Db) {
    let conn = &mut items(db);
    let size = case()
        .when(Item.size.gt(15), 1)
        .when(!Item.size.gt(15), 2)
        .otherwise(3);
    assert_eq!(of_items(conn, size), [2, 1, 3]);
}

fn without_otherwise_the_rest_is_null(db: &Db) {
    let conn = &mut items(db);
    let name = case().when(Item.n.gt(1), Item.name).end();
    let expected = [None, Some("two".to_owned()), Some("three".to_owned())];
    assert_eq!(of_items(conn, name), expected);
    let size = case().when(Item.n.gt(1), Item.size).otherwise(0);
    assert_eq!(of_items(conn, size), [Some(0), Some(20), None]);
    let null = case()
        .when(Item.n.eq(1), 5)
        .when(Item.n.eq(2), Null)
        .otherwise(7);
    assert_eq!(of_items(conn, null), [Some(5), None, Some(7)]);
    let none = case().when(Item.n.eq(1), Item.size).otherwise(None::<i32>);
    assert_eq!(of_items(conn, none), [Some(10), None, None]);
}

/// Chooses between two values where no column has their type.
macro_rules! come_back {
    ($conn:expr, $($one:expr, $other:expr;)+) => {$(
        let chosen = case().when(Item.n.eq(1), $one).otherwise($other);
        assert_eq!(of_items($conn, chosen), [$one, $other, $other]);
        let chosen = case().when(Item.n.eq(1), $one).end();
        assert_eq!(of_items($conn, chosen), [Some($one), None, None]);
    )+};
}

fn values_of_each_type_come_back(db: &Db) {
    let conn = &mut items(db);
    let date = |year| NaiveDate::from_ymd_opt(year, 2, 3).unwrap();
    let time = |hour| NaiveTime::from_hms_opt(hour, 5, 6).unwrap();
    let at = |year| date(year).and_time(time(4));
    come_back! {
        conn,
        true, false;
        7_i16, -7_i16;
        i32::MAX, i32::MIN;
        i64::MAX, i64::MIN;
        0.5_f32, -0.25_f32;
        0.1_f64, 1e300_f64;
        "ünï".to_owned(), String::new();
        vec![0_u8, 255], Vec::<u8>::new();
        Grade::Good, Grade::Bad;
        date(2024), date(1969);
        time(7), time(0);
        at(2024), at(1969);
        at(2024).and_utc(), at(1969).and_utc();
        Uuid::from_u128(7), Uuid::from_u128(u128::MAX);
    }
}

fn choices_filter_and_order(db: &Db) {
    let conn = &mut items(db);
    let rank = || {
        case()
            .when(Item.name.eq("two"), 0)
            .when(Item.note.is_null(), 1)
            .otherwise(2)
    };
    let names = select(Item.name).order_by((rank().desc(), Item.id));
    assert_eq!(names.all(conn).unwrap(), ["one", "three", "two"]);
    let names = select(Item.name).filter(rank().ge(1)).order_by(rank());
    assert_eq!(names.all(conn).unwrap(), ["three", "one"]);
    // A choice of truth values is a condition.
    let shown = case().when(Item.n.gt(2), true).otherwise(false);
    let names = select(Item.name).filter(shown);
    assert_eq!(names.all(conn).unwrap(), ["three"]);
    let among = case().when(Item.n.gt(2), "z").otherwise(Item.name);
    let names = select(Item.n).filter(among.in_(["z", "one"]));
    assert_eq!(names.order_by(Item.n).all(conn).unwrap(), [1, 3]);
}

fn choices_are_grouped_and_summed(db: &Db) {
    let conn = &mut items(db);
    let kind = || case().when(Item.n.lt(2), "low").otherwise("high");
    let query = select((kind(), count_all())).from(Item);
    let groups = query.group_by(kind()).order_by(kind()).all(conn);
    assert_eq!(
        groups.unwrap(),
        [("high".to_owned(), 2), ("low".to_owned(), 1)]
    );
    let large = case().when(Item.n.gt(1), 1).otherwise(0);
    let total: Option<i64> = select(sum(large)).one(conn).unwrap();
    assert_eq!(total, Some(2));
    let noted = case().when(Item.note.is_not_null(), Item.id).end();
    assert_eq!(select(count(noted)).one(conn).unwrap(), 2);
}

fn choices_are_assigned(db: &Db) {
    let conn = &mut items(db);
    let grade = case().when(Item.n.gt(1), Grade::Good);
    let size = case().when(Item.size.is_null(), 0).otherwise(Item.size);
    let updated = update(Item)
        .set(Item.grade, grade.otherwise(Item.grade))
        .set(Item.size, size)
        .set(Item.note, case().when(Item.n.eq(3), "new").end());
    assert_eq!(updated.execute(conn).unwrap(), 3);
    let rows = select((Item.grade, Item.size, Item.note)).order_by(Item.n);
    assert_eq!(
        rows.all(conn).unwrap(),
        [
            (Grade::Bad, Some(10), None),
            (Grade::Good, Some(20), None),
            (Grade::Good, Some(0), Some("new".to_owned())),
        ]
    );
}

fn nullif_is_null_for_equal_values(db: &Db) {
    let conn = &mut items(db);
    let note = Item.note.nullif("");
    assert_eq!(of_items(conn, note), [None, Some("x".to_owned()), None]);
    let n = (Item.n - 1).nullif(0);
    assert_eq!(of_items(conn, n), [None, Some(1), Some(2)]);
    let size = Item.size.nullif(Item.n * 10).coalesce(-1);
    assert_eq!(of_items(conn, size), [-1, -1, -1]);
    // NULL equals nothing.
    let kept = Item.n.nullif(Null);
    assert_eq!(of_items(conn, kept), [Some(1), Some(2), Some(3)]);
    let grade = Item.grade.nullif(Grade::Good);
    assert_eq!(of_items(conn, grade), [(); 3].map(|()| Some(Grade::Bad)));
}

/// Values are binds, and what else differs is part of the shape.
fn each_choice_has_a_text_of_its_own(db: &Db) {
    items(db);
    let mut conn = db.engine.connection().unwrap();
    let queries = || {
        [
            case().when(Item.n.eq(1), 5).end(),
            case().when(Item.n.eq(1), 5).otherwise(None::<i32>),
            case().when(Item.n.ne(1), 5).end(),
            case().when(Item.n.eq(1), Item.n).end(),
            case().when(Item.n.eq(1), 5).when(Item.n.eq(2), 6).end(),
            Item.n.nullif(5),
            Item.n.nullif(Item.size),
        ]
    };
    let mut round = || {
        db.sent();
        for query in queries() {
            assert_eq!(of_items(&mut conn, query).len(), 3);
        }
        db.sent()
    };
    let rendered = round();
    assert_eq!(round(), rendered);
    let distinct: HashSet<&String> = rendered.iter().collect();
    assert_eq!(distinct.len(), rendered.len(), "{rendered:?}");
    // Of one text, each run has its own values.
    for (number, expected) in [(1, 7), (2, 8)] {
        let chosen = case().when(Item.n.eq(number), expected).end();
        let found = of_items(&mut conn, chosen);
        assert_eq!(found.into_iter().flatten().collect::<Vec<_>>(), [expected]);
    }
}

fn choices_of_choices_end(db: &Db) {
    let conn = &mut items(db);
    let mut nested: Expr<i32> = case().when(Item.n.eq(1), 1).otherwise(0);
    for _ in 0..20 {
        nested = case().when(Item.n.eq(2), 2).otherwise(nested);
    }
    assert_eq!(of_items(conn, nested.clone()), [1, 2, 0]);
    for _ in 0..500 {
        nested = case().when(Item.n.eq(2), 2).otherwise(nested);
    }
    let error = select(nested).all(conn).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
}
