//! A statement that is built each time finds its text by its shape: rendered once, run with other values each time, and
//! refused as often as it is wrong.

use std::collections::HashSet;

use orm::prelude::*;
use orm::query::Expr;
use orm::{Error, ErrorKind};

use super::statements::users;
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Account, Line, Post, User};

cases![
    "shapes":
    a_query_built_again_finds_its_text,
    each_run_has_its_own_values,
    lists_share_texts_by_the_number_of_binds,
    equal_values_in_groups_are_told_from_others,
    writes_built_again_find_their_text,
    comparisons_are_told_apart,
    joins_are_told_apart,
    verbs_and_nullability_are_part_of_the_shape,
    limits_below_a_verbs_own_are_told_from_others,
    one_has_no_limit_beside_the_whole_key,
    what_is_refused_is_refused_again,
    all_threads_share_the_texts,
];

/// How many texts `run` had rendered.
fn rendered(db: &Db, run: impl FnOnce(&mut Connection)) -> u64 {
    let mut conn = db.engine.connection().unwrap();
    let before = db.engine.statement_cache_status().misses;
    run(&mut conn);
    db.engine.statement_cache_status().misses - before
}

fn a_query_built_again_finds_its_text(db: &Db) {
    let ids = users(db, &["ada", "grace", "edsger"]);
    db.sent();
    let found = rendered(db, |conn| {
        for id in &ids {
            let user = select(User).filter(User.id.eq(*id)).one(conn).unwrap();
            assert_eq!(user.id, *id);
        }
    });
    assert_eq!(found, 1);
    let sent = db.sent();
    assert_eq!(sent.len(), 3);
    assert!(sent.iter().all(|sql| *sql == sent[0]), "{sent:?}");
    // As one that is kept does.
    let kept = select(User).filter(User.id.eq(ids[0]));
    let found = rendered(db, |conn| {
        for _ in 0..5 {
            assert_eq!(kept.one(conn).unwrap().username, "ada");
        }
    });
    assert_eq!(found, 0);
}

fn each_run_has_its_own_values(db: &Db) {
    users(db, &["a", "b", "c", "d"]);
    let page = |conn: &mut Connection, limit, offset| {
        let query = select(User.username).order_by(User.username);
        query.limit(limit).offset(offset).all(conn).unwrap()
    };
    let found = rendered(db, |conn| {
        assert_eq!(page(conn, 2, 0), ["a", "b"]);
        assert_eq!(page(conn, 1, 2), ["c"]);
        assert_eq!(page(conn, 3, 3), ["d"]);
    });
    assert_eq!(found, 1);
    let named = |conn: &mut Connection, part: &str| {
        let query = select(User.username).filter(User.username.contains(part));
        query.all(conn).unwrap()
    };
    let mut conn = db.engine.connection().unwrap();
    assert_eq!(named(&mut conn, "a"), ["a"]);
    assert_eq!(named(&mut conn, "b"), ["b"]);
    assert_eq!(named(&mut conn, "%"), [""; 0]);
}

fn lists_share_texts_by_the_number_of_binds(db: &Db) {
    let ids = users(db, &["a", "b", "c", "d", "e", "f"]);
    let among = |conn: &mut Connection, ids: &[i64]| {
        let query = select(User.id).filter(User.id.in_(ids.iter().copied()));
        query.order_by(User.id).all(conn).unwrap()
    };
    let found = rendered(db, |conn| {
        for count in [5, 6, 5] {
            assert_eq!(among(conn, &ids[..count]), ids[..count]);
        }
        assert_eq!(among(conn, &ids[..3]), ids[..3]);
        assert_eq!(among(conn, &[]), [0; 0]);
    });
    assert_eq!(found, 3);
}

/// On some databases equal values get one bind there, so that which are equal decides the text.
fn equal_values_in_groups_are_told_from_others(db: &Db) {
    let ids = users(db, &["a", "b"]);
    let grouped = |conn: &mut Connection, selected: i64, grouped: i64| {
        let query = select((User.id + selected, count_all()));
        let query = query
            .group_by(User.id + grouped)
            .order_by(User.id + grouped);
        query.all(conn)
    };
    let mut conn = db.engine.connection().unwrap();
    for more in [1, 2, 1] {
        let rows = grouped(&mut conn, more, more).unwrap();
        assert_eq!(rows, [(ids[0] + more, 1), (ids[1] + more, 1)]);
        // What is selected is not what is grouped by.
        let error = grouped(&mut conn, more, more + 1).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage);
    }
}

