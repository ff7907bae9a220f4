//! Relations that a query loads with a lock on their rows.

use orm::ErrorKind;
use orm::prelude::*;

use crate::cases;
use crate::database::Db;
use crate::suite::statements::reads;
use crate::suite::support::fails;

cases![
    "locked_loads":
    the_rows_of_a_list_are_locked,
    each_relation_of_a_path_is_locked_by_itself,
    link_rows_are_locked_with_their_targets (crate::Requires::LockedJoins),
    entities_in_memory_are_as_the_locked_rows,
    what_is_in_memory_is_locked_too,
    changes_are_flushed_before_the_lock,
    criteria_hold_under_a_lock,
    a_joined_relation_is_not_locked,
    a_connection_needs_a_transaction,
];

#[derive(Model, Clone, Debug)]
#[orm(table = "lock_orders")]
struct Order {
    #[orm(primary_key)]
    id: i64,
    n: i32,
    lines: HasMany<Line>,
    #[orm(through = Tagged)]
    tags: ManyToMany<Tag>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "lock_lines")]
struct Line {
    #[orm(primary_key)]
    id: i64,
    n: i32,
    #[orm(references = Order.id, index)]
    order_id: i64,
    order: BelongsTo<Order>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "lock_tags")]
struct Tag {
    #[orm(primary_key)]
    id: i64,
    n: i32,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "lock_tagged")]
struct Tagged {
    #[orm(primary_key, references = Order.id)]
    order_id: i64,
    #[orm(primary_key, references = Tag.id)]
    tag_id: i64,
    order: BelongsTo<Order>,
    tag: BelongsTo<Tag>,
}

/// An order with two lines and a tag.
fn order(db: &Db) -> Session {
    Metadata::of((Order, Line, Tag, Tagged))
        .create_all(&db.engine)
        .unwrap();
    let mut session = db.session();
    let order = session.add(Order::builder().n(1));
    session.add(Line::builder().n(1).order(order));
    session.add(Line::builder().n(2).order(order));
    let tag = session.add(Tag::builder().n(1));
    session.link(order, Order.tags, tag).unwrap();
    session.commit().unwrap();
    session.clear();
    db.sent();
    session
}

/// Which of the SELECTs lock rows, by the tables that they read from.
fn locked(db: &Db) -> Vec<(String, bool)> {
    let sent = reads(db).into_iter();
    let table = |sql: &str| {
        let from = sql.split(" FROM ").nth(1).unwrap();
        from.split('"').nth(1).unwrap().to_lowercase()
    };
    let locks = |sql: &str| sql.contains("FOR UPDATE") || sql.contains("WITH LOCK");
    sent.map(|sql| (table(&sql), locks(&sql))).collect()
}

/// The tables, each with whether its rows are locked where there are row locks.
fn expected(db: &Db, tables: &[(&str, bool)]) -> Vec<(String, bool)> {
    let has_locks = db.capabilities().row_locks;
    let tables = tables.iter();
    tables
        .map(|(table, locks)| ((*table).to_owned(), *locks && has_locks))
        .collect()
}

fn the_rows_of_a_list_are_locked(db: &Db) {
    let mut session = order(db);
    let query = select(Order).with(Order.lines.for_update()).for_update();
    let orders = query.all(&mut session).unwrap();
    assert_eq!(session[orders[0]].lines.get().unwrap().len(), 2);
    assert_eq!(
        locked(db),
        expected(db, &[("lock_orders", true), ("lock_lines", true)])
    );
    assert!(session.in_transaction());
    if db.capabilities().row_locks {
        let mut other = db.other_connection();
        db.backend.limit_lock_wait(&mut other);
        let line = update(Line).set(Line.n, 7).execute(&mut other);
        assert!(line.unwrap_err().is_busy());
    }
    session.rollback().unwrap();
    // Another text than that of the list without a lock.
    session.clear();
    select(Order).with(Order.lines).all(&mut session).unwrap();
    assert_eq!(
        locked(db),
        expected(db, &[("lock_orders", false), ("lock_lines", false)])
    );
}

fn each_relation_of_a_path_is_locked_by_itself(db: &Db) {
    let mut session = order(db);
    let path = Line.order.for_update().then(Order.lines);
    let lines = select(Line).with(path).all(&mut session).unwrap();
    assert_eq!(lines.len(), 2);
    let tables = [
        ("lock_lines", false),
        ("lock_orders", true),
        ("lock_lines", false),
    ];
    assert_eq!(locked(db), expected(db, &tables));
    assert!(session.in_transaction());
    session.rollback().unwrap();
    session.clear();
    let path = Line.order.then(Order.lines).for_update();
    select(Line).with(path).all(&mut session).unwrap();
    let tables = [
        ("lock_lines", false),
        ("lock_orders", false),
        ("lock_lines", true),
    ];
    assert_eq!(locked(db), expected(db, &tables));
}

