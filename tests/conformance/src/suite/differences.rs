//! What random queries have found: each returned other rows, or an error, on one database.

use orm::ErrorKind;
use orm::prelude::*;
use orm::query::{CaseValue as _, cume_dist, first_value, row_number, window};
use rust_decimal::Decimal;

use super::support::{accounts, seed};
use crate::Requires;
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Account, Post, User};

cases![
    "differences":
    a_null_has_the_type_of_its_expression,
    an_expression_of_a_group_is_a_part_of_others (Requires::RepeatedExpressions),
    one_value_has_two_types,
    a_name_of_a_group_is_a_name_of_another_table (Requires::RepeatedExpressions),
    a_replacement_may_be_null,
    a_subquery_is_repeated_once,
    ranks_are_signed,
    numbers_without_a_column_keep_their_type,
    parts_of_a_set_operation_have_orders,
    exact_decimals_are_chosen_as_numbers (Requires::Decimals),
    window_functions_keep_the_order_of_decimals (Requires::Decimals),
    lists_of_window_functions (Requires::WindowFrames),
    scalar_subqueries_keep_the_order_of_decimals (Requires::Decimals),
    a_maximum_of_values_is_a_text,
    a_set_operation_inside_of_another_keeps_nulls (Requires::IntersectExcept),
    a_set_operation_inside_of_another_keeps_duplicates (Requires::IntersectExcept),
    a_limit_belongs_to_the_second_query (Requires::IntersectExcept),
    existence_passes_over_groups,
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

fn one_value_has_two_types(db: &Db) {
    let conn = &mut accounts(db, &[1, 2, 2]);
    let part = || Account.owner.left(2);
    let query = select((part(), Account.balance * 2)).distinct();
    let mut rows = query.order_by(part()).all(conn).unwrap();
    rows.sort_unstable();
    let balances: Vec<i64> = rows.iter().map(|row| row.1).collect();
    assert!(balances.contains(&2) && balances.contains(&4), "{rows:?}");
}

fn a_name_of_a_group_is_a_name_of_another_table(db: &Db) {
    let conn = &mut accounts(db, &[1, 2, 2]);
    let others = select((Account.balance * 5, Account.id)).as_table("others");
    let next = || Account.balance + 1;
    let groups = select((next(), count_all()))
        .join_on(&others, others.columns().1.eq(Account.id))
        .group_by(next());
    // Its columns have the names of the other table's.
    let table = groups.as_table("sums");
    let (number, rows) = table.columns();
    let query = select((number, rows)).from(&table).order_by(number);
    assert_eq!(query.all(conn).unwrap(), [(2, 1), (3, 2)]);
}

fn a_replacement_may_be_null(db: &Db) {
    let conn = &mut seed(db);
    let none = || case().when(User.id.lt(0), "x").end();
    let replaced = select(User.username.replace("not in it", none()));
    assert_eq!(replaced.all(conn).unwrap(), [None, None, None, None]);
}

fn a_subquery_is_repeated_once(db: &Db) {
    let conn = &mut seed(db);
    let name = || scalar(select(min(User.alias("other").username)));
    let lengths = select(name().repeat(2).length()).from(User);
    assert_eq!(lengths.all(conn).unwrap(), [Some(6); 4]);
}

fn ranks_are_signed(db: &Db) {
    let conn = &mut seed(db);
    let number = row_number().over(window().order_by(User.id));
    let below = select(number - 10).from(User);
    let mut numbers = below.all(conn).unwrap();
    numbers.sort_unstable();
    assert_eq!(numbers, [-9, -8, -7, -6]);
    // With all of its digits.
    let share = cume_dist().over(window().order_by(User.id)).nullif(9.0);
    let third = select(share).from(User).filter(User.id.le(3));
    let third = third.all(conn).unwrap();
    assert!(third.contains(&Some(1.0 / 3.0)), "{third:?}");
}

fn numbers_without_a_column_keep_their_type(db: &Db) {
    let conn = &mut seed(db);
    let query = select((-7_i64.into_value(), (-7_i64).into_value().abs())).from(User);
    assert_eq!(query.limit(1).all(conn).unwrap(), [(-7, 7)]);
}

fn parts_of_a_set_operation_have_orders(db: &Db) {
    let conn = &mut seed(db);
    let number = || row_number().over(window().order_by(User.id.desc()));
    let first = select(User.id).filter(User.id.eq(1));
    let numbered = select(number()).from(User).order_by(number());
    let query = first.union(numbered).order_by(User.id);
    match query.all(conn) {
        Ok(rows) => assert_eq!(rows, [1, 2, 3, 4]),
        Err(error) => assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}"),
    }
    // Of a name that two tables have.
    let other = User.alias("other");
    let pairs = select(other.id)
        .from(User)
        .join_on(other, other.id.eq(User.id));
    let both = pairs
        .union(select(User.id).filter(User.id.gt(3)))
        .order_by(other.id);
    assert_eq!(both.all(conn).unwrap(), [1, 2, 3, 4]);
}

