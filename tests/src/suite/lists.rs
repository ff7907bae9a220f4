//! Membership in lists: of every type and any length, a million included.

use orm::prelude::*;

use crate::backend::Db;
use crate::cases;
use crate::fixtures::{Colour, Everything, Post, User};

cases![
    "lists":
    lists_of_any_length,
    lists_of_every_type,
    a_list_of_a_million,
    lists_and_null,
];

/// Four users, one without an email; three posts, by two of them.
fn seed(db: &Db) -> Connection {
    let mut session = db.session();
    for (name, email) in [
        ("ada", Some("ada@x.org")),
        ("bob", None),
        ("cy", Some("cy@y.org")),
        ("dee", Some("")),
    ] {
        let mut user = User {
            id: 0,
            username: name.into(),
            email: None,
        };
        user.email = email.map(Into::into);
        session.add(user);
    }
    session.commit().unwrap();
    for (title, author_id) in [("one", 1), ("two", 1), ("three", 3)] {
        session.add(Post::builder().title(title).author_id(author_id));
    }
    session.commit().unwrap();
    db.sent();
    db.engine.connection().unwrap()
}

/// The names of the users that a condition holds for, in order.
#[track_caller]
fn names(conn: &mut Connection, condition: Predicate) -> Vec<String> {
    let query = select(User.username)
        .filter(condition)
        .order_by(User.username);
    query.all(conn).unwrap()
}

fn everything(id: i64, flag: Option<bool>) -> Everything {
    Everything {
        id,
        flag: flag == Some(true),
        small: 5,
        medium: 50,
        large: 500,
        single: 0.5,
        double: 0.25,
        text: "text".into(),
        bytes: vec![0, 255],
        date: "2024-02-29".parse().unwrap(),
        time: "12:30:00.5".parse().unwrap(),
        moment: "2024-02-29T12:30:00".parse().unwrap(),
        instant: "2024-02-29T12:30:00.000001Z".parse().unwrap(),
        token: uuid::Uuid::from_u128(99),
        colour: Colour::DarkBlue,
        maybe_flag: flag,
        maybe_number: None,
        maybe_text: None,
        maybe_instant: None,
    }
}

fn lists_of_any_length(db: &Db) {
    let conn = &mut seed(db);
    assert_eq!(names(conn, User.id.in_([0_i64; 0])), [""; 0]);
    assert_eq!(names(conn, User.id.not_in([0_i64; 0])).len(), 4);
    assert_eq!(names(conn, User.id.in_([3, 1, 3])), ["ada", "cy"]);
    assert_eq!(names(conn, User.id.not_in([3, 1])), ["bob", "dee"]);
    assert_eq!(
        names(conn, User.username.in_(["cy", "nobody", "it's \\ \"%"])),
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
