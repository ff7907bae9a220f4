//! UNION, INTERSECT and EXCEPT of typed queries: their rows, what belongs to a query and what to the whole, and the verbs.

use orm::prelude::*;
use orm::query::exists;
use orm::{Criteria, ErrorKind};

use super::support::{fails, names, seed};
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Post, User};

cases![
    "set_operations":
    unions_have_the_rows_of_both,
    intersect_and_except (crate::suite::Requires::IntersectExcept),
    the_forms_with_all_keep_duplicates (crate::suite::Requires::IntersectExcept),
    the_whole_is_ordered_and_limited,
    a_query_inside_is_ordered_and_limited,
    they_nest,
    values_are_bound_in_order,
    nulls_are_equal,
    entities_are_combined,
    verbs_of_the_whole,
    they_are_streamed,
    they_are_subqueries,
    a_query_is_combined_at_run_time,
    a_query_that_is_built_again_has_its_own_values,
    each_query_has_the_criteria,
    what_belongs_to_one_query_is_refused_after_it,
];

fn titles() -> Select<orm::mapping::Column<Post, String>> {
    select(Post.title)
}

fn sorted(mut rows: Vec<String>) -> Vec<String> {
    rows.sort();
    rows
}

fn unions_have_the_rows_of_both(db: &Db) {
    let conn = &mut seed(db);
    let both = select(User.username).union(titles());
    let expected = ["ada", "bob", "cy", "dee", "one", "three", "two"];
    assert_eq!(sorted(both.all(conn).unwrap()), expected);
    // Each row once, or as often as it comes.
    let same = || select(Post.author_id);
    assert_eq!(same().union(same()).all(conn).unwrap().len(), 2);
    assert_eq!(same().union_all(same()).all(conn).unwrap().len(), 6);
    // Rows of several columns, nested.
    let pairs = select((User.id, (User.username, optional(User.email))));
    let posts = select((Post.id, (Post.title, optional(Post.title))));
    let rows = pairs
        .union(posts)
        .order_by((User.id, User.username))
        .all(conn);
    let rows = rows.unwrap();
    assert_eq!(rows.len(), 7);
    assert_eq!(
        rows[0],
        (1, ("ada".to_owned(), Some("ada@x.org".to_owned())))
    );
    assert_eq!(rows[1], (1, ("one".to_owned(), Some("one".to_owned()))));
}

fn intersect_and_except(db: &Db) {
    let conn = &mut seed(db);
    let ids = || select(User.id);
    let authors = || select(Post.author_id);
    let both = ids().intersect(authors()).order_by(User.id);
    assert_eq!(both.all(conn).unwrap(), [1, 3]);
    let rest = ids().except(authors()).order_by(User.id);
    assert_eq!(rest.all(conn).unwrap(), [2, 4]);
    assert_eq!(authors().except(ids()).all(conn).unwrap(), [0; 0]);
}

fn the_forms_with_all_keep_duplicates(db: &Db) {
    let conn = &mut seed(db);
    let authors = || select(Post.author_id);
    let one = || select(User.id).filter(User.id.eq(1));
    for (query, expected) in [
        (authors().intersect_all(authors()), vec![1, 1, 3]),
        (authors().except_all(one()), vec![1, 3]),
    ] {
        db.sent();
        match query.order_by(Post.author_id).all(conn) {
            Ok(rows) => assert_eq!(rows, expected),
            Err(error) => {
                assert!(error.is_unsupported(), "{error:?}");
                assert!(!db.capabilities().set_operation_all);
                assert_eq!(db.sent(), [""; 0]);
            }
        }
    }
}

fn the_whole_is_ordered_and_limited(db: &Db) {
    let conn = &mut seed(db);
    let all = select(User.username)
        .union(titles())
        .order_by(User.username.desc());
    assert_eq!(all.clone().limit(2).all(conn).unwrap(), ["two", "three"]);
    assert_eq!(
        all.clone().limit(2).offset(5).all(conn).unwrap(),
        ["bob", "ada"]
    );
    assert_eq!(all.offset(6).all(conn).unwrap(), ["ada"]);
    // By an expression that the first query selects, and by a column of several of one name.
    let next = || User.id + 10;
    let sums = select(next())
        .union(select(Post.id + 20))
        .order_by(next().desc());
    assert_eq!(sums.limit(4).all(conn).unwrap(), [23, 22, 21, 14]);
    let pairs = select((User.id, Post.id)).join(Post);
    let pairs = pairs
        .union(select((User.id, User.id)))
        .order_by((Post.id, User.id));
    let expected = [(1, 1), (1, 2), (2, 2), (3, 3), (4, 4)];
    assert_eq!(pairs.all(conn).unwrap(), expected);
}

