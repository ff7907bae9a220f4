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
    case_is_ignored_in_every_script,
    searches_that_ignore_case_take_needles_literally,
    not_like_is_the_rest,
    a_pattern_with_nul_after_one_without,
    regular_expressions_match_parts (crate::suite::Requires::Regexes),
    a_broken_regular_expression_is_an_error (crate::suite::Requires::Regexes),
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
        username.ilike("a%\0%"),
        username.istarts_with("A\0"),
        username.iends_with("\0"),
        username.ieq("ab\0"),
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

fn case_is_ignored_in_every_script(db: &Db) {
    let all = [
        "Äpfel",
        "äPFEL",
        "ΣΊΣΥΦΟΣ",
        "Ёж",
        "straße",
        "ada",
        "ADA",
        "Ada B",
    ];
    let conn = &mut named(db, &all);
    let username = User.username;
    assert_eq!(names(conn, username.icontains("äpf")), ["Äpfel", "äPFEL"]);
    assert_eq!(names(conn, username.istarts_with("ÄP")), ["Äpfel", "äPFEL"]);
    assert_eq!(names(conn, username.iends_with("Ж")), ["Ёж"]);
    assert_eq!(names(conn, username.istarts_with("σίσ")), ["ΣΊΣΥΦΟΣ"]);
    assert_eq!(names(conn, username.ieq("ада")), [""; 0]);
    assert_eq!(names(conn, username.ieq("AdA")), ["ADA", "ada"]);
    assert_eq!(names(conn, username.ilike("AD_%")), ["ADA", "Ada B", "ada"]);
    assert_eq!(names(conn, username.ilike("%Ё_")), ["Ёж"]);
    assert_eq!(names(conn, username.ieq("STRASSE")), [""; 0]);
    assert_eq!(names(conn, username.ieq("STRAßE")), ["straße"]);
    assert_eq!(names(conn, username.lower().eq("ada")), ["ADA", "ada"]);
    assert_eq!(
        names(conn, User.email.ieq("x") | User.email.ilike("%")),
        [""; 0]
    );
}

fn searches_that_ignore_case_take_needles_literally(db: &Db) {
    let conn = &mut named(db, &["50% OFF", "50 off", "A_b", "axb", "C\\D"]);
    let username = User.username;
    assert_eq!(names(conn, username.istarts_with("50%")), ["50% OFF"]);
    assert_eq!(names(conn, username.istarts_with("a_")), ["A_b"]);
    assert_eq!(names(conn, username.iends_with("_B")), ["A_b"]);
    assert_eq!(names(conn, username.iends_with("\\d")), ["C\\D"]);
    assert_eq!(names(conn, username.ieq("a_B")), ["A_b"]);
    assert_eq!(names(conn, username.ieq("%")), [""; 0]);
    assert_eq!(names(conn, username.ilike("a\\_B")), ["A_b"]);
    assert_eq!(names(conn, username.ieq("")), [""; 0]);
    assert_eq!(names(conn, username.istarts_with("").not()), [""; 0]);
}

fn not_like_is_the_rest(db: &Db) {
    let conn = &mut named(db, &["ab", "AB", "b"]);
    assert_eq!(names(conn, User.username.not_like("a%")), ["AB", "b"]);
    assert_eq!(names(conn, User.email.not_like("a%")), [""; 0]);
}

/// The second one has the text of the first.
fn a_pattern_with_nul_after_one_without(db: &Db) {
    let conn = &mut named(db, &["ab"]);
    for (pattern, found) in [("a%", 1), ("a\0%", 0), ("%\0", 0)] {
        let count = select(User).filter(User.username.like(pattern)).count(conn);
        match count.map_err(|error| error.kind()) {
            Ok(count) => assert_eq!(count, found, "{pattern:?}"),
            Err(kind) => assert!(found == 0 && kind == ErrorKind::OutOfRange, "{kind:?}"),
        }
    }
}

fn regular_expressions_match_parts(db: &Db) {
    let all = ["abc", "aBc", "a\nc", "äbc", "a.c", "123", "ab12", ""];
    let conn = &mut named(db, &all);
    let username = User.username;
    let found = |conn: &mut Connection, regex: &str| names(conn, username.matches(regex));
    assert_eq!(found(conn, "b"), ["ab12", "abc", "äbc"]);
    assert_eq!(found(conn, "^a.c$"), ["a\nc", "a.c", "aBc", "abc"]);
    assert_eq!(found(conn, "^a\\.c$"), ["a.c"]);
    assert_eq!(found(conn, "^[a-c]+$"), ["abc"]);
    assert_eq!(found(conn, "^[^a]"), ["123", "äbc"]);
    assert_eq!(found(conn, "^[[:digit:]]{3}$"), ["123"]);
    assert_eq!(found(conn, "\\d\\d$"), ["123", "ab12"]);
    assert_eq!(found(conn, "^(ab|12)"), ["123", "ab12", "abc"]);
    assert_eq!(found(conn, "(?i)^ABC$"), ["aBc", "abc"]);
    assert_eq!(found(conn, "^.bc$"), ["abc", "äbc"]);
    assert_eq!(found(conn, "^$"), [""]);
    assert_eq!(found(conn, "").len(), all.len());
    assert_eq!(names(conn, !username.matches("[abc2]")), [""]);
    assert_eq!(names(conn, User.email.matches("")), [""; 0]);
}

fn a_broken_regular_expression_is_an_error(db: &Db) {
    let conn = &mut named(db, &["ab"]);
    for regex in ["(", "[a", "a{2,1}", "*"] {
        let query = select(User).filter(User.username.matches(regex));
        let error = query.all(conn).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Syntax, "{regex}: {error}");
    }
}
