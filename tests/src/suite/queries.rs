//! The typed SQL layer: every clause and operator means the same on every database.

use orm::prelude::*;
use orm::{EntityState, ErrorKind};

use super::support::fails;
use crate::backend::Db;
use crate::cases;
use crate::fixtures::{Account, Colour, Country, Everything, Line, Node, Post, User};

cases![
    "queries":
    comparisons,
    comparisons_with_null,
    null_safe_comparison,
    between_includes_its_ends,
    conditions_combine,
    truth_values_are_conditions,
    every_kind_of_column_can_be_compared,
    lists_of_any_length,
    lists_of_every_type,
    a_list_of_a_million,
    lists_and_null,
    searches_in_text_count_case_but_one,
    wildcards_in_needles_are_text,
    patterns_have_wildcards,
    an_empty_needle_is_in_every_text,
    order_limit_and_offset,
    offset_alone,
    inner_joins,
    left_joins_have_optional_sides,
    a_join_without_a_foreign_key_is_an_error,
    a_left_join_of_an_entity_that_must_be_there_is_an_error,
    self_joins_by_alias,
    groups_and_having,
    aggregates_have_the_same_types_everywhere,
    a_sum_beyond_64_bits_is_an_error,
    aggregates_of_nothing_are_null,
    distinct_rows,
    counts_count_the_rows_of_the_query,
    exists_asks_for_one_row,
    subqueries,
    first_one_and_one_or_none,
    tuples_and_expressions,
    arithmetic_keeps_its_type,
    a_query_is_a_value,
    a_query_without_a_table_is_an_error,
    sessions_yield_handles_and_connections_structs,
    a_session_flushes_before_it_reads,
    inserts_return_keys_in_order,
    inserts_of_many_rows_are_whole_or_nothing,
    an_insert_of_nothing_does_nothing,
    updates_count_matched_rows,
    updates_take_expressions,
    updates_check_lengths,
    updates_without_a_column_are_errors,
    deletes_by_condition,
    bulk_writes_make_a_sessions_entities_stale,
    bulk_writes_flush_first,
    bulk_writes_are_part_of_the_sessions_transaction,
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
        let mut user = User { id: 0, username: name.into(), email: None };
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
    let query = select(User.username).filter(condition).order_by(User.username);
    query.all(conn).unwrap()
}

fn comparisons(db: &Db) {
    let conn = &mut seed(db);
    assert_eq!(names(conn, User.username.eq("bob")), ["bob"]);
    assert_eq!(names(conn, User.username.ne("bob")), ["ada", "cy", "dee"]);
    assert_eq!(names(conn, User.username.lt("cy")), ["ada", "bob"]);
    assert_eq!(names(conn, User.username.le("cy")), ["ada", "bob", "cy"]);
    assert_eq!(names(conn, User.username.gt("bob")), ["cy", "dee"]);
    assert_eq!(names(conn, User.username.ge("bob")), ["bob", "cy", "dee"]);
    assert_eq!(names(conn, User.id.eq(2)), ["bob"]);
    assert_eq!(names(conn, User.id.gt(i64::MIN)).len(), 4);
    // Columns compare with columns and strings of any kind.
    let owned = "ada".to_owned();
    assert_eq!(names(conn, User.username.eq(&owned)), ["ada"]);
    assert_eq!(names(conn, User.username.eq(owned)), ["ada"]);
    assert_eq!(names(conn, User.email.eq(User.username)), [""; 0]);
}

fn comparisons_with_null(db: &Db) {
    let conn = &mut seed(db);
    assert_eq!(names(conn, User.email.is_null()), ["bob"]);
    assert_eq!(names(conn, User.email.is_not_null()), ["ada", "cy", "dee"]);
    assert_eq!(names(conn, User.email.eq(None::<String>)), ["bob"]);
    assert_eq!(names(conn, User.email.eq(Null)), ["bob"]);
    assert_eq!(names(conn, User.email.ne(None::<String>)), ["ada", "cy", "dee"]);
    assert_eq!(names(conn, User.email.eq(Some(""))), ["dee"]);
    // NULL is not unequal to anything: three-valued logic, the same everywhere.
    assert_eq!(names(conn, User.email.ne("")), ["ada", "cy"]);
    assert_eq!(names(conn, !User.email.eq("")), ["ada", "cy"]);
}