fn a_query_inside_is_ordered_and_limited(db: &Db) {
    let conn = &mut seed(db);
    let last = || {
        select(User.username)
            .order_by(User.username.desc())
            .limit(1)
    };
    let first = || titles().order_by(Post.title).limit(2).offset(1);
    let both = last().union_all(first());
    assert_eq!(sorted(both.all(conn).unwrap()), ["dee", "three", "two"]);
    let both = first()
        .union_all(last())
        .order_by(Post.title.desc())
        .limit(2);
    assert_eq!(both.all(conn).unwrap(), ["two", "three"]);
    let both = titles().union(last());
    assert_eq!(both.count(conn).unwrap(), 4);
}

fn they_nest(db: &Db) {
    let conn = &mut seed(db);
    let id = |id: i64| select(User.id).filter(User.id.eq(id));
    // From left to right: ((1 + 2) + 2) keeps the duplicate.
    let chain = id(1).union(id(2)).union_all(id(2)).order_by(User.id);
    assert_eq!(chain.all(conn).unwrap(), [1, 2, 2]);
    let right = id(2).union_all(id(2)).union(id(1)).order_by(User.id);
    assert_eq!(right.all(conn).unwrap(), [1, 2]);
    let nested = id(2).union_all(id(1).union(id(2))).order_by(User.id);
    assert_eq!(nested.all(conn).unwrap(), [1, 2, 2]);
    let limited = id(1).union(id(2)).order_by(User.id.desc()).limit(1);
    let limited = limited.union(id(3)).order_by(User.id);
    assert_eq!(limited.all(conn).unwrap(), [2, 3]);
    let all = (2..=30).fold(id(1), |all, next| all.union_all(id(next % 5)));
    assert_eq!(all.count(conn).unwrap(), 24);
}

fn values_are_bound_in_order(db: &Db) {
    let conn = &mut seed(db);
    let named = |name: &str, more: i64| {
        select((User.username, User.id + more)).filter(User.username.eq(name))
    };
    let rows = named("cy", 10)
        .union(named("ada", 20).limit(5))
        .union(named("bob", 30))
        .order_by(User.username)
        .limit(2)
        .offset(1);
    let expected = [("bob".to_owned(), 32), ("cy".to_owned(), 13)];
    for _ in 0..3 {
        assert_eq!(rows.all(conn).unwrap(), expected);
    }
    assert_eq!(rows.count(conn).unwrap(), 2);
}

fn nulls_are_equal(db: &Db) {
    let conn = &mut seed(db);
    let emails = || select(User.email).filter(User.email.is_null());
    assert_eq!(emails().union(emails()).all(conn).unwrap(), [None]);
    let all = select(User.email).union(select(optional(Post.title)));
    assert_eq!(all.count(conn).unwrap(), 7);
}

fn entities_are_combined(db: &Db) {
    drop(seed(db));
    let mut session = db.session();
    let ada = select(User).filter(User.username.eq("ada"));
    let ada = ada.one(&mut session).unwrap();
    let early = select(User).filter(User.id.lt(3));
    let late = select(User).filter(User.username.starts_with("d"));
    let some = early.union(late).order_by(User.username.desc());
    let users = some.all(&mut session).unwrap();
    let names: Vec<&str> = users
        .iter()
        .map(|user| session[*user].username.as_str())
        .collect();
    assert_eq!(names, ["dee", "bob", "ada"]);
    // One handle for a row.
    assert_eq!(users[2], ada);
    let mut conn = db.engine.connection().unwrap();
    let users: Vec<User> = some.all(&mut conn).unwrap();
    assert_eq!(users[0].username, "dee");
    // A pair of entities, whose columns have the same names.
    let other = User.alias("other");
    let pair = || select((User, other)).join_on(other, other.id.eq(User.id + 1));
    let pairs = pair()
        .filter(User.id.eq(1))
        .union(pair().filter(User.id.eq(2)));
    let pairs = pairs.order_by(other.id.desc()).all(&mut conn).unwrap();
    let ids: Vec<(i64, i64)> = pairs.iter().map(|(one, two)| (one.id, two.id)).collect();
    assert_eq!(ids, [(2, 3), (1, 2)]);
}

fn verbs_of_the_whole(db: &Db) {
    let conn = &mut seed(db);
    let all = || {
        select(User.username)
            .union(titles())
            .order_by(User.username)
    };
    assert_eq!(all().first(conn).unwrap().as_deref(), Some("ada"));
    assert_eq!(all().last(conn).unwrap().as_deref(), Some("two"));
    assert_eq!(all().count(conn).unwrap(), 7);
    assert_eq!(all().limit(3).count(conn).unwrap(), 3);
    assert!(all().exists(conn).unwrap());
    fails(all().one(conn), ErrorKind::MultipleRows);
    let page = all().page(3, 3).with_total().fetch(conn).unwrap();
    assert_eq!((page.rows, page.total), (vec!["two".to_owned()], Some(7)));
    let none = || select(User.id).filter(User.id.lt(0));
    let none = none().union(none());
    assert_eq!(none.one_or_none(conn).unwrap(), None);
    assert!(!none.exists(conn).unwrap());
    assert_eq!(none.count(conn).unwrap(), 0);
    // Entities of two tables of one name of columns are counted, too.
    let pairs = select((User, Post)).join(Post);
    assert_eq!(pairs.clone().union(pairs).count(conn).unwrap(), 3);
}

