//! `/`, `%`, the sign and bits of numbers, and results beyond a type: alike on every database.

use orm::prelude::*;
use orm::query::Expr;
use orm::{DbType, ErrorKind};

use super::support::fails;
use crate::cases;
use crate::database::Db;
use crate::suite::Requires;

cases![
    "integer_arithmetic":
    quotients_are_truncated_toward_zero,
    remainders_have_the_sign_of_the_dividend,
    division_by_zero_is_null,
    floats_are_divided,
    signs_change,
    bits_are_combined (Requires::BitOperators),
    operators_nest,
    operators_stand_in_each_clause (Requires::RepeatedExpressions),
    a_result_beyond_the_type_is_an_error,
    a_value_beyond_its_column_is_not_stored,
    an_entity_is_not_set_beyond_its_column,
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "integer_rows")]
struct Row {
    #[orm(primary_key)]
    id: i64,
    small: i16,
    n: i32,
    large: i64,
    size: f64,
    maybe: Option<i32>,
}

fn row(n: i32) -> Row {
    Row {
        id: 0,
        small: 7,
        n,
        large: i64::from(n),
        size: f64::from(n),
        maybe: None,
    }
}

fn rows(db: &Db, numbers: &[i32]) -> Connection {
    Metadata::of((Row,)).create_all(&db.engine).unwrap();
    let mut conn = db.engine.connection().unwrap();
    for n in numbers {
        insert(Row).values(row(*n)).execute(&mut conn).unwrap();
    }
    conn
}

fn of_rows<T: DbType>(conn: &mut Connection, expr: Expr<T>) -> Vec<T> {
    select(expr).from(Row).order_by(Row.id).all(conn).unwrap()
}

/// What is computed of 7, -7, 6, 0 and the least number.
const NUMBERS: &[i32] = &[7, -7, 6, 0, i32::MIN];

fn quotients_are_truncated_toward_zero(db: &Db) {
    let conn = &mut rows(db, NUMBERS);
    let all = |numbers: [i32; 5]| numbers.map(Some);
    assert_eq!(of_rows(conn, Row.n / 2), all([3, -3, 3, 0, -1_073_741_824]));
    assert_eq!(
        of_rows(conn, Row.n / -2),
        all([-3, 3, -3, 0, 1_073_741_824])
    );
    assert_eq!(of_rows(conn, Row.n / 100), all([0, 0, 0, 0, -21_474_836]));
    let small: Vec<Option<i16>> = of_rows(conn, Row.small / 2_i16);
    assert_eq!(small, [Some(3); 5]);
    let large = of_rows(conn, Row.large / 4_i64);
    assert_eq!(large, [1, -1, 1, 0, -536_870_912].map(Some));
    assert_eq!(of_rows(conn, Row.maybe / 2), [None; 5]);
    assert_eq!(of_rows(conn, Row.n / Row.maybe), [None; 5]);
}

fn remainders_have_the_sign_of_the_dividend(db: &Db) {
    let conn = &mut rows(db, NUMBERS);
    let all = |numbers: [i32; 5]| numbers.map(Some);
    assert_eq!(of_rows(conn, Row.n % 2), all([1, -1, 0, 0, 0]));
    assert_eq!(of_rows(conn, Row.n % -2), all([1, -1, 0, 0, 0]));
    assert_eq!(of_rows(conn, Row.n % 5), all([2, -2, 1, 0, -3]));
    let minus = -1_i64;
    assert_eq!(of_rows(conn, Row.large % minus), [Some(0); 5]);
    // What is divided is the quotient and the remainder again.
    let again = (Row.n / 5).coalesce(0) * 5 + (Row.n % 5).coalesce(0);
    assert_eq!(of_rows(conn, again), NUMBERS);
}

fn division_by_zero_is_null(db: &Db) {
    let conn = &mut rows(db, &[7, 0]);
    assert_eq!(of_rows(conn, Row.n / 0), [None, None]);
    assert_eq!(of_rows(conn, Row.n % 0), [None, None]);
    assert_eq!(of_rows(conn, Row.n / (Row.n - 7)), [None, Some(0)]);
    assert_eq!(of_rows(conn, Row.size / 0.0), [None, None]);
    let found = select(Row.id).filter((Row.n / 0).is_null()).count(conn);
    assert_eq!(found.unwrap(), 2);
    // In a write, too, where strict modes refuse it.
    update(Row).set(Row.maybe, Row.n / 0).execute(conn).unwrap();
    update(Row).set(Row.maybe, Row.n % 0).execute(conn).unwrap();
    assert_eq!(of_rows(conn, Row.maybe + 0), [None, None]);
}

fn floats_are_divided(db: &Db) {
    let conn = &mut rows(db, &[7, -1]);
    assert_eq!(of_rows(conn, Row.size / 2.0), [Some(3.5), Some(-0.5)]);
    let size = Row.size;
    assert_eq!(of_rows(conn, Row.size / size), [Some(1.0), Some(1.0)]);
    assert_eq!(of_rows(conn, -Row.size / 4.0), [Some(-1.75), Some(0.25)]);
    // The true quotient of two integers.
    let halves = Row.n.cast::<f64>() / 2.0;
    assert_eq!(of_rows(conn, halves), [Some(3.5), Some(-0.5)]);
    let quotients = Row.n.cast::<f64>() / (Row.n + 9).cast::<f64>();
    assert_eq!(of_rows(conn, quotients), [Some(0.4375), Some(-0.125)]);
}

