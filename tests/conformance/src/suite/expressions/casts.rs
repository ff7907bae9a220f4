//! CAST between the types whose conversion means the same everywhere.

use orm::ErrorKind;
use orm::prelude::*;

use crate::cases;
use crate::database::Db;

cases![
    "casts":
    integers_become_wider_floats_and_texts,
    floats_lose_their_fraction,
    floats_that_are_no_integer_are_errors,
    truth_values_become_numbers,
    labels_become_texts,
    null_stays_null,
];

#[derive(DbEnum, Clone, Debug, PartialEq)]
enum Grade {
    Good,
    #[orm(rename = "very bad")]
    Bad,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "cast_rows")]
struct Item {
    #[orm(primary_key)]
    id: i64,
    tiny: i16,
    n: i32,
    big: i64,
    x: f64,
    small: f32,
    flag: bool,
    grade: Grade,
    none: Option<i32>,
}

fn items(db: &Db, values: &[(i64, f64)]) -> Connection {
    Metadata::of((Item,)).create_all(&db.engine).unwrap();
    let mut conn = db.engine.connection().unwrap();
    for (big, x) in values {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "small, or infinite on purpose"
        )]
        let small = if x.abs() < 1e30 { *x as f32 } else { 0.5 };
        let item = Item::builder()
            .tiny(i16::try_from(*big).unwrap_or(-7))
            .n(i32::try_from(*big).unwrap_or(i32::MIN))
            .big(*big)
            .x(*x)
            .small(small)
            .flag(*big > 0)
            .grade(Grade::Bad);
        insert(Item).values(item).execute(&mut conn).unwrap();
    }
    conn
}

fn integers_become_wider_floats_and_texts(db: &Db) {
    let conn = &mut items(db, &[(0, 0.0), (-3, 0.0), (i64::MAX, 0.0), (i64::MIN, 0.0)]);
    let tiny = select((
        Item.tiny,
        Item.tiny.cast::<i32>(),
        Item.tiny.cast::<i64>(),
        Item.tiny.cast::<f64>(),
        Item.tiny.cast::<String>(),
    ));
    for (tiny, n, big, float, text) in tiny.all(conn).unwrap() {
        let expected = (n, big, float, text.as_str());
        assert_eq!(
            expected,
            (tiny.into(), tiny.into(), tiny.into(), &*tiny.to_string())
        );
    }
    let n = select((
        Item.n,
        Item.n.cast::<i64>(),
        Item.n.cast::<f64>(),
        Item.n.cast::<String>(),
    ));
    for (n, big, float, text) in n.all(conn).unwrap() {
        assert_eq!((big, float, text), (n.into(), n.into(), n.to_string()));
    }
    let big = select((Item.big, Item.big.cast::<f64>(), Item.big.cast::<String>()));
    for (big, float, text) in big.all(conn).unwrap() {
        #[expect(clippy::cast_precision_loss, reason = "so do the databases")]
        let expected = (big as f64, big.to_string());
        assert_eq!((float, text), expected);
    }
    let found = select(Item.id).filter(Item.n.cast::<String>().starts_with("-3"));
    assert_eq!(found.count(conn).unwrap(), 1);
    let sum = select(Item.n.cast::<i64>() + Item.big).filter(Item.big.eq(-3));
    assert_eq!(sum.one(conn).unwrap(), -6);
}

fn floats_lose_their_fraction(db: &Db) {
    let floats = [
        0.0,
        0.5,
        -0.5,
        1.5,
        2.5,
        -2.5,
        2.999,
        -2.999,
        9_007_199_254_740_993.0,
        -9e15,
    ];
    let conn = &mut items(db, &floats.map(|x| (1, x)));
    let query = select((
        Item.x,
        Item.x.cast::<i64>(),
        Item.small,
        Item.small.cast::<i64>(),
    ));
    for (x, whole, small, small_whole) in query.all(conn).unwrap() {
        #[expect(clippy::cast_possible_truncation, reason = "what is expected")]
        let expected = (x as i64, small as i64);
        assert_eq!((whole, small_whole), expected, "of {x}");
    }
    let wide = select((Item.small, Item.small.cast::<f64>()));
    for (small, wide) in wide.all(conn).unwrap() {
        assert_eq!(wide.to_bits(), f64::from(small).to_bits());
    }
}

fn floats_that_are_no_integer_are_errors(db: &Db) {
    let conn = &mut items(db, &[(1, 1e19)]);
    for query in [
        select(Item.x.cast::<i64>()),
        select((Item.x * -1.0).cast::<i64>()),
    ] {
        let error = query.all(conn).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutOfRange, "{error}");
    }
}

fn truth_values_become_numbers(db: &Db) {
    let conn = &mut items(db, &[(1, 0.0), (0, 0.0)]);
    let numbers = select((Item.flag.cast::<i32>(), Item.n.gt(0).value().cast::<i32>()));
    let numbers = numbers.order_by(Item.id).all(conn).unwrap();
    assert_eq!(numbers, [(1, Some(1)), (0, Some(0))]);
    assert_eq!(
        select(sum(Item.flag.cast::<i32>())).one(conn).unwrap(),
        Some(1)
    );
}

fn labels_become_texts(db: &Db) {
    let conn = &mut items(db, &[(1, 0.0)]);
    let label = select(Item.grade.cast::<String>().concat("!"));
    assert_eq!(label.one(conn).unwrap(), "very bad!");
}

fn null_stays_null(db: &Db) {
    let conn = &mut items(db, &[(1, 0.0)]);
    let none = select((
        Item.none.cast::<i64>(),
        Item.none.cast::<f64>(),
        Item.none.cast::<String>(),
    ));
    assert_eq!(none.one(conn).unwrap(), (None, None, None));
}