fn they_are_streamed(db: &Db) {
    let conn = &mut seed(db);
    let all = select(User.username)
        .union(titles())
        .order_by(User.username);
    let mut found = Vec::new();
    for name in all.stream(conn).unwrap() {
        found.push(name.unwrap());
    }
    assert_eq!(found, all.all(conn).unwrap());
    let entities = select(User).union(select(User).filter(User.id.lt(3)));
    assert_eq!(entities.stream(conn).unwrap().count(), 4);
}

fn they_are_subqueries(db: &Db) {
    let conn = &mut seed(db);
    let some = || select(Post.author_id).union(select(User.id).filter(User.username.eq("dee")));
    assert_eq!(names(conn, User.id.in_(some())), ["ada", "cy", "dee"]);
    assert_eq!(names(conn, User.id.not_in(some())), ["bob"]);
    let limited = some().order_by(Post.author_id.desc()).limit(1);
    assert_eq!(names(conn, User.id.in_(limited)), ["dee"]);
    let other = User.alias("other");
    let next = select(Post.id).filter(Post.author_id.eq(User.id));
    let next = next.union(select(other.id).filter(other.id.eq(User.id + 3)));
    assert_eq!(names(conn, exists(next)), ["ada", "cy"]);
}

fn a_query_is_combined_at_run_time(db: &Db) {
    let conn = &mut seed(db);
    let mut query = select(User.username).filter(User.id.eq(1));
    for (id, whole) in [(2, true), (3, false), (2, true)] {
        let more = select(User.username).filter(User.id.eq(id));
        query = if whole {
            query.union_all(more)
        } else {
            query.union(more)
        };
    }
    let found = query.order_by(User.username).all(conn).unwrap();
    assert_eq!(found, ["ada", "bob", "bob", "cy"]);
}

fn a_query_that_is_built_again_has_its_own_values(db: &Db) {
    let conn = &mut seed(db);
    let two = |one: i64, other: i64| {
        let id = |id| select(User.id).filter(User.id.eq(id));
        id(one).union(id(other)).order_by(User.id)
    };
    let misses = db.engine.statement_cache_status().misses;
    assert_eq!(two(1, 2).all(conn).unwrap(), [1, 2]);
    assert_eq!(two(4, 3).all(conn).unwrap(), [3, 4]);
    assert_eq!(db.engine.statement_cache_status().misses, misses + 1);
    // Another operator is another text.
    let all = select(User.id).union_all(select(User.id));
    assert_eq!(all.count(conn).unwrap(), 8);
    assert_eq!(
        select(User.id).union(select(User.id)).count(conn).unwrap(),
        4
    );
    // So are the first query alone, and another order.
    assert_eq!(select(User.id).count(conn).unwrap(), 4);
    let last = two(1, 2).order_by(User.id.desc()).all(conn).unwrap();
    assert_eq!(last, [1, 2]);
}

fn each_query_has_the_criteria(db: &Db) {
    drop(seed(db));
    let hidden = Criteria::new().add("no ada", User, User.username.ne("ada"));
    let mut session = db.session().criteria(&hidden);
    let all = select(User.username).union(titles());
    assert_eq!(all.count(&mut session).unwrap(), 6);
    let both = titles().union(select(User.username));
    assert_eq!(both.count(&mut session).unwrap(), 6);
    assert_eq!(
        both.without_criteria("no ada").count(&mut session).unwrap(),
        7
    );
}

fn what_belongs_to_one_query_is_refused_after_it(db: &Db) {
    let conn = &mut seed(db);
    let both = || select(User).union(select(User));
    for query in [
        both().filter(User.id.eq(1)),
        both().join(Post),
        both().from(User.alias("other")),
        both().distinct(),
        both().group_by(User),
        both().for_update(),
        both().order_by(Post.id),
        both().order_by(User.id + 1),
        select(User).for_update().union(select(User)),
        select(User).union(select(User).without_all_criteria()),
        select(User).filter(Post.id.eq(1)).union(select(User)),
        select(User).union(select(User).filter(Post.id.eq(1))),
    ] {
        fails(query.all(conn), ErrorKind::Usage);
        fails(query.count(conn), ErrorKind::Usage);
    }
    assert_eq!(db.sent(), [""; 0]);
}
