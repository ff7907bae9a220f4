//! Queries in FROM: derived tables of columns and of entities, and rows of values.

use orm::prelude::*;
use orm::query::{exists, values};
use orm::{Criteria, ErrorKind};

use super::support::{fails, seed};
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Everything, Post, User};

cases![
    "derived_tables":
    a_query_is_a_table,
    aggregates_of_aggregates,
    a_derived_table_is_joined_twice,
    the_optional_side_may_be_a_derived_table,
    a_limit_applies_before_the_join,
    a_set_operation_is_a_table,
    they_nest,
    they_are_in_subqueries,
    entities_of_a_derived_table,
    a_derived_table_stands_for_an_alias,
    every_verb_reads_them,
    values_are_bound_in_order,
    a_query_that_is_built_again_has_its_own_values,
    a_table_and_a_derived_table_are_told_apart,
    derived_tables_have_criteria_once,
    values_are_a_table,
    values_of_every_type,
    no_values_are_no_rows,
    what_is_wrong_is_refused_before_it_is_sent,
];

fn owned<const N: usize>(rows: [(&str, i64); N]) -> Vec<(String, i64)> {
    let rows = rows.into_iter();
    rows.map(|(name, count)| (name.to_owned(), count)).collect()
}

fn totals() -> Select<(orm::mapping::Column<Post, i64>, orm::query::Expr<i64>)> {
    select((Post.author_id, count(Post.id))).group_by(Post.author_id)
}

fn a_query_is_a_table(db: &Db) {
    let conn = &mut seed(db);
    let totals = totals().as_table("totals");
    let (author, posts) = totals.columns();
    let query = select((User.username, posts)).join_on(&totals, author.eq(User.id));
    let query = query.order_by(posts.desc());
    assert_eq!(query.all(conn).unwrap(), owned([("ada", 2), ("cy", 1)]));
    let some = query.filter(posts.gt(1));
    assert_eq!(some.all(conn).unwrap(), owned([("ada", 2)]));
    let alone = select((author, posts)).from(&totals).order_by(author);
    assert_eq!(alone.all(conn).unwrap(), [(1, 2), (3, 1)]);
}

fn aggregates_of_aggregates(db: &Db) {
    let conn = &mut seed(db);
    let totals = totals().as_table("totals");
    let (_, posts) = totals.columns();
    let row = select((max(posts), sum(posts), count_all())).from(&totals);
    assert_eq!(row.one(conn).unwrap(), (Some(2), Some(3), 2));
    let groups = select((posts, count_all())).from(&totals);
    let groups = groups.group_by(posts).order_by(posts);
    assert_eq!(groups.all(conn).unwrap(), [(1, 1), (2, 1)]);
}

fn a_derived_table_is_joined_twice(db: &Db) {
    let conn = &mut seed(db);
    let ids = select((User.id, User.username))
        .filter(User.id.le(3))
        .as_table("a");
    let others = ids.alias("b");
    let ((id, name), (other, other_name)) = (ids.columns(), others.columns());
    let pairs = select((name, other_name)).from(&ids);
    let pairs = pairs.join_on(&others, id.lt(other)).order_by((id, other));
    let expected = [("ada", "bob"), ("ada", "cy"), ("bob", "cy")];
    let expected = expected.map(|(a, b)| (a.to_owned(), b.to_owned()));
    assert_eq!(pairs.all(conn).unwrap(), expected);
}

fn the_optional_side_may_be_a_derived_table(db: &Db) {
    let conn = &mut seed(db);
    let totals = totals().as_table("totals");
    let (author, posts) = totals.columns();
    let query = select((User.username, optional(posts)));
    let query = query
        .left_join_on(&totals, author.eq(User.id))
        .order_by(User.id);
    let expected = [
        ("ada", Some(2)),
        ("bob", None),
        ("cy", Some(1)),
        ("dee", None),
    ];
    let expected = expected.map(|(name, posts)| (name.to_owned(), posts));
    assert_eq!(query.all(conn).unwrap(), expected);
    let query = select((User.username, posts.coalesce(0)));
    let query = query
        .left_join_on(&totals, author.eq(User.id))
        .order_by(User.id);
    let expected = owned([("ada", 2), ("bob", 0), ("cy", 1), ("dee", 0)]);
    assert_eq!(query.all(conn).unwrap(), expected);
    let bare = select((User.username, posts)).left_join_on(&totals, author.eq(User.id));
    fails(bare.all(conn), ErrorKind::Usage);
    // A column that is optional inside is nullable outside.
    let pairs = select((User.id, optional(Post.id)))
        .left_join(Post)
        .as_table("pairs");
    let (user, post) = pairs.columns();
    let found: Vec<(i64, Option<i64>)> = select((user, post))
        .from(&pairs)
        .filter(post.is_null())
        .order_by(user)
        .all(conn)
        .unwrap();
    assert_eq!(found, [(2, None), (4, None)]);
}