fn writes_built_again_find_their_text(db: &Db) {
    let ids = users(db, &["ada", "grace"]);
    let mut conn = db.engine.connection().unwrap();
    insert(Account)
        .values(Account::builder().owner("o").balance(1))
        .execute(&mut conn)
        .unwrap();
    drop(conn);
    db.sent();
    let found = rendered(db, |conn| {
        for (number, id) in ids.iter().enumerate() {
            let named = update(User).set(User.username, format!("user {number}"));
            assert_eq!(named.filter(User.id.eq(*id)).execute(conn).unwrap(), 1);
        }
        for balance in [2, 3] {
            // Its version counts up as well.
            let changed = update(Account).set(Account.balance, balance).execute(conn);
            assert_eq!(changed.unwrap(), 1);
        }
        for id in &ids {
            assert_eq!(
                delete(User).filter(User.id.eq(*id)).execute(conn).unwrap(),
                1
            );
        }
    });
    assert_eq!(found, 3);
    let sent = db.sent();
    assert!(sent.chunks(2).all(|pair| pair[0] == pair[1]), "{sent:?}");
    let mut conn = db.engine.connection().unwrap();
    let account = select(Account).one(&mut conn).unwrap();
    assert_eq!((account.balance, account.version), (3, 3));
    // Values are checked each time.
    for _ in 0..2 {
        let long = update(User).set(User.username, "x".repeat(51));
        assert_eq!(
            long.execute(&mut conn).unwrap_err().kind(),
            ErrorKind::DataTooLong
        );
    }
}

/// Every comparison of a column with a value has a text of its own: by column, table, alias and operator.
fn comparisons_are_told_apart(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let conn = &mut conn;
    let (other, third) = (User.alias("other"), User.alias("third"));
    let queries = || {
        let of = |user: <User as Model>::Entity| {
            let name = user.username;
            [
                user.id.eq(1),
                user.id.ne(1),
                user.id.lt(1),
                user.id.le(1),
                user.id.gt(1),
                user.id.ge(1),
                user.id.same_as(1),
                name.eq("a"),
                name.lt("a"),
                user.email.eq("a"),
                user.email.ne("a"),
                user.email.eq(Null),
                name.eq(user.email),
            ]
            .map(|condition| select(count_all()).from(user).filter(condition))
        };
        let posts = [Post.id.eq(1), Post.author_id.eq(1), Post.title.eq("a")]
            .map(|condition| select(count_all()).from(Post).filter(condition));
        let users = [of(User), of(other), of(third)].into_iter().flatten();
        let two = select(count_all()).from(User);
        let two = two.filter(User.id.gt(1)).filter(User.id.lt(1));
        users.chain(posts).chain([two]).collect::<Vec<_>>()
    };
    let sent = sent_twice(db, conn, queries);
    let distinct: HashSet<&String> = sent.iter().collect();
    assert_eq!(distinct.len(), sent.len());
}

/// What is sent of queries of one number, once when each is rendered and once when each is found, which is the same.
fn sent_twice(
    db: &Db,
    conn: &mut Connection,
    queries: impl Fn() -> Vec<Select<Expr<i64>>>,
) -> Vec<String> {
    db.sent();
    let mut round = || {
        for query in queries() {
            assert_eq!(query.all(conn).unwrap(), [0]);
        }
        db.sent()
    };
    let rendered = round();
    assert_eq!(round(), rendered);
    rendered
}

/// The side that has the foreign key is part of the shape, and so are the table joined to and the kind of the join.
fn joins_are_told_apart(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let conn = &mut conn;
    let other = Post.alias("other");
    let of_users = || select(count_all()).from(User);
    let queries = || {
        vec![
            of_users().join(Post),
            of_users().join_on(Post, Post.author_id.eq(User.id)),
            select(count_all()).from(Post).join(User),
            of_users().left_join(Post),
            of_users().join(other),
            of_users().join_on(Post, Post.id.eq(User.id)),
        ]
    };
    let sent = sent_twice(db, conn, queries);
    // By the foreign key, or by a condition that says the same.
    assert_eq!(sent[0], sent[1]);
    let distinct: HashSet<&String> = sent.iter().collect();
    assert_eq!(distinct.len(), sent.len() - 1);
}

fn verbs_and_nullability_are_part_of_the_shape(db: &Db) {
    let ids = users(db, &["ada"]);
    let mut conn = db.engine.connection().unwrap();
    let conn = &mut conn;
    for _ in 0..2 {
        let query = || select(User).filter(User.id.eq(ids[0]));
        assert_eq!(query().all(conn).unwrap().len(), 1);
        assert!(query().first(conn).unwrap().is_some());
        assert_eq!(query().count(conn).unwrap(), 1);
        assert!(query().exists(conn).unwrap());
        // One text, but not one query: of a user without a post there is no post to read.
        let posts = select((User.id, optional(Post.title))).left_join(Post);
        assert_eq!(posts.all(conn).unwrap(), [(ids[0], None)]);
        let error = select((User.id, Post.title))
            .left_join(Post)
            .all(conn)
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage);
    }
}

