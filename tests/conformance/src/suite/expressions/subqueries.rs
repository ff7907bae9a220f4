//! Queries as values: scalar subqueries, and comparisons with ANY and ALL, in all their ways with NULL.

use orm::ErrorKind;
use orm::prelude::*;
use orm::query::{all, any};

use crate::cases;
use crate::database::Db;

cases![
    "subqueries":
    a_scalar_subquery_is_a_value,
    a_scalar_subquery_filters_and_orders,
    a_scalar_subquery_is_assigned,
    scalar_subqueries_stand_in_each_other,
    any_and_all_have_three_results,
    any_and_all_filter_and_are_negated,
    any_and_all_take_queries_with_a_limit,
    any_stands_beside_a_comparison_alone,
    the_inner_table_hides_the_outer_one,
];

#[derive(Model, Clone, Debug)]
#[orm(table = "sub_owners")]
struct Owner {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 10)]
    name: String,
    n: Option<i32>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "sub_items")]
struct Item {
    #[orm(primary_key)]
    id: i64,
    owner: i64,
    n: Option<i32>,
}

/// Items of the owner of each number.
const LISTS: [&[Option<i32>]; 6] = [
    &[],
    &[Some(1)],
    &[Some(2), Some(3)],
    &[None],
    &[Some(1), None],
    &[Some(3), None, Some(2)],
];

const NUMBERS: [Option<i32>; 4] = [None, Some(1), Some(2), Some(4)];

/// Owners of the numbers, and items of owners 0 to 5.
fn owners(db: &Db) -> Connection {
    Metadata::of((Owner, Item)).create_all(&db.engine).unwrap();
    let mut conn = db.engine.connection().unwrap();
    for (name, n) in ["none", "one", "two", "four"].into_iter().zip(NUMBERS) {
        let owner = Owner::builder().name(name).n(n);
        insert(Owner).values(owner).execute(&mut conn).unwrap();
    }
    for (owner, list) in (0..).zip(LISTS) {
        for n in list {
            let item = Item::builder().owner(owner).n(*n);
            insert(Item).values(item).execute(&mut conn).unwrap();
        }
    }
    conn
}

fn a_scalar_subquery_is_a_value(db: &Db) {
    let conn = &mut owners(db);
    let most = || scalar(select(max(Item.n)).filter(Item.owner.eq(Owner.id)));
    let query = select((Owner.name, most())).order_by(Owner.id);
    let rows: Vec<(String, Option<i32>)> = query.all(conn).unwrap();
    let found: Vec<_> = rows
        .iter()
        .map(|(name, most)| (name.as_str(), *most))
        .collect();
    // The keys are 1 to 4.
    assert_eq!(
        found,
        [
            ("none", Some(1)),
            ("one", Some(3)),
            ("two", None),
            ("four", Some(1))
        ]
    );
    let counted = scalar(
        select(count_all())
            .from(Item)
            .filter(Item.owner.eq(Owner.id)),
    );
    let query = select(counted.coalesce(0) + 10)
        .from(Owner)
        .order_by(Owner.id);
    assert_eq!(query.all(conn).unwrap(), [11, 12, 11, 12]);
    let none = scalar(select(Item.n).filter(Item.owner.eq(99)));
    assert_eq!(
        select(none)
            .from(Owner)
            .filter(Owner.id.eq(1))
            .one(conn)
            .unwrap(),
        None
    );
}

fn a_scalar_subquery_filters_and_orders(db: &Db) {
    let conn = &mut owners(db);
    let most = || scalar(select(max(Item.n)).filter(Item.owner.eq(Owner.id)));
    let query = select(Owner.name)
        .filter(most().gt(Owner.n))
        .order_by(Owner.id);
    assert_eq!(query.all(conn).unwrap(), ["one"]);
    let query = select(Owner.name).filter(Owner.n.eq(scalar(select(max(Owner.alias("o").n)))));
    assert_eq!(query.all(conn).unwrap(), ["four"]);
    let query = select(Owner.name).order_by((most().coalesce(0).desc(), Owner.name));
    assert_eq!(query.all(conn).unwrap(), ["one", "four", "none", "two"]);
    let least = scalar(select(min(Item.n)));
    let query = select((Item.owner, sum(Item.n))).group_by(Item.owner);
    let query = query
        .having(sum(Item.n).gt(least.cast::<i64>() + 3))
        .order_by(Item.owner);
    assert_eq!(query.all(conn).unwrap(), [(2, Some(5)), (5, Some(5))]);
}

