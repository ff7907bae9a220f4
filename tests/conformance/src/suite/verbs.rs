//! The verbs `last` and `contains`: what they return and send, and the queries that they refuse. `first`, `one` and
//! `exists` are in `queries.rs`.

use orm::prelude::*;
use orm::{Criteria, ErrorKind};

use super::support::{fails, seed};
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Line, Post, User};

cases![
    "verbs":
    the_last_row_is_the_first_in_reverse,
    the_last_row_is_the_one_of_the_highest_key,
    the_last_row_loads_relations_and_groups,
    the_last_of_limited_rows_is_refused,
    the_latest_row_has_the_greatest_value,
    none_finds_no_row,
    a_row_is_contained_by_its_key,
    a_handle_is_contained_after_its_flush,
    handles_need_their_session,
    contained_rows_of_limited_rows_are_refused,
];

fn the_last_row_is_the_first_in_reverse(db: &Db) {
    let conn = &mut seed(db);
    let users = select(User.username);
    let by_name = users.clone().order_by(User.username);
    assert_eq!(by_name.first(conn).unwrap().as_deref(), Some("ada"));
    assert_eq!(by_name.last(conn).unwrap().as_deref(), Some("dee"));
    // The query itself keeps its order.
    assert_eq!(by_name.first(conn).unwrap().as_deref(), Some("ada"));
    let descending = users.clone().order_by(User.username.desc());
    assert_eq!(descending.last(conn).unwrap().as_deref(), Some("ada"));
    let mixed = select((Post.author_id, Post.title)).order_by((Post.author_id, Post.title.desc()));
    let all = mixed.all(conn).unwrap();
    assert_eq!(mixed.last(conn).unwrap().as_ref(), all.last());
    // NULL is at the other end, wherever that is.
    let by_email = select(User.email).order_by(User.email);
    let all = by_email.all(conn).unwrap();
    assert_eq!(by_email.last(conn).unwrap().as_ref(), all.last());
    assert_eq!(by_name.filter(User.id.gt(9)).last(conn).unwrap(), None);
}

fn the_latest_row_has_the_greatest_value(db: &Db) {
    let conn = &mut seed(db);
    // The order of the query does not matter, and a row of NULL is the last one.
    let by_name = select((User.username, User.email)).order_by(User.username);
    let latest = by_name.latest(User.id, conn).unwrap().unwrap();
    assert_eq!(latest.0, "dee");
    let but_four = by_name.latest(User.id.nullif(4), conn).unwrap().unwrap();
    assert_eq!(but_four.0, "cy");
    assert_eq!(
        by_name.latest(-User.id, conn).unwrap().map(|row| row.0),
        select(User.username).order_by(User.id).first(conn).unwrap()
    );
    assert_eq!(by_name.clone().none().latest(User.id, conn).unwrap(), None);
    assert_eq!(by_name.first(conn).unwrap().unwrap().0, "ada");
    let limited = by_name.limit(1);
    fails(limited.latest(User.id, conn), ErrorKind::Usage);
}

fn none_finds_no_row(db: &Db) {
    let conn = &mut seed(db);
    let nothing = select(User).none();
    assert_eq!(nothing.count(conn).unwrap(), 0);
    assert_eq!(nothing.clone().filter(User.id.gt(0)).all(conn).unwrap(), []);
    assert!(!nothing.exists(conn).unwrap());
    // An aggregate without rows is a row.
    assert_eq!(select(count_all()).from(User).none().one(conn).unwrap(), 0);
    let mut session = db.session();
    assert_eq!(nothing.all(&mut session).unwrap(), []);
}

/// What was sent, with LIMIT in place of the standard's words.
fn limited(db: &Db) -> Vec<String> {
    let sent = db.sent().into_iter();
    sent.map(|sql| sql.replace("FETCH FIRST 1 ROWS ONLY", "LIMIT 1"))
        .collect()
}

fn the_last_row_is_the_one_of_the_highest_key(db: &Db) {
    let conn = &mut seed(db);
    db.sent();
    assert_eq!(select(User.username).last(conn).unwrap().unwrap(), "dee");
    let text = r#"SELECT "username" FROM "users" ORDER BY "id" DESC LIMIT 1"#;
    assert_eq!(limited(db), [text]);
    let lines = [(2, 1), (1, 3), (2, 2), (1, 9)].map(|(number, position)| Line {
        number,
        position,
        quoted: 0,
    });
    insert(Line).values(&lines).execute(conn).unwrap();
    let last = select(Line).last(conn).unwrap().unwrap();
    assert_eq!((last.number, last.position), (2, 2));
    let post = Post.alias("p");
    assert_eq!(select(post.title).last(conn).unwrap().unwrap(), "three");
    let mut session = db.session();
    let handle = select(User).last(&mut session).unwrap().unwrap();
    assert_eq!(session[handle].username, "dee");
}

