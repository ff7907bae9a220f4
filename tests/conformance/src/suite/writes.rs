//! INSERT, UPDATE and DELETE by statement: counts, keys, expressions, and what a session makes of them.

use orm::prelude::*;
use orm::{EntityState, ErrorKind};

use super::support::{accounts, everything, fails, seed};
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Account, Everything, Line, Node, Post, User};

cases![
    "writes":
    inserts_return_keys_in_order,
    inserts_of_many_rows_are_whole_or_nothing,
    an_insert_of_nothing_does_nothing,
    updates_count_matched_rows,
    updates_take_expressions,
    assignments_read_the_old_values,
    a_column_is_set_once,
    updates_check_lengths,
    updates_without_a_column_are_errors,
    deletes_by_condition,
    conditions_may_read_the_table_that_is_written,
    values_may_read_the_table_that_is_written,
    bulk_writes_make_a_sessions_entities_stale,
    bulk_writes_flush_first,
    bulk_writes_are_part_of_the_sessions_transaction,
];

fn inserts_return_keys_in_order(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let one = insert(User)
        .values(User::builder().username("zoe"))
        .returning(User.id);
    let first = one.one(&mut conn).unwrap();
    let users: Vec<_> = (0..50)
        .map(|n| User {
            id: 0,
            username: format!("user {n}"),
            email: None,
        })
        .collect();
    let keys = insert(User)
        .values(&users)
        .returning(User.id)
        .all(&mut conn)
        .unwrap();
    assert_eq!(keys.len(), 50);
    for (key, user) in keys.iter().zip(&users) {
        let stored = select(User.username)
            .filter(User.id.eq(*key))
            .one(&mut conn)
            .unwrap();
        assert_eq!(stored, user.username);
    }
    assert!(!keys.contains(&first));
    // A key of the program's own is kept.
    let own = User {
        id: 500,
        username: "own".into(),
        email: None,
    };
    let keys = insert(User)
        .values([&own])
        .returning(User.id)
        .all(&mut conn)
        .unwrap();
    assert_eq!(keys, [500]);
    let lines = [
        Line {
            number: 1,
            position: 2,
            quoted: 3,
        },
        Line {
            number: 1,
            position: 1,
            quoted: 3,
        },
    ];
    assert_eq!(insert(Line).values(&lines).execute(&mut conn).unwrap(), 2);
}

fn inserts_of_many_rows_are_whole_or_nothing(db: &Db) {
    let conn = &mut seed(db);
    let mut users: Vec<_> = (0..2000)
        .map(|n| User {
            id: 0,
            username: format!("user {n}"),
            email: None,
        })
        .collect();
    users[1999].username = "ada".into();
    fails(
        insert(User).values(&users).execute(conn),
        ErrorKind::UniqueViolation,
    );
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
    assert_eq!(
        insert(User)
            .values(&none)
            .returning(User.id)
            .all(&mut conn)
            .unwrap(),
        [0_i64; 0]
    );
    assert_eq!(db.sent(), [""; 0]);
}

fn updates_count_matched_rows(db: &Db) {
    let conn = &mut seed(db);
    let change = |value: &str| {
        update(User)
            .set(User.email, value.to_owned())
            .filter(User.id.le(2))
    };
    assert_eq!(change("same").execute(conn).unwrap(), 2);
    // A database may count changed rows instead of matched ones by default.
    assert_eq!(change("same").execute(conn).unwrap(), 2);
    assert_eq!(
        update(User)
            .set(User.email, "x")
            .filter(User.id.gt(9))
            .execute(conn)
            .unwrap(),
        0
    );
    assert_eq!(
        update(User)
            .set(User.email, None::<String>)
            .execute(conn)
            .unwrap(),
        4
    );
    assert_eq!(
        select(User)
            .filter(User.email.is_null())
            .count(conn)
            .unwrap(),
        4
    );
}

fn updates_take_expressions(db: &Db) {
    let conn = &mut accounts(db, &[10, 20]);
    let change = update(Account)
        .set(Account.balance, Account.balance * 2 + 1)
        .set(Account.owner, "both")
        .filter(Account.balance.ge(10));
    assert_eq!(change.execute(conn).unwrap(), 2);
    let rows = select((Account.balance, Account.owner))
        .order_by(Account.id)
        .all(conn)
        .unwrap();
    assert_eq!(rows, [(21, "both".to_owned()), (41, "both".to_owned())]);
    let poor = select(Account.id).filter(Account.balance.lt(30));
    let change = update(Account)
        .set(Account.balance, 0)
        .filter(Account.id.in_(poor.all(conn).unwrap()));
    assert_eq!(change.execute(conn).unwrap(), 1);
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM accounts WHERE balance IN (0, 41)"),
        2
    );
}