fn a_limit_applies_before_the_join(db: &Db) {
    let conn = &mut seed(db);
    let last = select((User.id, User.username))
        .order_by(User.id.desc())
        .limit(2);
    let last = last.as_table("last_users");
    let (id, name) = last.columns();
    let query = select((name, optional(Post.title))).from(&last);
    let query = query.left_join_on(Post, Post.author_id.eq(id)).order_by(id);
    let expected = [("cy", Some("three")), ("dee", None)];
    let expected = expected.map(|(name, title)| (name.to_owned(), title.map(str::to_owned)));
    assert_eq!(query.all(conn).unwrap(), expected);
}

fn a_set_operation_is_a_table(db: &Db) {
    let conn = &mut seed(db);
    let words = select((User.username, User.id)).union(select((Post.title, Post.id)));
    let words = words
        .order_by(User.username.desc())
        .limit(4)
        .as_table("words");
    let (word, number) = words.columns();
    let query = select((word, number))
        .from(&words)
        .filter(number.lt(4))
        .order_by(word);
    let expected = owned([("one", 1), ("three", 3), ("two", 2)]);
    assert_eq!(query.all(conn).unwrap(), expected);
}

fn they_nest(db: &Db) {
    let conn = &mut seed(db);
    let mut table = select(User.id).filter(User.id.gt(0)).as_table("t0");
    for level in 1..8_i64 {
        let id = table.columns();
        let query = select(id).from(&table).filter(id.ne(-level));
        // The same type, whatever it is made of.
        let next: Select<orm::mapping::Column<orm::mapping::DerivedRow, i64>> = query;
        let next = next.as_table(format!("t{level}"));
        let id = next.columns();
        table = select(User.id)
            .join_on(&next, User.id.eq(id))
            .as_table(format!("u{level}"));
    }
    let id = table.columns();
    let all = select(id).from(&table).order_by(id);
    assert_eq!(all.all(conn).unwrap(), [1, 2, 3, 4]);
}

fn they_are_in_subqueries(db: &Db) {
    let conn = &mut seed(db);
    let totals = totals().as_table("totals");
    let (author, posts) = totals.columns();
    let busy = select(author).from(&totals).filter(posts.gt(1));
    let query = select(User.username).filter(User.id.in_(busy));
    assert_eq!(query.all(conn).unwrap(), ["ada"]);
    let any = select(author).from(&totals).filter(author.eq(User.id));
    let query = select(User.username).filter(!exists(any)).order_by(User.id);
    assert_eq!(query.all(conn).unwrap(), ["bob", "dee"]);
}

fn entities_of_a_derived_table(db: &Db) {
    drop(seed(db));
    let mut session = db.session();
    let ada = select(User).filter(User.username.eq("ada"));
    let ada = ada.one(&mut session).unwrap();
    let first = select(User).order_by(User.id).limit(2).as_entity(User);
    let query = select(User).from(&first).order_by(User.username.desc());
    let users = query.all(&mut session).unwrap();
    assert_eq!(session[users[0]].username, "bob");
    assert_eq!(users[1], ada);
    let with_posts = select((User, optional(Post))).from(&first).left_join(Post);
    assert_eq!(with_posts.all(&mut session).unwrap().len(), 3);
    // Rows of a set operation are filtered so.
    let both = select(User)
        .filter(User.id.lt(3))
        .union(select(User).filter(User.id.gt(3)));
    let both = both.as_entity(User);
    let some = select(User.username)
        .from(&both)
        .filter(User.username.ne("bob"));
    assert_eq!(
        some.order_by(User.id).all(&mut session).unwrap(),
        ["ada", "dee"]
    );
    let grouped = select((User.username, count_all()))
        .from(&first)
        .group_by(User);
    fails(grouped.all(&mut session), ErrorKind::Usage);
}