fn a_scalar_subquery_is_assigned(db: &Db) {
    let conn = &mut owners(db);
    let most = scalar(select(max(Item.n)).filter(Item.owner.eq(Owner.id)));
    update(Owner).set(Owner.n, most).execute(conn).unwrap();
    let query = select(Owner.n).order_by(Owner.id);
    assert_eq!(query.all(conn).unwrap(), [Some(1), Some(3), None, Some(1)]);
    // Of the table that is written.
    let own = scalar(select(max(Owner.alias("o").n)));
    update(Owner).set(Owner.n, own).execute(conn).unwrap();
    assert_eq!(select(Owner.n).all(conn).unwrap(), [Some(3); 4]);
}

fn scalar_subqueries_stand_in_each_other(db: &Db) {
    let conn = &mut owners(db);
    let first = scalar(select(min(Owner.id)));
    let of_first = scalar(select(max(Item.n)).filter(Item.owner.eq(first)));
    let query = select(of_first.coalesce(7)).from(Owner);
    assert_eq!(query.all(conn).unwrap(), [1; 4]);
    let mut deep = scalar(select(max(Item.n)));
    for _ in 0..600 {
        deep = scalar(select(max(Item.n)).filter(Item.n.eq(deep)));
    }
    let error = select(deep).from(Owner).all(conn).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
}

/// What SQL says of one comparison with all numbers of a list.
fn expected(
    n: Option<i32>,
    list: &[Option<i32>],
    (op, is_all): (fn(i32, i32) -> bool, bool),
) -> Option<bool> {
    let results: Vec<_> = list.iter().map(|other| Some(op(n?, (*other)?))).collect();
    if results.contains(&Some(!is_all)) {
        Some(!is_all)
    } else if results.contains(&None) {
        None
    } else {
        Some(is_all)
    }
}

fn any_and_all_have_three_results(db: &Db) {
    let conn = &mut owners(db);
    for (owner, list) in (0..).zip(LISTS) {
        let items = || select(Item.n).filter(Item.owner.eq(owner));
        let n = Owner.n;
        // A text of its own for each list: a server may keep what it knows of NULL from the last run of a statement.
        let list_number = raw_expr::<i64>(owner.to_string(), ());
        let query = select((
            list_number,
            (n, n.eq(any(items())).value(), n.ne(any(items())).value()),
            (n.lt(any(items())).value(), n.ge(any(items())).value()),
            (n.eq(all(items())).value(), n.ne(all(items())).value()),
            (n.le(all(items())).value(), n.gt(all(items())).value()),
        ));
        for (_, (n, eq_any, ne_any), (lt_any, ge_any), (eq_all, ne_all), (le_all, gt_all)) in
            query.all(conn).unwrap()
        {
            let of = |op, is_all| expected(n, list, (op, is_all));
            let found = [
                eq_any, ne_any, lt_any, ge_any, eq_all, ne_all, le_all, gt_all,
            ];
            let right = [
                of(|a, b| a == b, false),
                of(|a, b| a != b, false),
                of(|a, b| a < b, false),
                of(|a, b| a >= b, false),
                of(|a, b| a == b, true),
                of(|a, b| a != b, true),
                of(|a, b| a <= b, true),
                of(|a, b| a > b, true),
            ];
            assert_eq!(found, right, "{n:?} and {list:?}");
        }
    }
}

