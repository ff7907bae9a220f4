//! Quotients and means of exact decimals have the digits that the query states, rounded once.

use orm::prelude::*;
use orm::query::avg_dp;
use orm::value::Decimal as Number;
use rust_decimal::Decimal;

use super::decimals::{Item, d, items};
use crate::cases;
use crate::database::Db;
use crate::suite::Requires;

cases![
    "decimal_quotients":
    quotients_are_rounded_once (Requires::Decimals),
    division_by_zero_is_null (Requires::Decimals),
    means_have_their_digits (Requires::Decimals),
    quotients_are_compared_as_numbers (Requires::Decimals),
    integers_become_decimals (Requires::Decimals),
    values_are_left_operands (Requires::Decimals),
];

#[derive(Model, Clone, Debug)]
#[orm(table = "decimal_fractions")]
struct Fraction {
    #[orm(primary_key)]
    id: i64,
    #[orm(precision = 18, scale = 4)]
    a: Decimal,
    #[orm(precision = 18, scale = 4)]
    b: Decimal,
    whole: i32,
}

fn fractions(db: &Db, pairs: &[(Decimal, Decimal)]) -> Connection {
    Metadata::of((Fraction,)).create_all(&db.engine).unwrap();
    let mut conn = db.engine.connection().unwrap();
    let rows = pairs.iter().map(|(a, b)| Fraction {
        id: 0,
        a: *a,
        b: *b,
        whole: 3,
    });
    let rows: Vec<Fraction> = rows.collect();
    insert(Fraction).values(rows).execute(&mut conn).unwrap();
    conn
}

/// The quotient by the arithmetic of the library, whose own tests are exact.
fn quotient(a: Decimal, b: Decimal, digits: u32) -> Option<Decimal> {
    let number = |decimal: Decimal| decimal.to_string().parse::<Number>().unwrap();
    let quotient = number(a).checked_div(number(b), digits)?;
    Some(d(&quotient.to_string()))
}

fn quotients_are_rounded_once(db: &Db) {
    let mut pairs: Vec<(Decimal, Decimal)> = [
        ("1", "3"),
        ("2", "3"),
        ("-2", "3"),
        ("1", "8"),
        ("-1", "8"),
        ("0.125", "-1"),
        ("1", "-0.0003"),
        ("99999999999999.9999", "0.0001"),
        ("0.0001", "99999999999999.9999"),
        ("0", "7"),
        // 0.12499… with 15 nines: rounded twice it is 0.13.
        ("12499999999999.9999", "99999999999999.9999"),
        ("-12499999999999.9999", "99999999999999.9999"),
    ]
    .map(|(a, b)| (d(a), d(b)))
    .into();
    for n in 1..60_i64 {
        let part = Decimal::new(n * 7_919 - 200_000, 4);
        pairs.push((part, Decimal::new(n * n - 900, 2)));
        pairs.push((Decimal::new(2 * n + 1, 3), d("-0.2")));
    }
    pairs.retain(|(_, b)| !b.is_zero());
    let mut conn = fractions(db, &pairs);
    for digits in [0, 2, 9] {
        let query = select(Fraction.a.div_dp(Fraction.b, digits)).order_by(Fraction.id);
        let expected = pairs.iter().map(|(a, b)| quotient(*a, *b, digits.into()));
        let found = query.all(&mut conn).unwrap();
        for ((pair, found), expected) in pairs.iter().zip(found).zip(expected) {
            assert_eq!(found, expected, "{} / {} to {digits}", pair.0, pair.1);
        }
    }
}

fn division_by_zero_is_null(db: &Db) {
    let mut conn = fractions(db, &[(d("1.5"), d("0")), (d("0"), d("0"))]);
    let query = select((
        Fraction.a.div_dp(Fraction.b, 2),
        Fraction.a.div_dp(Decimal::ZERO, 2),
        Fraction.a.div_dp(None::<Decimal>, 2),
    ));
    assert_eq!(query.all(&mut conn).unwrap(), [(None, None, None); 2]);
    // A statement that writes, too: there a database may be stricter.
    let quotient = Fraction.a.div_dp(Fraction.b, 2).coalesce(Decimal::ONE);
    let changed = update(Fraction).set(Fraction.a, quotient);
    changed.execute(&mut conn).unwrap();
    assert_eq!(
        select(Fraction.a).all(&mut conn).unwrap(),
        [Decimal::ONE; 2]
    );
}

fn means_have_their_digits(db: &Db) {
    let mut conn = items(db, &["1", "2", "2.01"]);
    let means = select((
        avg_dp(Item.price, 0),
        avg_dp(Item.price, 4),
        avg_dp(Item.exact, 2),
    ));
    assert_eq!(
        means.one(&mut conn).unwrap(),
        (Some(d("2")), Some(d("1.67")), None)
    );
    let mean = select(avg_dp(Item.price, 1)).filter(Item.price.ge(d("2")));
    assert_eq!(mean.one(&mut conn).unwrap(), Some(d("2")));
    let mean = select(avg_dp(Item.price, 1)).filter(Item.price.gt(d("3")));
    assert_eq!(mean.one(&mut conn).unwrap(), None);
    let third = select(avg_dp(Item.price + Decimal::ONE, 10)).one(&mut conn);
    assert_eq!(third.unwrap(), Some(d("2.67")));
}

fn quotients_are_compared_as_numbers(db: &Db) {
    let pairs = [("10", "1"), ("9", "1"), ("1", "3")].map(|(a, b)| (d(a), d(b)));
    let mut conn = fractions(db, &pairs);
    let ratio = Fraction.a.div_dp(Fraction.b, 3);
    let ids = select(Fraction.id).order_by(ratio.clone().desc());
    assert_eq!(ids.all(&mut conn).unwrap(), [1, 2, 3]);
    let small = select(Fraction.id).filter(ratio.clone().lt(d("9.5")));
    assert_eq!(small.count(&mut conn).unwrap(), 2);
    let exact = select(Fraction.id).filter(ratio.eq(d("0.333")));
    assert_eq!(exact.all(&mut conn).unwrap(), [3]);
}

fn integers_become_decimals(db: &Db) {
    let mut conn = fractions(db, &[(d("2.5"), d("1"))]);
    let whole = Fraction.whole.cast::<Decimal>();
    let query = select((
        whole.clone() * Fraction.a,
        whole.clone(),
        Fraction.id.cast::<Decimal>().div_dp(whole.clone(), 3),
        count_all().cast::<Decimal>(),
    ));
    let group = query.clone().group_by(Fraction);
    let row = (d("7.5"), d("3"), Some(d("0.333")), d("1"));
    assert_eq!(group.all(&mut conn).unwrap(), [row]);
    let larger = select(Fraction.id).filter(whole.gt(Fraction.a));
    assert_eq!(larger.count(&mut conn).unwrap(), 1);
    let least = select(Fraction.id).filter((Fraction.whole - 13).cast::<Decimal>().lt(d("-9")));
    assert_eq!(least.count(&mut conn).unwrap(), 1);
}

fn values_are_left_operands(db: &Db) {
    let mut conn = fractions(db, &[(d("0.25"), d("4"))]);
    let query = select((
        Decimal::ONE - Fraction.a,
        Decimal::TWO * (Decimal::ONE + Fraction.a),
        10 - Fraction.whole,
        1.5 * Fraction.whole.cast::<f64>(),
        2_i64 * Fraction.id,
    ));
    let row = (d("0.75"), d("2.5"), 7, 4.5, 2);
    assert_eq!(query.one(&mut conn).unwrap(), row);
}