fn a_derived_table_stands_for_an_alias(db: &Db) {
    let conn = &mut seed(db);
    let late = User.alias("late");
    let table = select(User).filter(User.id.gt(2)).as_entity(late);
    let pairs = select((User.username, late)).join_on(&table, late.id.eq(User.id + 2));
    let pairs = pairs.order_by(User.id).all(conn).unwrap();
    let found: Vec<(&str, &str)> = pairs
        .iter()
        .map(|(name, user)| (name.as_str(), user.username.as_str()))
        .collect();
    assert_eq!(found, [("ada", "cy"), ("bob", "dee")]);
}

fn every_verb_reads_them(db: &Db) {
    let conn = &mut seed(db);
    let totals = totals().as_table("totals");
    let (author, posts) = totals.columns();
    let query = select((author, posts)).from(&totals).order_by(author);
    assert_eq!(query.first(conn).unwrap(), Some((1, 2)));
    assert_eq!(query.last(conn).unwrap(), Some((3, 1)));
    assert_eq!(query.count(conn).unwrap(), 2);
    assert!(query.exists(conn).unwrap());
    let one = query.clone().filter(posts.eq(1));
    assert_eq!(one.one(conn).unwrap(), (3, 1));
    let page = query.page(2, 1).with_total().fetch(conn).unwrap();
    assert_eq!((page.rows, page.total), (vec![(3, 1)], Some(2)));
    let rows: Vec<_> = query.stream(conn).unwrap().map(Result::unwrap).collect();
    assert_eq!(rows, [(1, 2), (3, 1)]);
    assert_eq!(query.distinct().count(conn).unwrap(), 2);
}

fn values_are_bound_in_order(db: &Db) {
    let conn = &mut seed(db);
    let some = select((User.id, User.id + 100))
        .filter(User.id.ge(2))
        .limit(2)
        .order_by(User.id);
    let some = some.as_table("some");
    let (id, more) = some.columns();
    let posts = select((Post.author_id, Post.id * 10)).filter(Post.title.ne("one"));
    let posts = posts.as_table("posts_of");
    let (author, number) = posts.columns();
    let query = select((id + 1000, more, optional(number)))
        .from(&some)
        .left_join_on(&posts, author.eq(id) & number.ne(7))
        .filter(more.lt(200))
        .order_by(id)
        .limit(9)
        .offset(1);
    for _ in 0..3 {
        assert_eq!(query.all(conn).unwrap(), [(1003, 103, Some(30))]);
    }
    assert_eq!(query.count(conn).unwrap(), 1);
}

fn a_query_that_is_built_again_has_its_own_values(db: &Db) {
    let conn = &mut seed(db);
    let named = |name: &str, id: i64| {
        let table = select((User.id, User.username)).filter(User.username.ne(name));
        let table = table.as_table("others");
        let (own, name) = table.columns();
        select(name).from(&table).filter(own.le(id)).order_by(own)
    };
    let misses = db.engine.statement_cache_status().misses;
    assert_eq!(named("ada", 2).all(conn).unwrap(), ["bob"]);
    assert_eq!(named("cy", 3).all(conn).unwrap(), ["ada", "bob"]);
    assert_eq!(db.engine.statement_cache_status().misses, misses + 1);
}

fn a_table_and_a_derived_table_are_told_apart(db: &Db) {
    let conn = &mut seed(db);
    let some = select(User).filter(User.id.gt(2)).as_entity(User);
    let count = |conn: &mut Connection, query: Select<_>| {
        let query: Select<orm::mapping::Column<User, i64>> = query;
        query.all(conn).unwrap().len()
    };
    for _ in 0..2 {
        assert_eq!(count(conn, select(User.id)), 4);
        assert_eq!(count(conn, select(User.id).from(&some)), 2);
        assert_eq!(count(conn, select(User.id).from(&some).from(User)), 4);
    }
}

fn derived_tables_have_criteria_once(db: &Db) {
    drop(seed(db));
    let hidden = Criteria::new().add("no ada", User, User.username.ne("ada"));
    let mut session = db.session().criteria(&hidden);
    let some = select(User).filter(User.id.lt(4)).as_entity(User);
    let query = select(User.username).from(&some).order_by(User.id);
    db.sent();
    assert_eq!(query.all(&mut session).unwrap(), ["bob", "cy"]);
    let sent = db.sent();
    assert_eq!(sent[0].matches("<>").count(), 1, "{sent:?}");
    let all = query.without_criteria("no ada").all(&mut session).unwrap();
    assert_eq!(all, ["ada", "bob", "cy"]);
    let names = select((User.id, User.username)).as_table("names");
    let (id, _) = names.columns();
    let joined = select(Post.title).join_on(&names, id.eq(Post.author_id));
    assert_eq!(joined.all(&mut session).unwrap(), ["three"]);
}

