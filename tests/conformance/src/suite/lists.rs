//! Membership in lists: of every type and any length, a million included.

use orm::ErrorKind;
use orm::prelude::*;

use super::support::{everything, names, seed};
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Colour, Everything, Post, User};
use crate::suite::Requires;

cases![
    "lists":
    lists_of_any_length (Requires::LongLists),
    lists_of_every_type (Requires::LongLists),
    a_list_of_a_million (Requires::LongLists),
    lists_and_null (Requires::LongLists),
    several_lists_share_the_binds (Requires::LongLists),
    numbers_that_are_none_in_lists (Requires::LongLists),
    members_of_a_limited_query,
];

fn lists_of_any_length(db: &Db) {
    let conn = &mut seed(db);
    assert_eq!(names(conn, User.id.in_([0_i64; 0])), [""; 0]);
    assert_eq!(names(conn, User.id.not_in([0_i64; 0])).len(), 4);
    assert_eq!(names(conn, User.id.in_([3, 1, 3])), ["ada", "cy"]);
    assert_eq!(names(conn, User.id.not_in([3, 1])), ["bob", "dee"]);
    assert_eq!(
        names(conn, User.username.in_(["cy", "missing", "it's \\ \"%"])),
        ["cy"]
    );
    assert_eq!(
        names(conn, User.username.in_(vec!["cy".to_owned()])),
        ["cy"]
    );
    // Beyond any limit of binds.
    assert_eq!(names(conn, User.id.in_(2..40_002)), ["bob", "cy", "dee"]);
    assert_eq!(names(conn, User.id.not_in(2..40_002)), ["ada"]);
    let many: Vec<String> = (0..40_000).map(|n| format!("user {n} 'é\\")).collect();
    assert_eq!(names(conn, User.username.in_(&many)), [""; 0]);
    let some = many.iter().map(String::as_str).chain(["ada"]);
    assert_eq!(names(conn, User.username.in_(some)), ["ada"]);
    // Two long lists share one statement.
    let both = User.id.in_(1..40_000) & User.id.not_in(2..40_000);
    assert_eq!(names(conn, both), ["ada"]);
}

fn lists_of_every_type(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let row = everything(1, Some(true));
    insert(Everything).values(&row).execute(&mut conn).unwrap();
    let e = Everything;
    // Short ones, and ones that go as a single bind.
    for length in [1, 40_000] {
        let fill = |n: i32| n - 100_000;
        let days = |n: i32| chrono::NaiveDate::from_num_days_from_ce_opt(n + 1).unwrap();
        let n = || 1..length;
        let conditions = [
            e.small.in_(n().map(|_| 1_i16).chain([row.small])),
            e.medium.in_(n().map(fill).chain([row.medium])),
            e.large
                .in_(n().map(|n| i64::from(fill(n))).chain([row.large])),
            e.double
                .in_(n().map(|n| f64::from(fill(n))).chain([row.double])),
            e.single.in_(n().map(|_| 7.5_f32).chain([row.single])),
            e.text
                .in_(n().map(|n| n.to_string()).chain([row.text.clone()])),
            e.bytes.in_(
                n().map(|n| n.to_be_bytes().to_vec())
                    .chain([row.bytes.clone()]),
            ),
            e.date.in_(n().map(days).chain([row.date])),
            e.time
                .in_(n().map(|_| chrono::NaiveTime::MIN).chain([row.time])),
            e.moment
                .in_(n().map(|n| days(n).into()).chain([row.moment])),
            e.instant.in_(
                n().map(|n| chrono::NaiveDateTime::from(days(n)).and_utc())
                    .chain([row.instant]),
            ),
            e.token.in_(
                n().map(|n| uuid::Uuid::from_u64_pair(1, n.unsigned_abs().into()))
                    .chain([row.token]),
            ),
            e.colour.in_(n().map(|_| Colour::Red).chain([row.colour])),
            e.flag.in_(n().map(|_| false).chain([true])),
        ];
        for (position, condition) in conditions.into_iter().enumerate() {
            let found = select(e).filter(condition.clone()).count(&mut conn);
            assert_eq!(found.unwrap(), 1, "condition {position} of {length} values");
            let found = select(e).filter(!condition).count(&mut conn);
            assert_eq!(found.unwrap(), 0, "condition {position} of {length} values");
        }
    }
}

fn a_list_of_a_million(db: &Db) {
    let conn = &mut seed(db);
    assert_eq!(names(conn, User.id.in_(3..1_000_003)), ["cy", "dee"]);
    let deleted = delete(Post)
        .filter(Post.id.in_(2..1_000_002))
        .execute(conn)
        .unwrap();
    assert_eq!(deleted, 2);
}

/// `NOT IN` of a list never meets NULL, since a list holds none; a NULL column is in no list and not
/// outside one either.
fn lists_and_null(db: &Db) {
    let conn = &mut seed(db);
    assert_eq!(names(conn, User.email.in_(["", "cy@y.org"])), ["cy", "dee"]);
    assert_eq!(names(conn, User.email.not_in(["", "cy@y.org"])), ["ada"]);
    let long = || (0..40_000).map(|n| n.to_string()).chain([String::new()]);
    assert_eq!(names(conn, User.email.in_(long())), ["dee"]);
    assert_eq!(names(conn, User.email.not_in(long())), ["ada", "cy"]);
}

fn several_lists_share_the_binds(db: &Db) {
    let conn = &mut seed(db);
    let list = |n: i64| User.id.in_(n..n + 16_000);
    let all = (1..8).map(list);
    assert_eq!(names(conn, Predicate::any(all)).len(), 4);
    let all = (-5..2).map(list);
    assert_eq!(names(conn, Predicate::all(all)).len(), 4);
}

/// A long list is the same list, though it goes as the text of a JSON array.
fn numbers_that_are_none_in_lists(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let row = everything(1, None);
    insert(Everything).values(&row).execute(&mut conn).unwrap();
    for length in [1, 40_000] {
        for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let values = || (0..length).map(f64::from).chain([odd]);
            let found = select(Everything.id).filter(Everything.double.not_in(values()));
            match found.all(&mut conn) {
                Ok(found) => assert_eq!(found, [1], "{odd} of {length}"),
                Err(error) => assert_eq!(error.kind(), ErrorKind::OutOfRange, "{error:?}"),
            }
            let found = select(Everything.id).filter(Everything.double.in_(values()));
            match found.all(&mut conn) {
                Ok(found) => assert_eq!(found, [0; 0], "{odd} of {length}"),
                Err(error) => assert_eq!(error.kind(), ErrorKind::OutOfRange, "{error:?}"),
            }
        }
    }
}

fn members_of_a_limited_query(db: &Db) {
    let conn = &mut seed(db);
    let first = select(Post.author_id)
        .order_by(Post.author_id.desc())
        .limit(1);
    assert_eq!(names(conn, User.id.in_select(first)), ["cy"]);
    let rest = select(Post.author_id).order_by(Post.id).offset(2);
    assert_eq!(names(conn, User.id.in_select(rest)), ["cy"]);
}