fn exact_decimals_are_chosen_as_numbers(db: &Db) {
    let conn = &mut seed(db);
    let number = |text: &str| text.parse::<Decimal>().unwrap();
    let nine = case()
        .when(User.id.gt(0), number("9"))
        .otherwise(number("9"));
    let most = nine.clone().greatest(number("10.5"));
    let least = nine.least(number("10.5"));
    let query = select((most.clone(), least))
        .filter(most.gt(number("9.5")))
        .limit(1);
    let rows = query.all(conn).unwrap();
    assert_eq!(rows, [(number("10.5"), number("9"))]);
}

fn lists_of_window_functions(db: &Db) {
    let conn = &mut seed(db);
    let number = row_number().over(window().order_by(Post.id));
    let query = select(User.id).filter(User.id.in_(select(number).from(Post)));
    let numbered = select(Post).count(conn).unwrap();
    assert_eq!(query.count(conn).unwrap(), numbered.min(4));
}

fn window_functions_keep_the_order_of_decimals(db: &Db) {
    let conn = &mut seed(db);
    let number = |text: &str| text.parse::<Decimal>().unwrap();
    let price = case()
        .when(User.id.eq(1), number("9"))
        .when(User.id.eq(2), number("10.5"))
        .otherwise(number("-2"));
    let first = first_value(price).over(window().partition_by(User.id).order_by(User.id));
    let query = select(first.clone()).from(User).filter(User.id.le(2));
    let ordered = query.order_by(first).all(conn).unwrap();
    assert_eq!(ordered, [Some(number("9")), Some(number("10.5"))]);
}

fn a_maximum_of_values_is_a_text(db: &Db) {
    let conn = &mut seed(db);
    let word = || case().when(User.id.le(2), "low").otherwise("high");
    let words = select((min(word()), max(word()))).one(conn).unwrap();
    assert_eq!(words, (Some("high".to_owned()), Some("low".to_owned())));
    let part = case().when(User.id.le(2), "low").end();
    let chosen = part.coalesce("none").greatest("middle");
    let most = max(chosen).coalesce(None::<String>);
    assert_eq!(select(most).one(conn).unwrap(), Some("none".to_owned()));
}

fn a_set_operation_inside_of_another_keeps_nulls(db: &Db) {
    let conn = &mut seed(db);
    let one = || 1_i64.into_value().coalesce(None::<i64>);
    let null = || case().when(User.id.lt(0), 1_i64).end();
    let ones = select((one(), User.id)).union(select((null(), User.id + 100)));
    let both = ones.intersect(select((one(), User.id + 100)));
    assert_eq!(both.count(conn).unwrap(), 0);
}

fn a_set_operation_inside_of_another_keeps_duplicates(db: &Db) {
    let conn = &mut seed(db);
    let ones = || select(1_i64.into_value()).from(User);
    let rows = ones().intersect_all(ones()).union_all(ones());
    match rows.all(conn) {
        Ok(rows) => assert_eq!(rows, [1; 8]),
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
            assert!(!db.capabilities().set_operation_all);
        }
    }
}

fn a_limit_belongs_to_the_second_query(db: &Db) {
    let conn = &mut seed(db);
    let other = User.alias("other");
    // A NULL, which the first query can't have, is one of the two rows.
    let two = case().when(other.id.gt(1), other.id).end();
    let two = select(two).order_by(other.id).limit(2);
    let ids = select(User.id.coalesce(None::<i64>)).filter(User.id.gt(1));
    let mut others = ids.except(two).all(conn).unwrap();
    others.sort_unstable();
    assert_eq!(others, [Some(3), Some(4)]);
}

fn scalar_subqueries_keep_the_order_of_decimals(db: &Db) {
    let conn = &mut seed(db);
    let number = |text: &str| text.parse::<Decimal>().unwrap();
    let price = || {
        let price = case()
            .when(User.id.eq(1), number("9"))
            .when(User.id.eq(2), number("10.5"))
            .otherwise(number("-2"));
        let other = User.alias("other");
        scalar(select(price).from(other).filter(other.id.eq(1)))
    };
    let query = select(price()).from(User).filter(User.id.le(2));
    let ordered = query.order_by(price()).all(conn).unwrap();
    assert_eq!(ordered, [Some(number("9")), Some(number("10.5"))]);
}

fn existence_passes_over_groups(db: &Db) {
    let conn = &mut seed(db);
    // The authors 1 and 3 have posts, and one of them has two.
    for (offset, expected) in [(1, 4), (2, 0)] {
        let other = Post.alias("other");
        let groups = select(other.author_id).group_by(other.author_id);
        let found = select(User).filter(exists(groups.offset(offset)));
        assert_eq!(found.count(conn).unwrap(), expected, "{offset}");
    }
}
