//! Joins, aliases and subqueries, and the columns of their optional sides.

use orm::ErrorKind;
use orm::prelude::*;

use super::support::{fails, names, seed};
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Country, Node, Post, User};

cases![
    "joins":
    inner_joins,
    left_joins_have_optional_sides,
    a_join_without_a_foreign_key_is_an_error,
    a_join_by_one_of_several_foreign_keys_is_an_error,
    a_left_join_of_an_entity_that_must_be_there_is_an_error,
    self_joins_by_alias,
    subqueries,
    expressions_of_the_optional_side,
    an_alias_has_a_name,
    right_joins_have_every_row_of_the_joined_table,
    full_joins_have_the_rows_of_both_sides (crate::suite::Requires::FullJoin),
    a_database_without_full_join_refuses_it,
    cross_joins_pair_all_rows,
    joins_follow_one_another,
    joins_are_added_at_run_time,
];

fn inner_joins(db: &Db) {
    let conn = &mut seed(db);
    let query = select((User.username, Post.title))
        .join(Post)
        .order_by(Post.title);
    let expected = [("ada", "one"), ("cy", "three"), ("ada", "two")];
    let expected = expected.map(|(a, b)| (a.to_owned(), b.to_owned()));
    assert_eq!(query.all(conn).unwrap(), expected);
    // From the other side, and by a condition of one's own.
    let query = select((User.username, Post.title))
        .from(Post)
        .join(User)
        .order_by(Post.title);
    assert_eq!(query.all(conn).unwrap(), expected);
    let on = Post.author_id.eq(User.id) & Post.title.eq("two");
    let query = select((User, Post)).join_on(Post, on);
    let (user, post) = query.one(conn).unwrap();
    assert_eq!(
        (user.username.as_str(), post.title.as_str()),
        ("ada", "two")
    );
    // Columns of one name stay apart.
    assert_eq!((user.id, post.id), (1, 2));
}

fn left_joins_have_optional_sides(db: &Db) {
    let conn = &mut seed(db);
    let query = select((User.username, optional(Post))).left_join(Post);
    let query = query.order_by((User.username, Post.id));
    let found: Vec<(String, Option<i64>)> = query
        .all(conn)
        .unwrap()
        .into_iter()
        .map(|(name, post)| (name, post.map(|p| p.id)))
        .collect();
    let expected = [
        ("ada", Some(1)),
        ("ada", Some(2)),
        ("bob", None),
        ("cy", Some(3)),
        ("dee", None),
    ];
    assert_eq!(found, expected.map(|(name, post)| (name.to_owned(), post)));
    let column = select((User.username, optional(Post.title)))
        .left_join(Post)
        .filter(Post.id.is_null());
    let found = column.order_by(User.username).all(conn).unwrap();
    assert_eq!(found, [("bob".to_owned(), None), ("dee".to_owned(), None)]);
    // On a session, the same query yields handles.
    let mut session = db.session();
    let query = select((User, optional(Post)))
        .left_join(Post)
        .order_by((User.id, Post.id));
    let rows = query.all(&mut session).unwrap();
    assert_eq!(rows.len(), 5);
    assert_eq!(rows[0].0, rows[1].0);
    assert_eq!(session[rows[3].1.unwrap()].title, "three");
    assert!(rows[2].1.is_none());
}

fn a_join_without_a_foreign_key_is_an_error(db: &Db) {
    let conn = &mut seed(db);
    let error = select((User, Country)).join(Country).all(conn).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage, "{error:?}");
    let text = error.to_string();
    assert!(
        text.contains("User") && text.contains("Country") && text.contains("join_on"),
        "{text}"
    );
    assert!(select((User, User)).join(User).all(conn).is_err());
    assert_eq!(db.sent(), [""; 0]);
}

fn a_join_by_one_of_several_foreign_keys_is_an_error(db: &Db) {
    let conn = &mut db.engine.connection().unwrap();
    let parent = Node.alias("parent");
    for join in [
        select(Node.id).join(parent),
        select(Node.id).left_join(parent),
    ] {
        let error = fails(join.all(conn), ErrorKind::Usage);
        let text = error.to_string();
        for words in [
            "more than one foreign key",
            "Node.parent_id",
            "parent.parent_id",
            "join_on(parent, Node.parent_id.eq(parent.id))",
        ] {
            assert!(text.contains(words), "{text}");
        }
    }
    assert_eq!(db.sent(), [""; 0]);
}

