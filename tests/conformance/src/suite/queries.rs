//! Conditions, order and verbs of queries mean the same on every database, on a connection and on a session.

use orm::ErrorKind;
use orm::prelude::*;

use super::support::{everything, fails, names, seed};
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Everything, Post, User};

cases![
    "queries":
    comparisons,
    comparisons_with_null,
    null_safe_comparison,
    between_includes_its_ends,
    conditions_combine,
    truth_values_are_conditions,
    every_kind_of_column_can_be_compared,
    order_limit_and_offset,
    offset_alone,
    exists_asks_for_one_row,
    first_one_and_one_or_none,
    one_and_one_or_none_of_a_session,
    tuples_and_expressions,
    a_query_is_a_value,
    a_query_without_a_table_is_an_error,
    sessions_yield_handles_and_connections_structs,
    a_session_flushes_before_it_reads,
];

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
    assert_eq!(
        names(conn, User.email.ne(None::<String>)),
        ["ada", "cy", "dee"]
    );
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
    let pairs = select((a.username, b.username))
        .from(a)
        .join_on(b, a.email.same_as(b.email));
    assert_eq!(pairs.count(conn).unwrap(), 4);
}

fn between_includes_its_ends(db: &Db) {
    let conn = &mut seed(db);
    assert_eq!(
        names(conn, User.username.between("bob", "cy")),
        ["bob", "cy"]
    );
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

fn truth_values_are_conditions(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let rows = [
        everything(1, Some(true)),
        everything(2, Some(false)),
        everything(3, None),
    ];
    insert(Everything).values(&rows).execute(&mut conn).unwrap();
    let mut ids = |condition| {
        let query = select(Everything.id)
            .filter(condition)
            .order_by(Everything.id);
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
        let found = select(e)
            .filter(condition.clone())
            .count(&mut conn)
            .unwrap();
        assert_eq!(found, 1, "{position}");
        let found = select(e).filter(!condition).count(&mut conn).unwrap();
        assert_eq!(found, 0, "{position}");
    }
    let later = row.instant + chrono::TimeDelta::microseconds(100);
    assert!(
        select(e)
            .filter(e.instant.lt(later))
            .exists(&mut conn)
            .unwrap()
    );
    assert!(
        !select(e)
            .filter(e.instant.lt(row.instant))
            .exists(&mut conn)
            .unwrap()
    );
    assert!(
        select(e)
            .filter(e.date.gt(row.date.pred_opt().unwrap()))
            .exists(&mut conn)
            .unwrap()
    );
}

fn order_limit_and_offset(db: &Db) {
    let conn = &mut seed(db);
    let by_name = select(User.username).order_by(User.username.desc());
    assert_eq!(by_name.all(conn).unwrap(), ["dee", "cy", "bob", "ada"]);
    assert_eq!(by_name.clone().limit(2).all(conn).unwrap(), ["dee", "cy"]);
    assert_eq!(
        by_name.clone().limit(2).offset(1).all(conn).unwrap(),
        ["cy", "bob"]
    );
    assert_eq!(by_name.clone().limit(0).all(conn).unwrap(), [""; 0]);
    assert_eq!(by_name.limit(9).offset(4).all(conn).unwrap(), [""; 0]);
    let posts = select(Post.title).order_by((Post.author_id.desc(), Post.title.desc()));
    assert_eq!(posts.all(conn).unwrap(), ["three", "two", "one"]);
    // Two calls add up, the first one counts most.
    let posts = select(Post.title)
        .order_by(Post.author_id)
        .order_by(Post.title);
    assert_eq!(posts.all(conn).unwrap(), ["one", "two", "three"]);
    let by_column = select(User.username)
        .order_by(vec![User.username.asc()])
        .limit(1);
    assert_eq!(by_column.all(conn).unwrap(), ["ada"]);
}

fn offset_alone(db: &Db) {
    let conn = &mut seed(db);
    let query = select(User.username).order_by(User.username).offset(3);
    assert_eq!(query.all(conn).unwrap(), ["dee"]);
    assert_eq!(query.first(conn).unwrap().as_deref(), Some("dee"));
}

fn exists_asks_for_one_row(db: &Db) {
    let conn = &mut seed(db);
    assert!(select(User).exists(conn).unwrap());
    assert!(!select(User).filter(User.id.gt(9)).exists(conn).unwrap());
    assert!(select(User).offset(3).exists(conn).unwrap());
    assert!(!select(User).offset(4).exists(conn).unwrap());
}

fn first_one_and_one_or_none(db: &Db) {
    let conn = &mut seed(db);
    let (all, one, none) = (
        select(User),
        select(User).filter(User.id.eq(2)),
        select(User).filter(User.id.eq(9)),
    );
    assert_eq!(
        all.clone()
            .order_by(User.id.desc())
            .first(conn)
            .unwrap()
            .unwrap()
            .id,
        4
    );
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

fn one_and_one_or_none_of_a_session(db: &Db) {
    seed(db);
    let session = &mut db.session();
    let all = select(User).order_by(User.id);
    let none = select(User).filter(User.id.eq(9));
    let error = fails(none.one(session), ErrorKind::NotFound);
    assert_eq!(error.table(), Some("users"));
    assert_eq!(none.one_or_none(session).unwrap(), None);
    for error in [
        fails(all.one(session), ErrorKind::MultipleRows),
        fails(all.one_or_none(session), ErrorKind::MultipleRows),
    ] {
        assert_eq!(error.table(), Some("users"));
    }
    // Of columns, too; and the session is fine after it.
    fails(select(User.id).one(session), ErrorKind::MultipleRows);
    let names = select(User.username).filter(User.id.eq(9));
    fails(names.one(session), ErrorKind::NotFound);
    let bob = all.clone().filter(User.id.eq(2)).one(session).unwrap();
    assert_eq!(session[bob].username, "bob");
    session[bob].email = Some("bob@x.org".into());
    session.commit().unwrap();
    assert_eq!(all.all(session).unwrap().len(), 4);
}

fn tuples_and_expressions(db: &Db) {
    let conn = &mut seed(db);
    let query = select((User, User.id + 10, User.email.coalesce("none")))
        .order_by(User.id)
        .limit(2);
    let rows = query.all(conn).unwrap();
    assert_eq!(rows[0].0.username, "ada");
    assert_eq!((rows[0].1, rows[0].2.as_str()), (11, "ada@x.org"));
    assert_eq!((rows[1].1, rows[1].2.as_str()), (12, "none"));
    let query = select((User.id.gt(2).value(), User.username)).order_by(User.id);
    let flags: Vec<_> = query
        .all(conn)
        .unwrap()
        .into_iter()
        .map(|row| row.0)
        .collect();
    assert_eq!(flags, [Some(false), Some(false), Some(true), Some(true)]);
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
    assert_eq!(
        select(User).order_by(User.id).all(&mut session).unwrap()[2],
        handle
    );
    assert_eq!(session.get(User, 3).unwrap(), Some(handle));
    // The session's own connection yields structs.
    assert_eq!(query.one(session.connection().unwrap()).unwrap(), user);
    let names: Vec<String> = select(User.username)
        .order_by(User.id)
        .all(&mut session)
        .unwrap();
    assert_eq!(names.len(), 4);
}

fn a_session_flushes_before_it_reads(db: &Db) {
    let mut session = db.session();
    let user = session.add(User::builder().username("ada"));
    assert_eq!(select(User).all(&mut session).unwrap(), [user]);
    session[user].username = "grace".into();
    assert!(
        select(User)
            .filter(User.username.eq("grace"))
            .exists(&mut session)
            .unwrap()
    );
    session.delete(user);
    assert_eq!(select(User).count(&mut session).unwrap(), 0);
    session.rollback().unwrap();
    assert_eq!(db.count("users"), 0);
}
