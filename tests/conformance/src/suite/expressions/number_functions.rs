//! The portable functions of numbers: each with the edges of its argument, and NULL.

use orm::ErrorKind;
use orm::prelude::*;
use orm::query::Expr;

use crate::cases;
use crate::database::Db;

cases![
    "number_functions":
    signs_and_absolute_values,
    floats_are_rounded,
    roots_powers_and_logarithms,
    numbers_beyond_a_float_are_errors,
];

#[derive(Model, Clone, Debug)]
#[orm(table = "func_numbers")]
struct Number {
    #[orm(primary_key)]
    id: i64,
    x: Option<f64>,
    small: Option<f32>,
    n: i32,
    big: Option<i64>,
}

const NUMBERS: [Option<f64>; 12] = [
    None,
    Some(-1e10),
    Some(-2.5),
    Some(-1.5),
    Some(-0.5),
    Some(0.0),
    Some(0.25),
    Some(0.5),
    Some(1.5),
    Some(2.0),
    Some(2.5),
    Some(1e10),
];

fn numbers(db: &Db, values: &[Option<f64>]) -> Connection {
    Metadata::of((Number,)).create_all(&db.engine).unwrap();
    let mut conn = db.engine.connection().unwrap();
    for value in values {
        #[expect(clippy::cast_possible_truncation, reason = "these are small")]
        let number = Number::builder()
            .x(*value)
            .small(value.map(|value| value as f32))
            .n(value.unwrap_or(7.0) as i32)
            .big(value.map(|value| value as i64));
        insert(Number).values(number).execute(&mut conn).unwrap();
    }
    conn
}

/// Compares an expression with what `expected` makes of a number.
#[track_caller]
fn of_numbers(
    conn: &mut Connection,
    expr: Expr<Option<f64>>,
    expected: impl Fn(f64) -> Option<f64>,
) {
    let query = select((Number.x, expr)).order_by(Number.id);
    let rows = query.all(conn).unwrap();
    assert_eq!(rows.len(), NUMBERS.len());
    for (x, found) in rows {
        match (x.and_then(&expected), found) {
            (Some(expected), Some(found)) => {
                let error = (expected - found).abs();
                assert!(
                    error <= expected.abs() * 1e-14,
                    "of {x:?}: {found}, not {expected}"
                );
            }
            (expected, found) => assert_eq!(found, expected, "of {x:?}"),
        }
    }
}

fn signs_and_absolute_values(db: &Db) {
    let conn = &mut numbers(db, &NUMBERS);
    of_numbers(conn, Number.x.abs(), |x| Some(x.abs()));
    let small = select((Number.small, Number.small.abs(), Number.small.sign()));
    for (small, abs, _) in small.all(conn).unwrap() {
        assert_eq!(abs, small.map(f32::abs));
    }
    let signs = select((
        Number.x.sign(),
        Number.n.sign(),
        Number.n.abs(),
        Number.big.abs(),
    ));
    let signs = signs
        .filter(Number.x.is_null() | Number.x.between(-2.5, 2.5))
        .order_by(Number.id);
    let (none, int) = (None, |n| Some(n));
    assert_eq!(
        signs.all(conn).unwrap(),
        [
            (none, 1, 7, None),
            (int(-1), -1, 2, Some(2)),
            (int(-1), -1, 1, Some(1)),
            (int(-1), 0, 0, Some(0)),
            (int(0), 0, 0, Some(0)),
            (int(1), 0, 0, Some(0)),
            (int(1), 0, 0, Some(0)),
            (int(1), 1, 1, Some(1)),
            (int(1), 1, 2, Some(2)),
            (int(1), 1, 2, Some(2)),
        ]
    );
}

fn floats_are_rounded(db: &Db) {
    let conn = &mut numbers(db, &NUMBERS);
    of_numbers(conn, Number.x.ceil(), |x| Some(x.ceil()));
    of_numbers(conn, Number.x.floor(), |x| Some(x.floor()));
    of_numbers(conn, Number.x.round(), |x| Some(x.round_ties_even()));
    of_numbers(conn, (Number.x * 1.1).round(), |x| {
        Some((x * 1.1).round_ties_even())
    });
    let small = select((Number.small, Number.small.round()));
    for (small, round) in small.all(conn).unwrap() {
        assert_eq!(round, small.map(f32::round_ties_even));
    }
}

fn roots_powers_and_logarithms(db: &Db) {
    let conn = &mut numbers(db, &NUMBERS);
    of_numbers(conn, Number.x.sqrt(), |x| (x >= 0.0).then(|| x.sqrt()));
    of_numbers(conn, Number.x.ln(), |x| (x > 0.0).then(|| x.ln()));
    of_numbers(conn, Number.x.power(2.0), |x| Some(x.powi(2)));
    of_numbers(conn, Number.x.abs().power(0.5), |x| Some(x.abs().sqrt()));
    of_numbers(conn, Number.x.power(None::<f64>), |_| None);
    of_numbers(conn, (Number.x * 1e-10).exp(), |x| Some((x * 1e-10).exp()));
    let of_int = select(Number.n.power(3.0)).filter(Number.n.eq(-2));
    assert_eq!(of_int.first(conn).unwrap(), Some(-8.0));
    let roots = select(Number.big.sqrt()).filter(Number.n.eq(7) | Number.big.eq(2));
    let roots = roots.order_by(Number.id).all(conn).unwrap();
    assert_eq!(roots, [None, Some(2_f64.sqrt()), Some(2_f64.sqrt())]);
}

fn numbers_beyond_a_float_are_errors(db: &Db) {
    let conn = &mut numbers(db, &[Some(0.0)]);
    for beyond in [
        (Number.x + 1000.0).exp(),
        Number.x.power(-1.0),
        (Number.x - 8.0).power(0.5),
        (Number.x + 1e200).power(2.0),
    ] {
        let error = select(beyond).all(conn).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutOfRange, "{error}");
    }
}