fn null_safe_comparison(db: &Db) {
    let conn = &mut seed(db);
    assert_eq!(names(conn, User.email.same_as(None::<String>)), ["bob"]);
    assert_eq!(names(conn, User.email.same_as("")), ["dee"]);
    assert_eq!(names(conn, !User.email.same_as("")), ["ada", "bob", "cy"]);
    let (a, b) = (User.alias("a"), User.alias("b"));
    let pairs = select((a.username, b.username)).from(a).join_on(b, a.email.same_as(b.email));
    assert_eq!(pairs.count(conn).unwrap(), 4);
}

fn between_includes_its_ends(db: &Db) {
    let conn = &mut seed(db);
    assert_eq!(names(conn, User.username.between("bob", "cy")), ["bob", "cy"]);
    assert_eq!(names(conn, User.id.between(3, 2)), [""; 0]);
    assert_eq!(names(conn, !User.id.between(2, 3)), ["ada", "dee"]);
}

fn conditions_combine(db: &Db) {
    let conn = &mut seed(db);
    let (first, second) = (|| User.id.eq(1), || User.username.eq("cy"));
    assert_eq!(names(conn, first() | second()), ["ada", "cy"]);
    assert_eq!(names(conn, first() & second()), [""; 0]);
    assert_eq!(names(conn, !(first() | second())), ["bob", "dee"]);
    assert_eq!(names(conn, !first() & !second()), ["bob", "dee"]);
    // OR inside AND keeps its parentheses.
    let either = first().or(second()).and(User.email.contains("y.org"));
    assert_eq!(names(conn, either), ["cy"]);
    let any = Predicate::any([1, 4].map(|id| User.id.eq(id)));
    assert_eq!(names(conn, any), ["ada", "dee"]);
    assert_eq!(names(conn, Predicate::all([first(), second()])), [""; 0]);
    // None of none is false, all of none is true.
    assert_eq!(names(conn, Predicate::any([])), [""; 0]);
    assert_eq!(names(conn, Predicate::all([])).len(), 4);
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

fn truth_values_are_conditions(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let rows = [everything(1, Some(true)), everything(2, Some(false)), everything(3, None)];
    insert(Everything).values(&rows).execute(&mut conn).unwrap();
    let mut ids = |condition| {
        let query = select(Everything.id).filter(condition).order_by(Everything.id);
        query.all(&mut conn).unwrap()
    };
    assert_eq!(ids(Everything.flag.is_true()), [1]);
    assert_eq!(ids(Everything.flag.is_false()), [2, 3]);
    assert_eq!(ids(Everything.flag.eq(true)), [1]);
    assert_eq!(ids(Everything.maybe_flag.is_true()), [1]);
    assert_eq!(ids(Everything.maybe_flag.is_false()), [2]);
    assert_eq!(ids(Everything.maybe_flag.is_null()), [3]);
    assert_eq!(ids(!Everything.flag.is_true()), [2, 3]);
}

fn every_kind_of_column_can_be_compared(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let row = everything(1, Some(true));
    insert(Everything).values(&row).execute(&mut conn).unwrap();
    let e = Everything;
    let equal = [
        e.flag.eq(row.flag),
        e.small.eq(row.small),
        e.medium.eq(row.medium),
        e.large.eq(row.large),
        e.single.eq(row.single),
        e.double.eq(row.double),
        e.text.eq(&row.text),
        e.bytes.eq(&row.bytes),
        e.date.eq(row.date),
        e.time.eq(row.time),
        e.moment.eq(row.moment),
        e.instant.eq(row.instant),
        e.token.eq(row.token),
        e.colour.eq(row.colour),
    ];
    let all = Predicate::all(equal.clone());
    assert!(select(e).filter(all).exists(&mut conn).unwrap());
    for (position, condition) in equal.into_iter().enumerate() {
        let found = select(e).filter(condition.clone()).count(&mut conn).unwrap();
        assert_eq!(found, 1, "{position}");
        let found = select(e).filter(!condition).count(&mut conn).unwrap();
        assert_eq!(found, 0, "{position}");
    }
    let later = row.instant + chrono::TimeDelta::microseconds(1);
    assert!(select(e).filter(e.instant.lt(later)).exists(&mut conn).unwrap());
    assert!(!select(e).filter(e.instant.lt(row.instant)).exists(&mut conn).unwrap());
    assert!(select(e).filter(e.date.gt(row.date.pred_opt().unwrap())).exists(&mut conn).unwrap());
}

fn lists_of_any_length(db: &Db) {
    let conn = &mut seed(db);
    assert_eq!(names(conn, User.id.in_([0_i64; 0])), [""; 0]);
    assert_eq!(names(conn, User.id.not_in([0_i64; 0])).len(), 4);
    assert_eq!(names(conn, User.id.in_([3, 1, 3])), ["ada", "cy"]);
    assert_eq!(names(conn, User.id.not_in([3, 1])), ["bob", "dee"]);
    assert_eq!(names(conn, User.username.in_(["cy", "nobody", "it's \\ \"%"])), ["cy"]);
    assert_eq!(names(conn, User.username.in_(vec!["cy".to_owned()])), ["cy"]);
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
            e.large.in_(n().map(|n| i64::from(fill(n))).chain([row.large])),
            e.double.in_(n().map(|n| f64::from(fill(n))).chain([row.double])),
            e.single.in_(n().map(|_| 7.5_f32).chain([row.single])),
            e.text.in_(n().map(|n| n.to_string()).chain([row.text.clone()])),
            e.bytes.in_(n().map(|n| n.to_be_bytes().to_vec()).chain([row.bytes.clone()])),
            e.date.in_(n().map(days).chain([row.date])),
            e.time.in_(n().map(|_| chrono::NaiveTime::MIN).chain([row.time])),
            e.moment.in_(n().map(|n| days(n).into()).chain([row.moment])),
            e.instant.in_(n().map(|n| chrono::NaiveDateTime::from(days(n)).and_utc()).chain([row.instant])),
            e.token.in_(n().map(|n| uuid::Uuid::from_u64_pair(1, n.unsigned_abs().into())).chain([row.token])),
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
    let deleted = delete(Post).filter(Post.id.in_(2..1_000_002)).execute(conn).unwrap();
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

/// Users of those names, and nobody else.
fn named(db: &Db, names: &[&str]) -> Connection {
    let mut conn = db.engine.connection().unwrap();
    let users = names.iter().map(|name| User::builder().username(*name));
    insert(User).values(users).execute(&mut conn).unwrap();
    conn
}

fn searches_in_text_count_case_but_one(db: &Db) {
    let conn = &mut named(db, &["Rust book", "rust", "trust", "RUST", "dust"]);
    assert_eq!(names(conn, User.username.contains("rust")), ["rust", "trust"]);
    assert_eq!(names(conn, User.username.starts_with("rust")), ["rust"]);
    assert_eq!(names(conn, User.username.starts_with("Rust")), ["Rust book"]);
    assert_eq!(names(conn, User.username.ends_with("ust")), ["dust", "rust", "trust"]);
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
    let all = ["50% off", "50 off", "a_b", "axb", "c\\d", "it's", "[x]", "x*y?", "\"q\""];
    let conn = &mut named(db, &all);
    for needle in ["%", "_", "\\", "'", "[x]", "*", "?", "\"", "0%", "\\d", "t's"] {
        let expected: Vec<_> = {
            let mut found: Vec<_> = all.iter().filter(|name| name.contains(needle)).copied().collect();
            found.sort_unstable();
            found
        };
        assert_eq!(names(conn, User.username.contains(needle)), expected, "contains {needle}");
        assert_eq!(names(conn, User.username.icontains(needle)), expected, "icontains {needle}");
    }
    assert_eq!(names(conn, User.username.starts_with("50%")), ["50% off"]);
    assert_eq!(names(conn, User.username.starts_with("a_")), ["a_b"]);
    assert_eq!(names(conn, User.username.ends_with("\\d")), ["c\\d"]);
    assert_eq!(names(conn, User.username.ends_with("_b")), ["a_b"]);
}

fn patterns_have_wildcards(db: &Db) {
    let conn = &mut named(db, &["ab", "aXb", "aXXb", "a_b", "a%b", "AB", "[ab]", "a*b"]);
    assert_eq!(names(conn, User.username.like("a_b")), ["a%b", "a*b", "aXb", "a_b"]);
    assert_eq!(names(conn, User.username.like("a%b")), ["a%b", "a*b", "aXXb", "aXb", "a_b", "ab"]);
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
        assert_eq!(names(conn, condition), ["ada", "cy", "dee"]);
    }
}

fn order_limit_and_offset(db: &Db) {
    let conn = &mut seed(db);
    let by_name = select(User.username).order_by(User.username.desc());
    assert_eq!(by_name.all(conn).unwrap(), ["dee", "cy", "bob", "ada"]);
    assert_eq!(by_name.clone().limit(2).all(conn).unwrap(), ["dee", "cy"]);
    assert_eq!(by_name.clone().limit(2).offset(1).all(conn).unwrap(), ["cy", "bob"]);
    assert_eq!(by_name.clone().limit(0).all(conn).unwrap(), [""; 0]);
    assert_eq!(by_name.limit(9).offset(4).all(conn).unwrap(), [""; 0]);
    let posts = select(Post.title).order_by((Post.author_id.desc(), Post.title.desc()));
    assert_eq!(posts.all(conn).unwrap(), ["three", "two", "one"]);
    // Two calls add up, the first one counts most.
    let posts = select(Post.title).order_by(Post.author_id).order_by(Post.title);
    assert_eq!(posts.all(conn).unwrap(), ["one", "two", "three"]);
    let by_column = select(User.username).order_by(vec![User.username.asc()]).limit(1);
    assert_eq!(by_column.all(conn).unwrap(), ["ada"]);
}

fn offset_alone(db: &Db) {
    let conn = &mut seed(db);
    let query = select(User.username).order_by(User.username).offset(3);
    assert_eq!(query.all(conn).unwrap(), ["dee"]);
    assert_eq!(query.first(conn).unwrap().as_deref(), Some("dee"));
}

fn inner_joins(db: &Db) {
    let conn = &mut seed(db);
    let query = select((User.username, Post.title)).join(Post).order_by(Post.title);
    let expected = [("ada", "one"), ("cy", "three"), ("ada", "two")];
    let expected = expected.map(|(a, b)| (a.to_owned(), b.to_owned()));
    assert_eq!(query.all(conn).unwrap(), expected);
    // From the other side, and by a condition of one's own.
    let query = select((User.username, Post.title)).from(Post).join(User).order_by(Post.title);
    assert_eq!(query.all(conn).unwrap(), expected);
    let on = Post.author_id.eq(User.id) & Post.title.eq("two");
    let query = select((User, Post)).join_on(Post, on);
    let (user, post) = query.one(conn).unwrap();
    assert_eq!((user.username.as_str(), post.title.as_str()), ("ada", "two"));
    // Columns of one name stay apart.
    assert_eq!((user.id, post.id), (1, 2));
}

fn left_joins_have_optional_sides(db: &Db) {
    let conn = &mut seed(db);
    let query = select((User.username, optional(Post))).left_join(Post);
    let query = query.order_by((User.username, Post.id));
    let found: Vec<(String, Option<i64>)> =
        query.all(conn).unwrap().into_iter().map(|(name, post)| (name, post.map(|p| p.id))).collect();
    let expected = [("ada", Some(1)), ("ada", Some(2)), ("bob", None), ("cy", Some(3)), ("dee", None)];
    assert_eq!(found, expected.map(|(name, post)| (name.to_owned(), post)));
    let column = select((User.username, optional(Post.title))).left_join(Post).filter(Post.id.is_null());
    let found = column.order_by(User.username).all(conn).unwrap();
    assert_eq!(found, [("bob".to_owned(), None), ("dee".to_owned(), None)]);
    // On a session, the same query yields handles.
    let mut session = db.session();
    let query = select((User, optional(Post))).left_join(Post).order_by((User.id, Post.id));
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
    assert!(text.contains("User") && text.contains("Country") && text.contains("join_on"), "{text}");
    assert!(select((User, User)).join(User).all(conn).is_err());
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
    assert_eq!(query.all(&mut conn).unwrap(), expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    // An alias yields the same entities as the model.
    let mut session = db.session();
    let query = select((Node, parent)).join_on(parent, Node.parent_id.eq(parent.id)).order_by(Node.id);
    let rows = query.all(&mut session).unwrap();
    assert_eq!(rows[1].1, rows[0].0);
}

fn groups_and_having(db: &Db) {
    let conn = &mut seed(db);
    let query = select((User.username, count(Post.id))).left_join(Post).group_by(User.username);
    let query = query.order_by(User.username);
    let expected = [("ada", 2), ("bob", 0), ("cy", 1), ("dee", 0)];
    assert_eq!(query.all(conn).unwrap(), expected.map(|(name, n)| (name.to_owned(), n)));
    let many = query.clone().having(count(Post.id).gt(1));
    assert_eq!(many.all(conn).unwrap(), [("ada".to_owned(), 2)]);
    let none = query.having(count(Post.id).gt(5));
    assert_eq!(none.all(conn).unwrap(), []);
}

fn accounts(db: &Db, balances: &[i64]) -> Connection {
    let mut conn = db.engine.connection().unwrap();
    let rows = balances.iter().map(|balance| Account::builder().owner("x").balance(*balance));
    insert(Account).values(rows).execute(&mut conn).unwrap();
    conn
}

fn aggregates_have_the_same_types_everywhere(db: &Db) {
    let conn = &mut accounts(db, &[1, 2, 4]);
    let all = select((
        sum(Account.balance),
        avg(Account.balance),
        min(Account.balance),
        max(Account.balance),
        count(Account.balance),
        count_all(),
        count_distinct(Account.owner),
    ));
    let (sum_, avg_, min_, max_, count_, rows, owners) = all.from(Account).one(conn).unwrap();
    assert_eq!((sum_, min_, max_), (Some(7_i64), Some(1), Some(4)));
    assert!((avg_.unwrap() - 7.0 / 3.0).abs() < 1e-9, "{avg_:?}");
    assert_eq!((count_, rows, owners), (3, 3, 1));
    // Narrow integers add up to wide ones, floats to floats.
    let rows = [everything(1, None), everything(2, None)];
    insert(Everything).values(&rows).execute(conn).unwrap();
    let query = select((
        sum(Everything.small),
        sum(Everything.medium),
        sum(Everything.single),
        sum(Everything.double),
        avg(Everything.small),
        max(Everything.date),
        min(Everything.text),
        max(Everything.instant),
    ));
    let row = query.one(conn).unwrap();
    assert_eq!((row.0, row.1), (Some(10_i64), Some(100_i64)));
    assert_eq!((row.2, row.3, row.4), (Some(1.0_f64), Some(0.5_f64), Some(5.0_f64)));
    assert_eq!((row.5, row.6.as_deref()), (Some(rows[0].date), Some("text")));
    assert_eq!(row.7, Some(rows[0].instant));
}

fn a_sum_beyond_64_bits_is_an_error(db: &Db) {
    let conn = &mut accounts(db, &[i64::MAX, i64::MAX - 1]);
    let error = select(sum(Account.balance)).one(conn).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutOfRange, "{error:?}");
}

fn aggregates_of_nothing_are_null(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let query = select((sum(Account.balance), avg(Account.balance), max(Account.owner), count_all()));
    let query = query.from(Account);
    assert_eq!(query.one(&mut conn).unwrap(), (None, None, None, 0));
    assert_eq!(query.all(&mut conn).unwrap().len(), 1);
}

fn distinct_rows(db: &Db) {
    let conn = &mut seed(db);
    let authors = select(Post.author_id).order_by(Post.author_id);
    assert_eq!(authors.all(conn).unwrap(), [1, 1, 3]);
    assert_eq!(authors.clone().distinct().all(conn).unwrap(), [1, 3]);
    assert_eq!(authors.distinct().count(conn).unwrap(), 2);
}

fn counts_count_the_rows_of_the_query(db: &Db) {
    let conn = &mut seed(db);
    assert_eq!(select(User).count(conn).unwrap(), 4);
    assert_eq!(select(User).limit(3).count(conn).unwrap(), 3);
    assert_eq!(select(User).limit(3).offset(2).count(conn).unwrap(), 2);
    assert_eq!(select(User).filter(User.id.gt(9)).count(conn).unwrap(), 0);
    assert_eq!(select((User, optional(Post))).left_join(Post).count(conn).unwrap(), 5);
    let groups = select((User.id, count(Post.id))).left_join(Post).group_by(User.id);
    assert_eq!(groups.count(conn).unwrap(), 4);
    assert_eq!(groups.having(count(Post.id).gt(0)).count(conn).unwrap(), 2);
}

fn exists_asks_for_one_row(db: &Db) {
    let conn = &mut seed(db);
    assert!(select(User).exists(conn).unwrap());
    assert!(!select(User).filter(User.id.gt(9)).exists(conn).unwrap());
    assert!(select(User).offset(3).exists(conn).unwrap());
    assert!(!select(User).offset(4).exists(conn).unwrap());
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

fn first_one_and_one_or_none(db: &Db) {
    let conn = &mut seed(db);
    let (all, one, none) =
        (select(User), select(User).filter(User.id.eq(2)), select(User).filter(User.id.eq(9)));
    assert_eq!(all.clone().order_by(User.id.desc()).first(conn).unwrap().unwrap().id, 4);
    assert_eq!(none.first(conn).unwrap(), None);
    assert_eq!(one.one(conn).unwrap().username, "bob");
    assert_eq!(one.one_or_none(conn).unwrap().unwrap().username, "bob");
    assert_eq!(none.one_or_none(conn).unwrap(), None);
    let error = fails(none.one(conn), ErrorKind::NotFound);
    assert!(error.is_not_found());
    assert_eq!(error.table(), Some("users"));
    let error = fails(all.one(conn), ErrorKind::MultipleRows);
    assert_eq!(error.table(), Some("users"));
    fails(all.one_or_none(conn), ErrorKind::MultipleRows);
    // The connection is fine after a query that was cut short.
    assert_eq!(all.count(conn).unwrap(), 4);
}

fn tuples_and_expressions(db: &Db) {
    let conn = &mut seed(db);
    let query = select((User, User.id + 10, User.email.coalesce("none"))).order_by(User.id).limit(2);
    let rows = query.all(conn).unwrap();
    assert_eq!(rows[0].0.username, "ada");
    assert_eq!((rows[0].1, rows[0].2.as_str()), (11, "ada@x.org"));
    assert_eq!((rows[1].1, rows[1].2.as_str()), (12, "none"));
    let query = select((User.id.gt(2).value(), User.username)).order_by(User.id);
    let flags: Vec<_> = query.all(conn).unwrap().into_iter().map(|row| row.0).collect();
    assert_eq!(flags, [Some(false), Some(false), Some(true), Some(true)]);
}

fn arithmetic_keeps_its_type(db: &Db) {
    let conn = &mut accounts(db, &[7, i64::MAX]);
    let query = select((Account.balance + 1, Account.balance * 2, Account.balance - 10));
    let row = query.filter(Account.id.eq(1)).one(conn).unwrap();
    assert_eq!(row, (8, 14, -3));
    // What overflows is an error and not another number.
    let query = select(Account.balance + 1).filter(Account.id.eq(2));
    let error = query.one(conn).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::OutOfRange | ErrorKind::Decode), "{error:?}");
    // Columns take part on both sides, and in conditions.
    let query = select(Account.id).filter((Account.balance - Account.id).eq(6));
    assert_eq!(query.all(conn).unwrap(), [1]);
}

