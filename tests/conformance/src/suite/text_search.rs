//! Searches in text: which count case, what a wildcard is, and what NULL and nothing are.

use orm::ErrorKind;
use orm::prelude::*;

use super::support::{names, seed};
use crate::cases;
use crate::database::Db;
use crate::fixtures::User;

cases![
    "text_search":
    searches_in_text_count_case_but_one,
    wildcards_in_needles_are_text,
    patterns_have_wildcards,
    an_empty_needle_is_in_every_text,
    patterns_that_end_escaping_are_refused,
    a_nul_is_no_wildcard,
    patterns_of_any_length,
];

/// Users of those names, and no others.
fn named(db: &Db, names: &[&str]) -> Connection {
    let mut conn = db.engine.connection().unwrap();
    let users = names.iter().map(|name| User::builder().username(*name));
    insert(User).values(users).execute(&mut conn).unwrap();
    conn
}

fn searches_in_text_count_case_but_one(db: &Db) {
    let conn = &mut named(db, &["Rust book", "rust", "trust", "RUST", "dust"]);
    assert_eq!(
        names(conn, User.username.contains("rust")),
        ["rust", "trust"]
    );
    assert_eq!(names(conn, User.username.starts_with("rust")), ["rust"]);
    assert_eq!(
        names(conn, User.username.starts_with("Rust")),
        ["Rust book"]
    );
    assert_eq!(
        names(conn, User.username.ends_with("ust")),
        ["dust", "rust", "trust"]
    );
    assert_eq!(names(conn, User.username.ends_with("UST")), ["RUST"]);
    let ignoring = ["RUST", "Rust book", "rust", "trust"];
    assert_eq!(names(conn, User.username.icontains("rust")), ignoring);
    assert_eq!(names(conn, User.username.icontains("RuSt")), ignoring);
    assert_eq!(names(conn, !User.username.icontains("rust")), ["dust"]);
    // NULL is in no search.
    assert_eq!(names(conn, User.email.contains("x")), [""; 0]);
    assert_eq!(names(conn, User.username.contains(" ")), ["Rust book"]);
    assert_eq!(names(conn, User.username.ends_with("rust ")), [""; 0]);
}

fn wildcards_in_needles_are_text(db: &Db) {
    let all = [
        "50% off", "50 off", "a_b", "axb", "c\\d", "it's", "[x]", "x*y?", "\"q\"",
    ];
    let conn = &mut named(db, &all);
    for needle in [
        "%", "_", "\\", "'", "[x]", "*", "?", "\"", "0%", "\\d", "t's",
    ] {
        let expected: Vec<_> = {
            let mut found: Vec<_> = all
                .iter()
                .filter(|name| name.contains(needle))
                .copied()
                .collect();
            found.sort_unstable();
            found
        };
        assert_eq!(
            names(conn, User.username.contains(needle)),
            expected,
            "contains {needle}"
        );
        assert_eq!(
            names(conn, User.username.icontains(needle)),
            expected,
            "icontains {needle}"
        );
    }
    assert_eq!(names(conn, User.username.starts_with("50%")), ["50% off"]);
    assert_eq!(names(conn, User.username.starts_with("a_")), ["a_b"]);
    assert_eq!(names(conn, User.username.ends_with("\\d")), ["c\\d"]);
    assert_eq!(names(conn, User.username.ends_with("_b")), ["a_b"]);
}

fn patterns_have_wildcards(db: &Db) {
    let conn = &mut named(
        db,
        &["ab", "aXb", "aXXb", "a_b", "a%b", "AB", "[ab]", "a*b"],
    );
    assert_eq!(
        names(conn, User.username.like("a_b")),
        ["a%b", "a*b", "aXb", "a_b"]
    );
    assert_eq!(
        names(conn, User.username.like("a%b")),
        ["a%b", "a*b", "aXXb", "aXb", "a_b", "ab"]
    );
    assert_eq!(names(conn, User.username.like("a\\_b")), ["a_b"]);
    assert_eq!(names(conn, User.username.like("a\\%b")), ["a%b"]);
    assert_eq!(names(conn, User.username.like("[ab]")), ["[ab]"]);
    assert_eq!(names(conn, User.username.like("a*b")), ["a*b"]);
    assert_eq!(names(conn, User.username.like("ab")), ["ab"]);
    assert_eq!(names(conn, User.username.like("AB")), ["AB"]);
}

fn an_empty_needle_is_in_every_text(db: &Db) {
    let conn = &mut seed(db);
    for condition in [
        User.email.contains(""),
        User.email.starts_with(""),
        User.email.ends_with(""),
        User.email.icontains(""),
        User.email.like("%"),
    ] {
        assert_eq!(names(conn, condition.clone()), ["ada", "cy", "dee"]);
        // What is unknown stays unknown.
        assert_eq!(names(conn, !condition), [""; 0]);
    }
}

fn patterns_that_end_escaping_are_refused(db: &Db) {
    let conn = &mut named(db, &["a\\", "a"]);
    db.sent();
    for pattern in ["a\\", "\\", "a\\\\\\"] {
        let query = select(User).filter(User.username.like(pattern));
        assert_eq!(query.all(conn).unwrap_err().kind(), ErrorKind::Usage);
    }
    assert_eq!(db.sent(), [""; 0]);
    assert_eq!(names(conn, User.username.like("a\\\\")), ["a\\"]);
}

/// Some databases can't hold it, or not in a pattern; none takes it for the end of one.
fn a_nul_is_no_wildcard(db: &Db) {
    let conn = &mut named(db, &["ab"]);
    let username = User.username;
    for condition in [
        username.contains("\0"),
        username.icontains("\0"),
        username.icontains("a\0"),
        username.starts_with("a\0"),
        username.ends_with("\0"),
        username.like("a%\0%"),
    ] {
        let found = select(User).filter(condition).count(conn);
        let kind = found.map_err(|error| error.kind());
        assert!(
            matches!(
                kind,
                Ok(0) | Err(ErrorKind::OutOfRange | ErrorKind::Unsupported)
            ),
            "{kind:?}"
        );
    }
}

fn patterns_of_any_length(db: &Db) {
    let conn = &mut named(db, &["ab"]);
    let long = "x".repeat(60_000);
    for condition in [
        User.username.contains(&long),
        User.username.icontains(&long),
        User.username.like(&long),
    ] {
        let found = select(User).filter(condition).count(conn);
        let kind = found.map_err(|error| error.kind());
        assert!(
            matches!(kind, Ok(0) | Err(ErrorKind::DataTooLong)),
            "{kind:?}"
        );
    }
}