/// The limit of a query is a bind where it stays, and no part of the text where the verb's own takes its place.
fn limits_below_a_verbs_own_are_told_from_others(db: &Db) {
    users(db, &["a", "b", "c"]);
    let mut conn = db.engine.connection().unwrap();
    let conn = &mut conn;
    let limited = |rows| select(User.username).order_by(User.username).limit(rows);
    for rows in [1, 5, 1, 5, 0, 3] {
        let names = &["a", "b", "c"][..rows.min(3)];
        let query = limited(rows as u64);
        assert_eq!(
            query.first(conn).unwrap().as_deref(),
            names.first().copied()
        );
        assert_eq!(query.exists(conn).unwrap(), rows > 0);
        assert_eq!(
            query.count(conn).unwrap(),
            i64::try_from(names.len()).unwrap()
        );
        match query.one_or_none(conn) {
            Ok(found) => assert_eq!(found.as_deref(), names.first().copied()),
            Err(error) => assert_eq!((error.kind(), rows > 1), (ErrorKind::MultipleRows, true)),
        }
        assert_eq!(
            query.offset(1).all(conn).unwrap(),
            ["b", "c"][..rows.min(2)]
        );
    }
}

fn one_has_no_limit_beside_the_whole_key(db: &Db) {
    let is_limited = |sql: &String| sql.contains(" LIMIT 2") || sql.contains("FETCH FIRST 2 ROWS");
    let id = users(db, &["ada", "grace"])[0];
    let mut conn = db.engine.connection().unwrap();
    let boss = User.alias("boss");
    let user = || select(User.id);
    let is_id = |query: Select<_>| query.filter(User.id.eq(id));
    db.sent();
    for (query, has_limit) in [
        (is_id(user()), false),
        (is_id(user().filter(User.username.eq("ada"))), false),
        (user().filter(User.username.eq("ada")), true),
        (user().filter(User.id.le(id)), true),
        (user().filter(User.id.eq(id) | User.id.eq(id)), true),
        (is_id(user()).order_by(User.username), true),
        (is_id(user()).distinct(), true),
        (is_id(user()).join_on(boss, User.id.eq(boss.id)), true),
    ] {
        assert_eq!(query.one(&mut conn).unwrap(), id);
        assert_eq!(query.one_or_none(&mut conn).unwrap(), Some(id));
        let sent = db.sent();
        assert!(
            sent.iter().all(|sql| is_limited(sql) == has_limit),
            "{sent:?}"
        );
    }
    let missing = user().filter(User.id.eq(id + 100)).one(&mut conn);
    assert_eq!(missing.unwrap_err().kind(), ErrorKind::NotFound);
    db.sent();
    // Of a key of two columns, one leaves several rows.
    let half = select(Line.quoted).filter(Line.number.eq(1));
    let both = half.clone().filter(Line.position.eq(1));
    assert_eq!(both.one_or_none(&mut conn).unwrap(), None);
    assert_eq!(half.one_or_none(&mut conn).unwrap(), None);
    let sent = db.sent();
    assert!(!is_limited(&sent[0]) && is_limited(&sent[1]), "{sent:?}");
}

fn what_is_refused_is_refused_again(db: &Db) {
    let errors = |error: fn(&mut Connection) -> Error| {
        let mut conn = db.engine.connection().unwrap();
        let (first, second) = (error(&mut conn), error(&mut conn));
        assert_eq!(first.to_string(), second.to_string());
        first.kind()
    };
    let unknown = errors(|conn| select(User).filter(Post.id.eq(1)).all(conn).unwrap_err());
    assert_eq!(unknown, ErrorKind::Usage);
    let locked = errors(|conn| select(User).for_update().count(conn).unwrap_err());
    assert_eq!(locked, ErrorKind::Usage);
    let unset = errors(|conn| update(User).execute(conn).unwrap_err());
    assert_eq!(unset, ErrorKind::Usage);
    let elsewhere = errors(|conn| {
        delete(User)
            .filter(Post.id.eq(1))
            .execute(conn)
            .unwrap_err()
    });
    assert_eq!(elsewhere, ErrorKind::Usage);
    assert_eq!(db.sent(), [""; 0]);
}

fn all_threads_share_the_texts(db: &Db) {
    let ids = users(db, &["a", "b", "c", "d"]);
    let misses = rendered(db, |conn| {
        let _ = select(User).filter(User.id.eq(0)).all(conn).unwrap();
        std::thread::scope(|scope| {
            for id in &ids {
                scope.spawn(|| {
                    let mut conn = db.engine.connection().unwrap();
                    for _ in 0..20 {
                        let users = select(User).filter(User.id.eq(*id)).all(&mut conn).unwrap();
                        assert_eq!(users[0].id, *id);
                    }
                });
            }
        });
    });
    assert_eq!(misses, 1);
}