fn a_query_is_a_value(db: &Db) {
    let conn = &mut seed(db);
    let mut query = select(User).order_by(User.id);
    for part in ["a", "d"] {
        query = query.filter(User.username.contains(part));
    }
    let kept = query.clone();
    assert_eq!(query.all(conn).unwrap(), kept.all(conn).unwrap());
    assert_eq!(query.all(conn).unwrap().len(), 1);
    // What is added later counts, although the text was compiled before.
    let narrower = query.filter(User.id.gt(1));
    assert_eq!(narrower.all(conn).unwrap(), []);
    assert_eq!(kept.all(&mut db.session()).unwrap().len(), 1);
}

fn a_query_without_a_table_is_an_error(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let error = fails(select(count_all()).one(&mut conn), ErrorKind::Usage);
    assert!(error.hint().unwrap().contains(".from("), "{error}");
}

fn sessions_yield_handles_and_connections_structs(db: &Db) {
    let conn = &mut seed(db);
    let query = select(User).filter(User.username.eq("cy"));
    let user: User = query.one(conn).unwrap();
    let mut session = db.session();
    let handle: Ref<User> = query.one(&mut session).unwrap();
    assert_eq!(session[handle], user);
    // The same row is the same handle, by whatever query.
    assert_eq!(select(User).order_by(User.id).all(&mut session).unwrap()[2], handle);
    assert_eq!(session.get(User, 3).unwrap(), Some(handle));
    // The session's own connection yields structs.
    assert_eq!(query.one(session.connection().unwrap()).unwrap(), user);
    let names: Vec<String> = select(User.username).order_by(User.id).all(&mut session).unwrap();
    assert_eq!(names.len(), 4);
}