/// As in the standard. Where an assignment reads what was set before, the readers come first, and a cycle is
/// an error instead of a lost value.
fn assignments_read_the_old_values(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let line = Line {
        number: 1,
        position: 2,
        quoted: 3,
    };
    insert(Line).values(&line).execute(&mut conn).unwrap();
    let read = |conn: &mut Connection| select(Line).one(conn).unwrap();
    let chain = update(Line)
        .set(Line.position, Line.number)
        .set(Line.number, 7);
    assert_eq!(chain.execute(&mut conn).unwrap(), 1);
    assert_eq!((read(&mut conn).number, read(&mut conn).position), (7, 1));
    let chain = update(Line)
        .set(Line.number, 8)
        .set(Line.position, Line.number);
    assert_eq!(chain.execute(&mut conn).unwrap(), 1);
    assert_eq!((read(&mut conn).number, read(&mut conn).position), (8, 7));
    let swap = update(Line)
        .set(Line.number, Line.position)
        .set(Line.position, Line.number);
    let swapped = swap.execute(&mut conn);
    if db.capabilities().simultaneous_set {
        assert_eq!(swapped.unwrap(), 1);
        assert_eq!((read(&mut conn).number, read(&mut conn).position), (7, 8));
    } else {
        let error = fails(swapped, ErrorKind::Unsupported);
        assert!(error.to_string().contains("number, position"), "{error}");
        assert_eq!((read(&mut conn).number, read(&mut conn).position), (8, 7));
    }
}

fn a_column_is_set_once(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    db.sent();
    let twice = update(Line)
        .set(Line.number, 1)
        .set(Line.position, 2)
        .set(Line.number, 3);
    let error = fails(twice.execute(&mut conn), ErrorKind::Usage);
    assert!(
        error
            .to_string()
            .contains("assignments to the column number"),
        "{error}"
    );
    assert_eq!(db.sent(), [""; 0]);
}

fn updates_check_lengths(db: &Db) {
    let conn = &mut seed(db);
    let long = "x".repeat(51);
    let error = fails(
        update(User).set(User.username, long).execute(conn),
        ErrorKind::DataTooLong,
    );
    assert_eq!(
        (error.table(), error.column()),
        (Some("users"), Some("username"))
    );
}

fn updates_without_a_column_are_errors(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let error = fails(
        update(User).filter(User.id.eq(1)).execute(&mut conn),
        ErrorKind::Usage,
    );
    assert!(error.to_string().contains(".set("), "{error}");
}

fn deletes_by_condition(db: &Db) {
    let conn = &mut seed(db);
    assert_eq!(
        delete(Post)
            .filter(Post.title.ne("one"))
            .execute(conn)
            .unwrap(),
        2
    );
    assert_eq!(
        delete(Post).filter(Post.id.eq(99)).execute(conn).unwrap(),
        0
    );
    let without = select(Post.author_id);
    assert_eq!(
        delete(User)
            .filter(!User.id.in_select(without))
            .execute(conn)
            .unwrap(),
        3
    );
    assert_eq!(delete(User).execute(conn).unwrap(), 1);
    assert_eq!(db.count("posts"), 0);
}

/// A name, a condition, and the keys of the rows that it selects.
type Selection<'a> = (&'a str, &'a dyn Fn() -> Predicate, &'a [i64]);

