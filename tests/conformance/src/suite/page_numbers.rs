//! Pages by number: their rows, what is said of further ones, and the number of all rows.

use orm::prelude::*;
use orm::{ErrorKind, Result};

use super::support::{fails, seed};
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Post, User};

cases![
    "page_numbers":
    each_row_is_on_one_page,
    equal_rows_are_ordered_by_their_keys,
    the_total_is_counted_on_request,
    pages_of_groups_have_the_order_of_the_query,
    pages_without_rows,
    sessions_yield_handles,
    pages_that_are_refused,
];

fn each_row_is_on_one_page(db: &Db) {
    let conn = &mut seed(db);
    let names = select(User.username).order_by(User.username.desc());
    let page = |number, size, conn: &mut Connection| names.page(number, size).fetch(conn).unwrap();
    let first = page(1, 3, conn);
    assert_eq!(first.rows, ["dee", "cy", "bob"]);
    assert_eq!((first.has_next, first.total), (true, None));
    let second = page(2, 3, conn);
    assert_eq!(
        (second.rows, second.has_next),
        (vec!["ada".to_owned()], false)
    );
    // A last page that is full.
    let full = page(2, 2, conn);
    assert_eq!((full.rows.len(), full.has_next), (2, false));
    assert!(!page(1, 4, conn).has_next);
}

fn equal_rows_are_ordered_by_their_keys(db: &Db) {
    let conn = &mut seed(db);
    let posts = select((Post.title, User.id))
        .join(User)
        .filter(User.username.ne("x"))
        .order_by(User.id.desc());
    let mut found: Vec<String> = Vec::new();
    for number in 1..=3 {
        let page = posts.page(number, 1).fetch(conn).unwrap();
        found.extend(page.rows.into_iter().map(|(title, _)| title));
        assert_eq!(page.has_next, number < 3);
    }
    assert_eq!(found, ["three", "one", "two"]);
    db.sent();
    posts.page(1, 1).fetch(conn).unwrap();
    let sent = db.sent().remove(0);
    let order = r#"ORDER BY "users"."id" DESC, "posts"."id" ASC"#;
    assert!(sent.contains(order), "{sent}");
}

fn the_total_is_counted_on_request(db: &Db) {
    let conn = &mut seed(db);
    let with_email = select(User).filter(User.email.is_not_null());
    let page = with_email.page(1, 2).with_total().fetch(conn).unwrap();
    assert_eq!((page.rows.len(), page.total), (2, Some(3)));
    let page = with_email.page(9, 2).with_total().fetch(conn).unwrap();
    assert_eq!((page.rows.len(), page.total), (0, Some(3)));
}

fn pages_of_groups_have_the_order_of_the_query(db: &Db) {
    let conn = &mut seed(db);
    let counts = select((Post.author_id, count(Post.id)))
        .group_by(Post.author_id)
        .order_by(Post.author_id);
    let page = counts.page(1, 1).with_total().fetch(conn).unwrap();
    assert_eq!(
        (page.rows, page.has_next, page.total),
        (vec![(1, 2)], true, Some(2))
    );
    let authors = select(Post.author_id).distinct().order_by(Post.author_id);
    let page = authors.page(2, 1).fetch(conn).unwrap();
    assert_eq!((page.rows, page.has_next), (vec![3], false));
}

fn pages_without_rows(db: &Db) {
    let conn = &mut seed(db);
    let none = select(User).filter(User.id.gt(9)).page(1, 5).with_total();
    let page = none.fetch(conn).unwrap();
    assert_eq!(
        (page.rows, page.has_next, page.total),
        (Vec::new(), false, Some(0))
    );
    let beyond = select(User).page(5, 2).fetch(conn).unwrap();
    assert!(beyond.rows.is_empty() && !beyond.has_next);
}

fn sessions_yield_handles(db: &Db) {
    seed(db);
    let mut session = db.session();
    session.add(User::builder().username("eve"));
    let page = select(User)
        .page(2, 3)
        .with_total()
        .fetch(&mut session)
        .unwrap();
    assert_eq!(page.total, Some(5));
    let names = page
        .rows
        .iter()
        .map(|user| session[*user].username.as_str());
    assert_eq!(names.collect::<Vec<_>>(), ["dee", "eve"]);
    session.rollback().unwrap();
}

fn pages_that_are_refused(db: &Db) {
    let conn = &mut seed(db);
    db.sent();
    let refused = |result: Result<orm::query::Page<User>>, message: &str| {
        let error = fails(result, ErrorKind::Usage);
        assert_eq!(error.message(), message);
    };
    refused(select(User).page(0, 5).fetch(conn), "there is no page 0");
    let empty = "a page of 0 rows is not possible";
    refused(select(User).page(1, 0).fetch(conn), empty);
    let limited = "`page` is not allowed with LIMIT and OFFSET";
    refused(select(User).limit(5).page(1, 2).fetch(conn), limited);
    refused(select(User).offset(5).page(1, 2).fetch(conn), limited);
    assert_eq!(db.sent(), [""; 0]);
}