fn the_last_row_loads_relations_and_groups(db: &Db) {
    let conn = &mut seed(db);
    let counts = select((User.username, count(Post.id)))
        .join(Post)
        .group_by(User.username)
        .order_by((count(Post.id).desc(), User.username));
    assert_eq!(counts.last(conn).unwrap().unwrap(), ("cy".to_owned(), 1));
    // Neither has the key that is the order of a query without one.
    fails(select(User.email).distinct().last(conn), ErrorKind::Usage);
    fails(select(count_all()).from(User).last(conn), ErrorKind::Usage);
}

fn the_last_of_limited_rows_is_refused(db: &Db) {
    let conn = &mut seed(db);
    db.sent();
    for query in [select(User).limit(2), select(User).offset(1)] {
        let error = fails(query.last(conn), ErrorKind::Usage);
        assert_eq!(error.table(), Some("users"));
        let message = "`last` is not allowed with LIMIT and OFFSET";
        assert_eq!(error.message(), message);
    }
    assert_eq!(db.sent(), [""; 0]);
}

fn a_row_is_contained_by_its_key(db: &Db) {
    let conn = &mut seed(db);
    let with_email = select(User).filter(User.email.is_not_null());
    db.sent();
    assert!(with_email.contains(1, conn).unwrap());
    let text = r#"SELECT 1 FROM "users" WHERE "email" IS NOT NULL AND "id" = ? LIMIT 1"#;
    assert_eq!(limited(db), [text]);
    assert!(!with_email.contains(2, conn).unwrap());
    assert!(!with_email.contains(9, conn).unwrap());
    let bob = select(User).filter(User.id.eq(2)).one(conn).unwrap();
    assert!(!with_email.contains(&bob, conn).unwrap());
    assert!(select(User).contains(&bob, conn).unwrap());
    let line = Line {
        number: 1,
        position: 2,
        quoted: 0,
    };
    insert(Line).values(&line).execute(conn).unwrap();
    assert!(select(Line).contains((1, 2), conn).unwrap());
    assert!(!select(Line).contains((2, 1), conn).unwrap());
    let user = User.alias("u");
    assert!(
        select(user)
            .filter(user.username.eq("cy"))
            .contains(3, conn)
            .unwrap()
    );
    if db.dialect().capabilities().group_by_key {
        let authors = select(User)
            .join(Post)
            .group_by(User)
            .having(count(Post.id).gt(1));
        assert!(authors.contains(1, conn).unwrap());
        assert!(!authors.contains(3, conn).unwrap());
    }
}

fn a_handle_is_contained_after_its_flush(db: &Db) {
    seed(db);
    let criteria = Criteria::new().add("email", User, User.email.is_not_null());
    let mut session = db.session().criteria(&criteria);
    let with_y = select(User).filter(User.email.contains("@y"));
    let eve = session.add(User::builder().username("eve").email("eve@y.org"));
    let fay = session.add(User::builder().username("fay"));
    assert!(with_y.contains(eve, &mut session).unwrap());
    assert!(!select(User).contains(fay, &mut session).unwrap());
    let unhidden = select(User).without_criteria("email");
    assert!(unhidden.contains(fay, &mut session).unwrap());
    session[eve].email = None;
    assert!(!with_y.contains(eve, &mut session).unwrap());
    session.rollback().unwrap();
}

fn handles_need_their_session(db: &Db) {
    let conn = &mut seed(db);
    let mut session = db.session();
    let ada = session.get_one(User, 1).unwrap();
    let error = fails(select(User).contains(ada, conn), ErrorKind::Usage);
    assert!(error.to_string().contains("Select.contains"), "{error}");
    let mut other = db.session();
    fails(
        select(User).contains(ada, &mut other),
        ErrorKind::StaleHandle,
    );
}

fn contained_rows_of_limited_rows_are_refused(db: &Db) {
    let conn = &mut seed(db);
    let error = fails(select(User).limit(2).contains(1, conn), ErrorKind::Usage);
    let message = "`contains` is not allowed with LIMIT and OFFSET";
    assert_eq!(error.message(), message);
}