fn a_left_join_of_an_entity_that_must_be_there_is_an_error(db: &Db) {
    let conn = &mut seed(db);
    let error = select((User, Post)).left_join(Post).all(conn).unwrap_err();
    assert!(error.to_string().contains("optional(Post)"), "{error}");
}

fn self_joins_by_alias(db: &Db) {
    let mut session = db.session();
    session.add(Node::builder().id(1).label("root"));
    session.add(Node::builder().id(2).parent_id(1).label("child"));
    session.add(Node::builder().id(3).parent_id(2).label("grandchild"));
    session.commit().unwrap();
    let parent = Node.alias("parent");
    let query = select((Node.label, parent.label)).join_on(parent, Node.parent_id.eq(parent.id));
    let query = query.order_by(Node.id);
    let mut conn = db.engine.connection().unwrap();
    let expected = [("child", "root"), ("grandchild", "child")];
    assert_eq!(
        query.all(&mut conn).unwrap(),
        expected.map(|(a, b)| (a.to_owned(), b.to_owned()))
    );
    // An alias yields the same entities as the model.
    let mut session = db.session();
    let query = select((Node, parent))
        .join_on(parent, Node.parent_id.eq(parent.id))
        .order_by(Node.id);
    let rows = query.all(&mut session).unwrap();
    assert_eq!(rows[1].1, rows[0].0);
}

fn subqueries(db: &Db) {
    let conn = &mut seed(db);
    let authors = || select(Post.author_id);
    assert_eq!(names(conn, User.id.in_select(authors())), ["ada", "cy"]);
    assert_eq!(names(conn, !User.id.in_select(authors())), ["bob", "dee"]);
    let long = authors().filter(Post.title.eq("three"));
    assert_eq!(names(conn, User.id.in_select(long)), ["cy"]);
    let own = || select(Post).filter(Post.author_id.eq(User.id) & Post.title.starts_with("t"));
    assert_eq!(names(conn, exists(own())), ["ada", "cy"]);
    assert_eq!(names(conn, !exists(own())), ["bob", "dee"]);
}

fn expressions_of_the_optional_side(db: &Db) {
    let conn = &mut seed(db);
    let next = || Post.id + 1;
    let query = select((User.username, optional(next())))
        .left_join(Post)
        .order_by((User.username, Post.id));
    let found = query.all(conn).unwrap();
    let expected = [
        ("ada", Some(2)),
        ("ada", Some(3)),
        ("bob", None),
        ("cy", Some(4)),
        ("dee", None),
    ];
    assert_eq!(found, expected.map(|(name, post)| (name.to_owned(), post)));
    for bare in [next(), User.id + Post.id, Post.id.coalesce(Post.author_id)] {
        let error = select((User.username, bare)).left_join(Post).all(conn);
        let error = error.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage, "{error:?}");
        assert!(error.to_string().contains("optional"), "{error}");
    }
    // What is never NULL needs no option.
    let never = select((User.username, Post.id.coalesce(0)))
        .left_join(Post)
        .filter(Post.id.is_null());
    assert_eq!(never.all(conn).unwrap().len(), 2);
    // A condition has a table too.
    let known = select(User.email.is_null().value()).order_by(User.id);
    assert_eq!(
        known.all(conn).unwrap(),
        [false, true, false, false].map(Some)
    );
}

fn an_alias_has_a_name(db: &Db) {
    let conn = &mut seed(db);
    let error = select(User.alias("")).all(conn).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage, "{error:?}");
    let other = User.alias("");
    let error = select((User, other))
        .join_on(other, other.id.eq(User.id))
        .all(conn);
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Usage);
    assert_eq!(db.sent(), [""; 0]);
}

fn right_joins_have_every_row_of_the_joined_table(db: &Db) {
    let conn = &mut seed(db);
    let query = select((optional(Post.title), User.username))
        .from(Post)
        .right_join(User)
        .order_by((User.username, Post.id));
    let expected = [
        (Some("one"), "ada"),
        (Some("two"), "ada"),
        (None, "bob"),
        (Some("three"), "cy"),
        (None, "dee"),
    ];
    let expected = expected.map(|(title, name)| (title.map(str::to_owned), name.to_owned()));
    assert_eq!(query.all(conn).unwrap(), expected);
    assert_eq!(query.count(conn).unwrap(), 5);
    // By a condition, of entities.
    let on = Post.author_id.eq(User.id) & Post.title.eq("two");
    let query = select((optional(Post), User)).from(Post);
    let query = query.right_join_on(User, on).order_by(User.id);
    let mut session = db.session();
    let rows = query.all(&mut session).unwrap();
    assert_eq!(rows.len(), 4);
    assert_eq!(session[rows[0].0.unwrap()].title, "two");
    assert!(rows[1..].iter().all(|(post, _)| post.is_none()));
    db.sent();
    let error = select((Post, User)).right_join(User).all(conn);
    let error = error.unwrap_err().to_string();
    assert!(
        error.contains("RIGHT JOIN") && error.contains("optional(Post)"),
        "{error}"
    );
    assert_eq!(db.sent(), [""; 0]);
}