fn a_session_flushes_before_it_reads(db: &Db) {
    let mut session = db.session();
    let user = session.add(User::builder().username("ada"));
    assert_eq!(select(User).all(&mut session).unwrap(), [user]);
    session[user].username = "grace".into();
    assert!(select(User).filter(User.username.eq("grace")).exists(&mut session).unwrap());
    session.delete(user);
    assert_eq!(select(User).count(&mut session).unwrap(), 0);
    session.rollback().unwrap();
    assert_eq!(db.count("users"), 0);
}

fn inserts_return_keys_in_order(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let one = insert(User).values(User::builder().username("zoe")).returning(User.id);
    let first = one.one(&mut conn).unwrap();
    let users: Vec<_> = (0..50).map(|n| User { id: 0, username: format!("user {n}"), email: None }).collect();
    let keys = insert(User).values(&users).returning(User.id).all(&mut conn).unwrap();
    assert_eq!(keys.len(), 50);
    for (key, user) in keys.iter().zip(&users) {
        let stored = select(User.username).filter(User.id.eq(*key)).one(&mut conn).unwrap();
        assert_eq!(stored, user.username);
    }
    assert!(!keys.contains(&first));
    // A key of the program's own is kept.
    let own = User { id: 500, username: "own".into(), email: None };
    let keys = insert(User).values([&own]).returning(User.id).all(&mut conn).unwrap();
    assert_eq!(keys, [500]);
    let lines = [Line { number: 1, position: 2, quoted: 3 }, Line { number: 1, position: 1, quoted: 3 }];
    assert_eq!(insert(Line).values(&lines).execute(&mut conn).unwrap(), 2);
}