fn values_are_a_table(db: &Db) {
    let conn = &mut seed(db);
    let rows = [
        (1_i64, "first".to_owned()),
        (3, "third".to_owned()),
        (9, "ninth".to_owned()),
    ];
    let words = values("words", rows.clone());
    let (id, word) = words.columns();
    let query = select((User.username, word))
        .join_on(&words, User.id.eq(id))
        .order_by(id);
    let expected = [("ada", "first"), ("cy", "third")];
    let expected = expected.map(|(a, b)| (a.to_owned(), b.to_owned()));
    assert_eq!(query.all(conn).unwrap(), expected);
    // Alone, ordered, compared, and in a subquery.
    let all = select((id, word))
        .from(&words)
        .filter(word.ne("first"))
        .order_by(id.desc());
    assert_eq!(all.all(conn).unwrap(), [rows[2].clone(), rows[1].clone()]);
    let known = select(id).from(&words);
    let users = select(User.username)
        .filter(User.id.not_in(known))
        .order_by(User.id);
    assert_eq!(users.all(conn).unwrap(), ["bob", "dee"]);
    let missing = select(id).from(&words).left_join_on(User, User.id.eq(id));
    assert_eq!(missing.filter(User.id.is_null()).all(conn).unwrap(), [9]);
    let names = values("names", [("cy".to_owned(),), ("dee".to_owned(),)]);
    let (name,) = names.columns();
    let users = select(User.id)
        .join_on(&names, User.username.eq(name))
        .order_by(User.id);
    assert_eq!(users.all(conn).unwrap(), [3, 4]);
}

fn values_of_every_type(db: &Db) {
    let conn = &mut seed(db);
    let moment = chrono::DateTime::UNIX_EPOCH.naive_utc();
    let token = uuid::Uuid::from_u128(7);
    let row = (
        true,
        1_i16,
        2.5_f64,
        Some("text".to_owned()),
        vec![1_u8, 2],
        moment,
        token,
    );
    let nulls = (false, -1_i16, 0.0_f64, None, vec![], moment, token);
    let rows = values("v", [row.clone(), nulls.clone()]);
    let columns = rows.columns();
    let found = select(columns)
        .from(&rows)
        .order_by(columns.1.desc())
        .all(conn)
        .unwrap();
    assert_eq!(found, [row, nulls.clone()]);
    let rows = values("v", [(None, 1_i64), (Some(2_i32), 2)]);
    let (maybe, number) = rows.columns();
    let found = select((maybe, number))
        .from(&rows)
        .order_by(number)
        .all(conn)
        .unwrap();
    assert_eq!(found, [(None, 1), (Some(2), 2)]);
    let rows = values("v", [(None::<String>, None::<i64>)]);
    let (text, number) = rows.columns();
    let found = select((text, number)).from(&rows).all(conn).unwrap();
    assert_eq!(found, [(None, None)]);
    let beside = select(Everything.id).join_on(&rows, Everything.maybe_text.same_as(text));
    assert_eq!(beside.count(conn).unwrap(), 0);
}

fn no_values_are_no_rows(db: &Db) {
    let conn = &mut seed(db);
    let none = values("none", Vec::<(i64, Option<String>)>::new());
    let (id, word) = none.columns();
    assert_eq!(select((id, word)).from(&none).all(conn).unwrap(), []);
    let query = select((User.id, optional(id))).left_join_on(&none, User.id.eq(id));
    assert_eq!(query.count(conn).unwrap(), 4);
}

fn what_is_wrong_is_refused_before_it_is_sent(db: &Db) {
    let conn = &mut seed(db);
    let ids = select(User.id).as_table("ids");
    let id = ids.columns();
    fails(select(id).all(conn), ErrorKind::Usage);
    fails(select(User.id).filter(id.eq(1)).all(conn), ErrorKind::Usage);
    let lateral = select(Post.id)
        .filter(Post.author_id.eq(User.id))
        .as_table("lateral_posts");
    let query = select(User.id).cross_join(&lateral);
    fails(query.all(conn), ErrorKind::Usage);
    let loads = select(User.id).without_all_criteria().as_table("exempt");
    fails(
        select(loads.columns()).from(&loads).all(conn),
        ErrorKind::Usage,
    );
    assert_eq!(db.sent(), [""; 0]);
}
