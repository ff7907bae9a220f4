//! LATERAL: derived tables that use columns of the tables before them.

use orm::ErrorKind;
use orm::prelude::*;

use super::support::{fails, seed};
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Post, User};

cases![
    "laterals":
    the_first_rows_of_each (crate::suite::Requires::Lateral),
    a_row_without_a_match_stays (crate::suite::Requires::Lateral),
    values_and_totals_of_each (crate::suite::Requires::Lateral),
    a_database_without_lateral_refuses_it,
];

fn last_post() -> Select<orm::mapping::Column<Post, String>> {
    select(Post.title)
        .filter(Post.author_id.eq(User.id))
        .order_by(Post.id.desc())
}

fn the_first_rows_of_each(db: &Db) {
    let conn = &mut seed(db);
    let last = last_post().limit(1).as_table("last_post");
    let title = last.columns();
    let query = select((User.username, title))
        .join_lateral(&last)
        .order_by(User.id);
    let expected = [("ada", "two"), ("cy", "three")];
    let expected = expected.map(|(a, b)| (a.to_owned(), b.to_owned()));
    assert_eq!(query.all(conn).unwrap(), expected);
    assert_eq!(query.count(conn).unwrap(), 2);
    let some = query.filter(title.starts_with("th"));
    assert_eq!(some.all(conn).unwrap(), expected[1..]);
}

fn a_row_without_a_match_stays(db: &Db) {
    let conn = &mut seed(db);
    let last = last_post().limit(1).as_table("last_post");
    let title = last.columns();
    let query = select((User.username, optional(title))).left_join_lateral(&last);
    let rows = query.order_by(User.id).all(conn).unwrap();
    assert_eq!(rows[1], ("bob".to_owned(), None));
    assert_eq!(rows.len(), 4);
    let bare = select((User.username, title)).left_join_lateral(&last);
    fails(bare.all(conn), ErrorKind::Usage);
}

fn values_and_totals_of_each(db: &Db) {
    let conn = &mut seed(db);
    let own = select((count_all(), max(Post.id + 10)));
    let own = own
        .from(Post)
        .filter(Post.author_id.eq(User.id) & Post.id.gt(1))
        .as_table("own");
    let (posts, last) = own.columns();
    let query = select((User.id, posts, last))
        .join_lateral(&own)
        .filter(User.id.lt(3));
    let query = query.order_by(User.id);
    for _ in 0..2 {
        assert_eq!(query.all(conn).unwrap(), [(1, 1, Some(12)), (2, 0, None)]);
    }
}

fn a_database_without_lateral_refuses_it(db: &Db) {
    let conn = &mut seed(db);
    let last = last_post().as_table("last_post");
    let query = select((User.username, last.columns())).join_lateral(&last);
    match query.all(conn) {
        Ok(rows) => assert!(db.capabilities().lateral && rows.len() == 3),
        Err(error) => {
            assert!(
                error.is_unsupported() && !db.capabilities().lateral,
                "{error:?}"
            );
            assert_eq!(db.sent(), [""; 0]);
        }
    }
}