fn full_joins_have_the_rows_of_both_sides(db: &Db) {
    let conn = &mut seed(db);
    let other = User.alias("other");
    let on = User.id.eq(other.id - 2);
    let query = select((optional(User.username), optional(other.username)))
        .full_join_on(other, on)
        .order_by((User.id.coalesce(9), other.id.coalesce(9)));
    let expected = [
        (Some("ada"), Some("cy")),
        (Some("bob"), Some("dee")),
        (Some("cy"), None),
        (Some("dee"), None),
        (None, Some("ada")),
        (None, Some("bob")),
    ];
    let name = |name: Option<&str>| name.map(str::to_owned);
    let expected = expected.map(|(one, two)| (name(one), name(two)));
    assert_eq!(query.all(conn).unwrap(), expected);
    let query = select((optional(User), optional(Post))).full_join(Post);
    assert_eq!(query.all(&mut db.session()).unwrap().len(), 5);
    let errors = [
        select(User.id).full_join(Post).all(conn).unwrap_err(),
        select(Post.id)
            .from(User)
            .full_join(Post)
            .all(conn)
            .unwrap_err(),
    ];
    for error in errors {
        assert!(error.to_string().contains("FULL JOIN"), "{error}");
    }
}

fn a_database_without_full_join_refuses_it(db: &Db) {
    let conn = &mut seed(db);
    let query = select(optional(User.id)).full_join(Post);
    match query.all(conn) {
        Ok(ids) => assert!(db.capabilities().full_join && ids.len() == 5),
        Err(error) => {
            assert!(
                error.is_unsupported() && !db.capabilities().full_join,
                "{error:?}"
            );
            assert_eq!(db.sent(), [""; 0]);
        }
    }
}

fn cross_joins_pair_all_rows(db: &Db) {
    let conn = &mut seed(db);
    let pairs = select((User.username, Post.title)).cross_join(Post);
    assert_eq!(pairs.count(conn).unwrap(), 12);
    let pairs = pairs.filter(User.username.eq("bob")).order_by(Post.title);
    let pairs = pairs.all(conn).unwrap();
    let titles: Vec<&str> = pairs.iter().map(|(_, title)| title.as_str()).collect();
    assert_eq!(titles, ["one", "three", "two"]);
}

fn joins_follow_one_another(db: &Db) {
    let conn = &mut seed(db);
    // Each post with its author and each user, some of whom have written none.
    let all = User.alias("everyone");
    let query = select((optional(Post.title), optional(User.username), all.username))
        .from(Post)
        .left_join(User)
        .right_join_on(all, all.id.eq(User.id))
        .order_by((all.id, Post.id));
    let rows = query.all(conn).unwrap();
    let found: Vec<(Option<&str>, bool, &str)> = rows
        .iter()
        .map(|(title, author, name)| (title.as_deref(), author.is_some(), name.as_str()))
        .collect();
    let expected = [
        (Some("one"), true, "ada"),
        (Some("two"), true, "ada"),
        (None, false, "bob"),
        (Some("three"), true, "cy"),
        (None, false, "dee"),
    ];
    assert_eq!(found, expected);
    // What is joined before a RIGHT JOIN is on its nullable side.
    let query = select((User.id, all.id)).from(Post).join(User);
    let query = query.right_join_on(all, all.id.eq(User.id));
    let error = query.all(conn).unwrap_err().to_string();
    assert!(error.contains("optional(User)"), "{error}");
}

fn joins_are_added_at_run_time(db: &Db) {
    let conn = &mut seed(db);
    let count = |conn: &mut Connection, joins: &[&str]| {
        let mut query = select(User.id);
        for join in joins {
            query = match *join {
                "posts" => query.left_join(Post),
                "written" => query.join(Post),
                _ => query.cross_join(Country),
            };
        }
        query.count(conn).unwrap()
    };
    assert_eq!(count(conn, &[]), 4);
    assert_eq!(count(conn, &["posts"]), 5);
    assert_eq!(count(conn, &["written"]), 3);
    assert_eq!(count(conn, &["posts", "countries"]), 0);
}