fn any_and_all_filter_and_are_negated(db: &Db) {
    let conn = &mut owners(db);
    let of = |owner: i64| select(Item.n).filter(Item.owner.eq(owner));
    let names = |conn: &mut Connection, condition: Predicate| {
        let query = select(Owner.name).filter(condition).order_by(Owner.id);
        query.all(conn).unwrap()
    };
    assert_eq!(names(conn, Owner.n.ge(any(of(2)))), ["two", "four"]);
    assert_eq!(names(conn, !Owner.n.ge(any(of(2)))), ["one"]);
    assert_eq!(names(conn, Owner.n.gt(all(of(2)))), ["four"]);
    assert_eq!(names(conn, !Owner.n.gt(all(of(0)))), [""; 0]);
    assert_eq!(names(conn, Owner.n.gt(all(of(0)))).len(), 4);
    assert_eq!(names(conn, (Owner.n + 1).lt(any(of(5)))), ["one"]);
    // The columns of the outer query.
    let own = select(Item.n).filter(Item.owner.eq(Owner.id));
    assert_eq!(names(conn, Owner.n.le(all(own))), ["one"]);
    let texts = select(Owner.alias("o").name);
    assert_eq!(names(conn, Owner.name.ge(all(texts))), ["two"]);
}

fn any_and_all_take_queries_with_a_limit(db: &Db) {
    let conn = &mut owners(db);
    let greatest = select(Item.n)
        .filter(Item.n.is_not_null())
        .order_by(Item.n.desc())
        .limit(2);
    let query = select(Owner.name)
        .filter(Owner.n.lt(any(greatest)))
        .order_by(Owner.id);
    assert_eq!(query.all(conn).unwrap(), ["one", "two"]);
    let distinct = select(Item.n).filter(Item.n.gt(1)).distinct();
    let query = select(Owner.name)
        .filter(Owner.n.le(all(distinct)))
        .order_by(Owner.id);
    assert_eq!(query.all(conn).unwrap(), ["one", "two"]);
}

fn any_stands_beside_a_comparison_alone(db: &Db) {
    let conn = &mut owners(db);
    db.sent();
    let items = || select(Item.n);
    let sum = select(Owner.n + any(items()));
    assert_eq!(sum.all(conn).unwrap_err().kind(), ErrorKind::Unsupported);
    let same = select(Owner.id).filter(Owner.n.same_as(any(items())));
    assert_eq!(same.all(conn).unwrap_err().kind(), ErrorKind::Unsupported);
    assert_eq!(db.sent(), [""; 0]);
}

/// The same table without an alias: the columns of a subquery are those of its own FROM.
fn the_inner_table_hides_the_outer_one(db: &Db) {
    let conn = &mut owners(db);
    let ids = |conn: &mut Connection, condition: Predicate| {
        let query = select(Owner.id).filter(condition).order_by(Owner.id);
        query.all(conn).unwrap()
    };
    let one = || select(Owner).filter(Owner.name.eq("one"));
    assert_eq!(ids(conn, exists(one())), [1, 2, 3, 4]);
    assert_eq!(ids(conn, !exists(one())), [0; 0]);
    let outer = Owner.name.ne("one");
    assert_eq!(ids(conn, exists(one()) & outer), [1, 3, 4]);
    // Compared with itself, and not with the row outside.
    let same = || select(Owner).filter(Owner.n.eq(Owner.n));
    let same_ids = || select(Owner.id).filter(Owner.n.eq(Owner.n));
    assert_eq!(ids(conn, exists(same())), [1, 2, 3, 4]);
    assert_eq!(ids(conn, Owner.id.in_(same_ids())), [2, 3, 4]);
    let last = scalar(select(max(Owner.id)));
    assert_eq!(ids(conn, Owner.id.eq(last)), [4]);
    // The row outside is reached by an alias of either.
    let other = Owner.alias("other");
    let larger = select(other.id).filter(other.n.gt(Owner.n));
    assert_eq!(ids(conn, exists(larger)), [2, 3]);
    let count = select(Owner).filter(exists(one())).count(conn);
    assert_eq!(count.unwrap(), 4);
    let gone = delete(Owner).filter(Owner.id.in_(same_ids()));
    assert_eq!(gone.execute(conn).unwrap(), 3);
}