fn inserts_of_many_rows_are_whole_or_nothing(db: &Db) {
    let conn = &mut seed(db);
    let mut users: Vec<_> = (0..2000).map(|n| User { id: 0, username: format!("user {n}"), email: None }).collect();
    users[1999].username = "ada".into();
    fails(insert(User).values(&users).execute(conn), ErrorKind::UniqueViolation);
    assert_eq!(db.count("users"), 4);
    assert!(!conn.in_transaction());
    users.pop();
    assert_eq!(insert(User).values(&users).execute(conn).unwrap(), 1999);
    assert_eq!(db.count("users"), 2003);
}

fn an_insert_of_nothing_does_nothing(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    db.sent();
    let none: [User; 0] = [];
    assert_eq!(insert(User).values(&none).execute(&mut conn).unwrap(), 0);
    assert_eq!(insert(User).values(&none).returning(User.id).all(&mut conn).unwrap(), [0_i64; 0]);
    assert_eq!(db.sent(), [""; 0]);
}

fn updates_count_matched_rows(db: &Db) {
    let conn = &mut seed(db);
    let change = |value: &str| update(User).set(User.email, value.to_owned()).filter(User.id.le(2));
    assert_eq!(change("same").execute(conn).unwrap(), 2);
    // MySQL counts changed rows unless told otherwise.
    assert_eq!(change("same").execute(conn).unwrap(), 2);
    assert_eq!(update(User).set(User.email, "x").filter(User.id.gt(9)).execute(conn).unwrap(), 0);
    assert_eq!(update(User).set(User.email, None::<String>).execute(conn).unwrap(), 4);
    assert_eq!(select(User).filter(User.email.is_null()).count(conn).unwrap(), 4);
}