fn link_rows_are_locked_with_their_targets(db: &Db) {
    let mut session = order(db);
    let query = select(Order).with(Order.tags.for_update());
    let orders = query.all(&mut session).unwrap();
    assert_eq!(session[orders[0]].tags.get().unwrap().len(), 1);
    assert_eq!(
        locked(db),
        expected(db, &[("lock_orders", false), ("lock_tagged", true)])
    );
    if db.capabilities().row_locks {
        let mut other = db.other_connection();
        db.backend.limit_lock_wait(&mut other);
        let tag = update(Tag).set(Tag.n, 7).execute(&mut other);
        assert!(tag.unwrap_err().is_busy());
        assert!(delete(Tagged).execute(&mut other).unwrap_err().is_busy());
    }
    session.rollback().unwrap();
    session.clear();
    select(Order).with(Order.tags).all(&mut session).unwrap();
    assert_eq!(
        locked(db),
        expected(db, &[("lock_orders", false), ("lock_tagged", false)])
    );
}

fn entities_in_memory_are_as_the_locked_rows(db: &Db) {
    let mut session = order(db);
    let lines = select(Line)
        .order_by(Line.id.asc())
        .all(&mut session)
        .unwrap();
    db.outside("UPDATE lock_lines SET n = n + 10");
    select(Order).with(Order.lines).all(&mut session).unwrap();
    assert_eq!(session[lines[0]].n, 1);
    select(Order)
        .with(Order.lines.for_update())
        .all(&mut session)
        .unwrap();
    assert_eq!(session[lines[0]].n, 11);
    session.rollback().unwrap();
    // The rows of the query are not locked, and its entities are those of a plain read.
    session.clear();
    let lines = select(Line)
        .order_by(Line.id.asc())
        .all(&mut session)
        .unwrap();
    db.outside("UPDATE lock_lines SET n = n + 10");
    let query = select(Line).with(Line.order.for_update());
    query.all(&mut session).unwrap();
    assert_eq!(session[lines[0]].n, 11);
    session.rollback().unwrap();
}

fn what_is_in_memory_is_locked_too(db: &Db) {
    let mut session = order(db);
    select(Order).with(Order.lines).all(&mut session).unwrap();
    db.sent();
    let query = select(Order).with(Order.lines.for_update());
    query.all(&mut session).unwrap();
    assert_eq!(
        locked(db),
        expected(db, &[("lock_orders", false), ("lock_lines", true)])
    );
    let query = select(Line).with(Line.order.for_update());
    query.all(&mut session).unwrap();
    assert_eq!(
        locked(db),
        expected(db, &[("lock_lines", false), ("lock_orders", true)])
    );
    session.rollback().unwrap();
}

fn changes_are_flushed_before_the_lock(db: &Db) {
    let mut session = order(db);
    let orders = select(Order).with(Order.lines).all(&mut session).unwrap();
    let line = session[orders[0]].lines.get().unwrap()[0];
    session[line].n = 5;
    let query = select(Order).with(Order.lines.for_update());
    session.no_autoflush(|session| query.all(session)).unwrap();
    assert_eq!(session[line].n, 5);
    session.commit().unwrap();
    assert_eq!(db.scalar("SELECT COUNT(*) FROM lock_lines WHERE n = 5"), 1);
}

fn criteria_hold_under_a_lock(db: &Db) {
    drop(order(db));
    let second = Criteria::new().add("second", Line, Line.n.gt(1));
    let mut session = db.session().criteria(&second);
    let query = select(Order).with(Order.lines.for_update());
    let orders = query.all(&mut session).unwrap();
    assert_eq!(session[orders[0]].lines.get().unwrap().len(), 1);
    assert_eq!(
        locked(db),
        expected(db, &[("lock_orders", false), ("lock_lines", true)])
    );
}

fn a_joined_relation_is_not_locked(db: &Db) {
    let mut session = order(db);
    let some = Order.lines.filter(Line.n.gt(1));
    for query in [
        select(Line).with(Line.order.then(some).for_update()),
        select(Line).with(Line.order.joined().for_update()),
        select(Line).with(Line.order.joined().then(Order.lines.for_update())),
    ] {
        let error = fails(query.all(&mut session), ErrorKind::Usage);
        assert!(error.message().contains("can't be locked"), "{error}");
    }
    assert_eq!(reads(db), [""; 0]);
}

fn a_connection_needs_a_transaction(db: &Db) {
    drop(order(db));
    let mut connection = db.other_connection();
    let query = select(Order).with(Order.lines.for_update());
    let error = fails(query.graph(&mut connection), ErrorKind::Usage);
    assert!(error.to_string().contains("transaction"), "{error}");
}