/// A database may refuse such a statement unless the query is wrapped in another one.
fn conditions_may_read_the_table_that_is_written(db: &Db) {
    let fill = |conn: &mut Connection| {
        delete(Node).execute(conn).unwrap();
        let node = |id: i64, label: &str| Node::builder().id(id).label(label);
        for (id, label) in [(1, "a"), (2, "a"), (3, "b"), (4, "b"), (5, "c")] {
            insert(Node).values(node(id, label)).execute(conn).unwrap();
        }
    };
    let other = Node.alias("other");
    let older = || {
        let same = other.label.eq(Node.label).and(other.id.lt(Node.id));
        exists(select(other).filter(same))
    };
    let labels = |label: &'static str| select(Node.id).filter(Node.label.eq(label));
    // Through another table, whose own condition reads this one.
    let by_accounts = || {
        let of_b = Account.balance.in_select(labels("b"));
        Node.id.in_select(select(Account.balance).filter(of_b))
    };
    let conn = &mut db.engine.connection().unwrap();
    let account = Account::builder().owner("o").balance(3);
    insert(Account).values(account).execute(conn).unwrap();
    let cases: [Selection<'_>; 6] = [
        ("in", &|| Node.id.in_select(labels("a")), &[1, 2]),
        ("not in", &|| !Node.id.in_select(labels("a")), &[3, 4, 5]),
        (
            "in a page",
            &|| Node.id.in_select(labels("a").order_by(Node.id).limit(1)),
            &[1],
        ),
        (
            "in joined",
            &|| {
                let pair = select(other.id)
                    .join_on(Node, Node.label.eq(other.label).and(Node.id.gt(other.id)));
                Node.id.in_select(pair)
            },
            &[1, 3],
        ),
        ("exists", &older, &[2, 4]),
        ("nested", &by_accounts, &[3]),
    ];
    for (name, condition, hit) in cases {
        fill(conn);
        let update = update(Node).set(Node.label, "hit").filter(condition());
        assert_eq!(update.execute(conn).unwrap(), hit.len() as u64, "{name}");
        let found = select(Node.id)
            .filter(Node.label.eq("hit"))
            .order_by(Node.id);
        assert_eq!(found.all(conn).unwrap(), hit, "{name}");
        fill(conn);
        let deleted = delete(Node).filter(condition()).execute(conn).unwrap();
        assert_eq!(deleted, hit.len() as u64, "{name}");
        let left = select(Node.id).all(conn).unwrap();
        assert!(!left.iter().any(|id| hit.contains(id)), "{name}: {left:?}");
    }
}

fn values_may_read_the_table_that_is_written(db: &Db) {
    let conn = &mut db.engine.connection().unwrap();
    let rows: Vec<_> = (1..=3).map(|id| everything(id, None)).collect();
    insert(Everything).values(&rows).execute(conn).unwrap();
    let other = Everything.alias("other");
    let is_followed = exists(select(other).filter(other.id.gt(Everything.id))).value();
    let update = update(Everything).set(Everything.maybe_flag, is_followed);
    assert_eq!(update.execute(conn).unwrap(), 3);
    let flags = select(Everything.maybe_flag).order_by(Everything.id);
    let expected = [Some(true), Some(true), Some(false)];
    assert_eq!(flags.all(conn).unwrap(), expected);
}

fn bulk_writes_make_a_sessions_entities_stale(db: &Db) {
    seed(db);
    let mut session = db.session();
    let users = select(User).order_by(User.id).all(&mut session).unwrap();
    let posts = select(Post).order_by(Post.id).all(&mut session).unwrap();
    update(User)
        .set(User.email, "new")
        .filter(User.id.eq(1))
        .execute(&mut session)
        .unwrap();
    assert!(session.is_stale(users[0]).unwrap());
    assert!(!session.is_stale(posts[0]).unwrap());
    // What is read next is what is stored.
    assert_eq!(session.get(User, 1).unwrap(), Some(users[0]));
    assert_eq!(session[users[0]].email.as_deref(), Some("new"));
    delete(Post).execute(&mut session).unwrap();
    assert_eq!(session.get(Post, 1).unwrap(), None);
    raw("UPDATE users SET email = 'raw'")
        .execute(&mut session)
        .unwrap();
    session.get(User, 2).unwrap();
    assert_eq!(session[users[1]].email.as_deref(), Some("raw"));
    session.commit().unwrap();
}

fn bulk_writes_flush_first(db: &Db) {
    let mut session = db.session();
    let user = session.add(User::builder().username("ada"));
    let changed = update(User)
        .set(User.email, "x")
        .execute(&mut session)
        .unwrap();
    assert_eq!(changed, 1);
    assert_eq!(session.entity_state(user).unwrap(), EntityState::Persistent);
    session.commit().unwrap();
    assert_eq!(db.scalar("SELECT COUNT(*) FROM users WHERE email = 'x'"), 1);
}

fn bulk_writes_are_part_of_the_sessions_transaction(db: &Db) {
    seed(db);
    let mut session = db.session();
    delete(Post).execute(&mut session).unwrap();
    insert(User)
        .values(User::builder().username("eve"))
        .execute(&mut session)
        .unwrap();
    assert_eq!((db.count("posts"), db.count("users")), (3, 4));
    session.rollback().unwrap();
    assert_eq!((db.count("posts"), db.count("users")), (3, 4));
    delete(Post).execute(&mut session).unwrap();
    session.commit().unwrap();
    assert_eq!(db.count("posts"), 0);
}