fn updates_take_expressions(db: &Db) {
    let conn = &mut accounts(db, &[10, 20]);
    let change = update(Account)
        .set(Account.balance, Account.balance * 2 + 1)
        .set(Account.owner, "both")
        .filter(Account.balance.ge(10));
    assert_eq!(change.execute(conn).unwrap(), 2);
    let rows = select((Account.balance, Account.owner)).order_by(Account.id).all(conn).unwrap();
    assert_eq!(rows, [(21, "both".to_owned()), (41, "both".to_owned())]);
    let poor = select(Account.id).filter(Account.balance.lt(30));
    let change = update(Account).set(Account.balance, 0).filter(Account.id.in_(poor.all(conn).unwrap()));
    assert_eq!(change.execute(conn).unwrap(), 1);
    assert_eq!(db.scalar("SELECT COUNT(*) FROM accounts WHERE balance IN (0, 41)"), 2);
}

fn updates_check_lengths(db: &Db) {
    let conn = &mut seed(db);
    let long = "x".repeat(51);
    let error = fails(update(User).set(User.username, long).execute(conn), ErrorKind::DataTooLong);
    assert_eq!((error.table(), error.column()), (Some("users"), Some("username")));
}

fn updates_without_a_column_are_errors(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let error = fails(update(User).filter(User.id.eq(1)).execute(&mut conn), ErrorKind::Usage);
    assert!(error.to_string().contains(".set("), "{error}");
}

