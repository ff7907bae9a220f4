//! What random queries have found: each returned other rows, or an error, on one database.

use orm::prelude::*;

use super::support::{accounts, seed};
use crate::Requires;
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Account, User};

cases![
    "differences":
    a_null_has_the_type_of_its_expression,
    an_expression_of_a_group_is_a_part_of_others (Requires::RepeatedExpressions),
];

fn a_null_has_the_type_of_its_expression(db: &Db) {
    let conn = &mut seed(db);
    let text = || case().when(User.id.gt(0), None::<String>).end();
    let number = || case().when(User.id.gt(0), None::<i64>).end();
    let rows = select((text(), number())).all(conn).unwrap();
    assert_eq!(
        rows,
        [(None, None), (None, None), (None, None), (None, None)]
    );
    let unknown = select(User).filter(number().gt(User.id));
    assert_eq!(unknown.count(conn).unwrap(), 0);
    let null = select(User).filter(text().is_null() & number().coalesce(7).eq(7));
    assert_eq!(null.count(conn).unwrap(), 4);
    // Of another branch alone the server could not tell it.
    let choice = case()
        .when(User.id.lt(0), None::<i64>)
        .otherwise(User.id)
        .is_null();
    assert_eq!(select(User).filter(choice).count(conn).unwrap(), 0);
}

fn an_expression_of_a_group_is_a_part_of_others(db: &Db) {
    let conn = &mut accounts(db, &[1, 2, 2]);
    let next = || Account.balance + 1;
    let groups = || select((next() * 10, count(Account.id))).group_by(next());
    let mut rows = groups().all(conn).unwrap();
    rows.sort_unstable();
    assert_eq!(rows, [(20, 1), (30, 2)]);
    let ordered = groups().order_by((next() * 10).desc());
    assert_eq!(ordered.all(conn).unwrap(), [(30, 2), (20, 1)]);
    let sums = select((next() * 10, sum(next()))).group_by(next());
    let mut rows = sums.all(conn).unwrap();
    rows.sort_unstable();
    assert_eq!(rows, [(20, Some(2)), (30, Some(6))]);
    // Without a value, too.
    let owner = || Account.owner.lower();
    let named = select(owner().concat("!")).group_by(owner());
    assert_eq!(
        named.all(conn).unwrap().len(),
        select(owner()).distinct().all(conn).unwrap().len()
    );
}