fn signs_change(db: &Db) {
    let conn = &mut rows(db, &[7, -7, 0]);
    assert_eq!(of_rows(conn, -Row.n), [-7, 7, 0]);
    assert_eq!(of_rows(conn, -(-Row.n)), [7, -7, 0]);
    assert_eq!(of_rows(conn, -(Row.n + 1)), [-8, 6, -1]);
    let negated = -Row.n;
    assert_eq!(of_rows(conn, -Row.n - negated), [0, 0, 0]);
    assert_eq!(of_rows(conn, -Row.maybe), [None, None, None]);
    let order = select(Row.n).order_by((-Row.n).asc()).all(conn).unwrap();
    assert_eq!(order, [7, 0, -7]);
}

fn bits_are_combined(db: &Db) {
    let conn = &mut rows(db, &[12, -1, 0]);
    assert_eq!(of_rows(conn, Row.n.bit_and(10)), [8, 10, 0]);
    assert_eq!(of_rows(conn, Row.n.bit_or(3)), [15, -1, 3]);
    assert_eq!(of_rows(conn, Row.n.bit_xor(10)), [6, -11, 10]);
    assert_eq!(of_rows(conn, Row.large.bit_and(-2_i64)), [12, -2, 0]);
    assert_eq!(of_rows(conn, Row.large.bit_xor(-1_i64)), [-13, 0, -1]);
    assert_eq!(of_rows(conn, Row.n.bit_or(Row.maybe)), [None, None, None]);
    let odd = select(Row.id)
        .filter(Row.n.bit_and(1).eq(1))
        .all(conn)
        .unwrap();
    assert_eq!(odd, [2]);
    update(Row)
        .set(Row.n, Row.n.bit_or(1))
        .execute(conn)
        .unwrap();
    assert_eq!(of_rows(conn, Row.n + 0), [13, -1, 1]);
}

fn operators_nest(db: &Db) {
    let conn = &mut rows(db, &[7, -7]);
    assert_eq!(of_rows(conn, Row.n * 2 / 4), [Some(3), Some(-3)]);
    assert_eq!(of_rows(conn, Row.n - Row.n / 2), [Some(4), Some(-4)]);
    assert_eq!(of_rows(conn, Row.n / 2 * 2), [Some(6), Some(-6)]);
    assert_eq!(of_rows(conn, Row.n / (Row.n / 2)), [Some(2), Some(2)]);
    assert_eq!(of_rows(conn, -(Row.n % 4) % 2), [Some(-1), Some(1)]);
}

fn operators_stand_in_each_clause(db: &Db) {
    let conn = &mut rows(db, &[1, 2, 3, 4, 5, 6, 7]);
    let groups = select((Row.n % 3, count_all(), sum(Row.n / 2)))
        .group_by(Row.n % 3)
        .having((Row.n % 3).ne(0))
        .order_by(Row.n % 3);
    let expected = [(Some(1), 3, Some(5)), (Some(2), 2, Some(3))];
    assert_eq!(groups.all(conn).unwrap(), expected);
    let halves = select(Row.n)
        .filter((Row.n / 2).in_([1, 2]) & (Row.n % 2).eq(1))
        .order_by((Row.n / 2).desc());
    assert_eq!(halves.all(conn).unwrap(), [5, 3]);
}

fn a_result_beyond_the_type_is_an_error(db: &Db) {
    let conn = &mut rows(db, &[i32::MAX]);
    let wide = update(Row).set(Row.large, i64::MAX);
    wide.execute(conn).unwrap();
    for result in [
        select(Row.large + 1_i64).all(conn),
        select(Row.large * 2_i64).all(conn),
        select(-Row.large - 2_i64).all(conn),
    ] {
        let error = result.unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::OutOfRange | ErrorKind::Decode),
            "{error}"
        );
    }
    let error = select(Row.n + 1).all(conn).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::OutOfRange | ErrorKind::Decode),
        "{error}"
    );
    update(Row).set(Row.large, i64::MIN).execute(conn).unwrap();
    let quotient = select(Row.large / -1_i64).all(conn);
    let error = quotient.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::OutOfRange | ErrorKind::Decode),
        "{error}"
    );
}

fn a_value_beyond_its_column_is_not_stored(db: &Db) {
    let conn = &mut rows(db, &[i32::MAX]);
    update(Row).set(Row.large, i64::MAX).execute(conn).unwrap();
    let before = select(Row).all(conn).unwrap();
    for statement in [
        update(Row).set(Row.small, Row.small + 32_767_i16),
        update(Row).set(Row.n, Row.n + 1),
        update(Row).set(Row.n, Row.n * 2),
        update(Row).set(Row.n, -Row.n - 2),
        update(Row).set(Row.large, Row.large + 1_i64),
        update(Row).set(Row.large, Row.large * Row.large),
        // The sum is a float on the way, which would be an integer again.
        update(Row).set(Row.large, Row.large + 1_i64 - 5_000_000_000_000_000_000_i64),
        update(Row).set(Row.maybe, case().when(Row.n.gt(0), Row.n + 1).otherwise(0)),
    ] {
        fails(statement.execute(conn), ErrorKind::OutOfRange);
        assert_eq!(select(Row).all(conn).unwrap(), before);
    }
    update(Row).set(Row.n, Row.n - 1).execute(conn).unwrap();
    let n = select(Row.n).one(conn).unwrap();
    assert_eq!(n, i32::MAX - 1);
}

fn an_entity_is_not_set_beyond_its_column(db: &Db) {
    rows(db, &[i32::MAX]);
    let mut session = db.session();
    let one = session.get(Row, 1).unwrap().unwrap();
    session.set(one, Row.n, Row.n + 1).unwrap();
    fails(session.commit(), ErrorKind::OutOfRange);
    let mut session = db.session();
    let one = session.get(Row, 1).unwrap().unwrap();
    session.set(one, Row.n, Row.n - 1).unwrap();
    session.commit().unwrap();
    session.refresh(one).unwrap();
    assert_eq!(session[one].n, i32::MAX - 1);
}