fn deletes_by_condition(db: &Db) {
    let conn = &mut seed(db);
    assert_eq!(delete(Post).filter(Post.title.ne("one")).execute(conn).unwrap(), 2);
    assert_eq!(delete(Post).filter(Post.id.eq(99)).execute(conn).unwrap(), 0);
    let without = select(Post.author_id);
    assert_eq!(delete(User).filter(!User.id.in_select(without)).execute(conn).unwrap(), 3);
    assert_eq!(delete(User).execute(conn).unwrap(), 1);
    assert_eq!(db.count("posts"), 0);
}

fn bulk_writes_make_a_sessions_entities_stale(db: &Db) {
    seed(db);
    let mut session = db.session();
    let users = select(User).order_by(User.id).all(&mut session).unwrap();
    let posts = select(Post).order_by(Post.id).all(&mut session).unwrap();
    update(User).set(User.email, "new").filter(User.id.eq(1)).execute(&mut session).unwrap();
    assert!(session.is_stale(users[0]).unwrap());
    assert!(!session.is_stale(posts[0]).unwrap());
    // What is read next is what is stored.
    assert_eq!(session.get(User, 1).unwrap(), Some(users[0]));
    assert_eq!(session[users[0]].email.as_deref(), Some("new"));
    delete(Post).execute(&mut session).unwrap();
    assert_eq!(session.get(Post, 1).unwrap(), None);
    raw("UPDATE users SET email = 'raw'").execute(&mut session).unwrap();
    session.get(User, 2).unwrap();
    assert_eq!(session[users[1]].email.as_deref(), Some("raw"));
    session.commit().unwrap();
}

fn bulk_writes_flush_first(db: &Db) {
    let mut session = db.session();
    let user = session.add(User::builder().username("ada"));
    let changed = update(User).set(User.email, "x").execute(&mut session).unwrap();
    assert_eq!(changed, 1);
    assert_eq!(session.entity_state(user).unwrap(), EntityState::Persistent);
    session.commit().unwrap();
    assert_eq!(db.scalar("SELECT COUNT(*) FROM users WHERE email = 'x'"), 1);
}

fn bulk_writes_are_part_of_the_sessions_transaction(db: &Db) {
    seed(db);
    let mut session = db.session();
    delete(Post).execute(&mut session).unwrap();
    insert(User).values(User::builder().username("eve")).execute(&mut session).unwrap();
    assert_eq!((db.count("posts"), db.count("users")), (3, 4));
    session.rollback().unwrap();
    assert_eq!((db.count("posts"), db.count("users")), (3, 4));
    delete(Post).execute(&mut session).unwrap();
    session.commit().unwrap();
    assert_eq!(db.count("posts"), 0);
}
