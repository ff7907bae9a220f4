//! What the database refuses comes as the same kind everywhere, with its place and the SQL, and without
//! a value.

use std::sync::Barrier;
use std::thread;

use orm::ErrorKind;
use orm::mapping::Metadata;
use orm::prelude::*;
use orm_core::sql::{IsolationLevel, TransactionOptions};
use orm_core::value::ValueRef;

use crate::Requires;
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Country, Node, Post, User};
use crate::suite::support::{
    SECRET, accounts, assert_shows_no_value, execute, fails, refused, scalar,
};

cases![
    "errors":
    unique_violation_names_its_place,
    unique_violation_of_a_primary_key,
    foreign_key_violation_of_a_child_without_parent,
    foreign_key_violation_of_a_parent_with_children,
    foreign_key_violation_of_a_delete_that_also_sets_null,
    not_null_violation_names_its_column,
    check_violation_names_its_constraint,
    undefined_table_is_named,
    a_table_is_used_in_the_transaction_that_creates_it (Requires::TransactionalDdl),
    undefined_column_is_named_and_says_that_tables_are_never_altered,
    syntax_errors_are_their_own_kind,
    text_beyond_its_length_is_refused_before_it_is_sent,
    a_number_beyond_its_column_is_out_of_range (Requires::StrictTypes),
    a_wrong_number_of_binds_is_an_error,
    a_lost_race_is_a_serialization_failure (Requires::SnapshotConflicts),
    a_deadlock_has_one_victim (Requires::RowLocks),
    a_lock_that_is_not_granted_is_busy,
    nowait_is_busy (Requires::NoWait),
];

/// A check of its own.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "prices", check(name = "positive", raw = "amount > 0"))]
struct Price {
    #[orm(primary_key)]
    id: i64,
    amount: i32,
}

fn with_prices(db: &Db) {
    let schema = Metadata::of((Price,)).schema().unwrap();
    orm::engine::create_missing(&mut db.other_connection(), &schema).unwrap();
}

fn unique_violation_names_its_place(db: &Db) {
    let mut session = db.session();
    session.add(User::builder().username(SECRET));
    session.commit().unwrap();
    session.add(User::builder().username(SECRET));
    let error = refused(session.commit(), ErrorKind::UniqueViolation);
    assert!(error.is_unique_violation() && error.is_constraint_violation());
    let sql = db.normalised(error.sql().unwrap());
    assert!(sql.starts_with("INSERT INTO "), "{error}");
    assert_eq!(
        (error.table(), error.column(), error.constraint()),
        (Some("users"), Some("username"), Some("uq_users_username"))
    );
    assert!(error.code().is_some());
}

fn unique_violation_of_a_primary_key(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let insert = "INSERT INTO countries (code, name) VALUES ('no', ?)";
    execute(db, &mut conn, insert, &[ValueRef::Text("x")]).unwrap();
    let again = execute(db, &mut conn, insert, &[ValueRef::Text(SECRET)]);
    refused(again, ErrorKind::UniqueViolation);
}

fn foreign_key_violation_of_a_child_without_parent(db: &Db) {
    let mut session = db.session();
    session.add(Post::builder().title(SECRET).author_id(99));
    let error = refused(session.commit(), ErrorKind::ForeignKeyViolation);
    assert!(error.is_foreign_key_violation());
    if db.is_server() {
        assert_eq!(error.table(), Some("posts"));
        assert_eq!(error.constraint(), Some("fk_posts_author_id_users"));
    }
}

/// Some databases have an error of its own for it.
fn foreign_key_violation_of_a_delete_that_also_sets_null(db: &Db) {
    db.outside(
        "CREATE TABLE loops (id INTEGER NOT NULL PRIMARY KEY, a INTEGER, b INTEGER, \
         FOREIGN KEY (a) REFERENCES loops (id) ON DELETE SET NULL, FOREIGN KEY (b) REFERENCES loops (id))",
    );
    db.outside("INSERT INTO loops VALUES (1, NULL, NULL)");
    db.outside("INSERT INTO loops VALUES (2, 1, NULL)");
    db.outside("INSERT INTO loops VALUES (3, 1, 1)");
    let mut conn = db.engine.connection().unwrap();
    conn.begin().unwrap();
    let deleted = conn.raw_execute("DELETE FROM loops WHERE id = 1", &[]);
    refused(deleted, ErrorKind::ForeignKeyViolation);
    conn.rollback().unwrap();
    assert_eq!(db.scalar("SELECT COUNT(a) FROM loops"), 2);
}

fn foreign_key_violation_of_a_parent_with_children(db: &Db) {
    let mut session = db.session();
    session.add(Node::builder().id(1).label("parent"));
    session.add(Node::builder().id(2).parent_id(1).label(SECRET));
    session.commit().unwrap();
    drop(session);
    let mut conn = db.engine.connection().unwrap();
    let error = conn.raw_execute("DELETE FROM nodes WHERE id = 1", &[]);
    let error = refused(error, ErrorKind::ForeignKeyViolation);
    assert_eq!(error.sql(), Some("DELETE FROM nodes WHERE id = 1"));
    if db.is_server() {
        assert_eq!(error.constraint(), Some("fk_nodes_parent_id_nodes"));
    }
    assert_eq!(db.count("nodes"), 2);
}

fn not_null_violation_names_its_column(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let insert = "INSERT INTO users (username, email) VALUES (?, ?)";
    let binds = [ValueRef::Null, ValueRef::Text(SECRET)];
    let error = refused(
        execute(db, &mut conn, insert, &binds),
        ErrorKind::NotNullViolation,
    );
    assert!(error.is_not_null_violation());
    assert_eq!(error.column(), Some("username"));
    assert_eq!(error.table(), Some("users"));
}

fn check_violation_names_its_constraint(db: &Db) {
    with_prices(db);
    let mut session = db.session();
    session.add(Price::builder().amount(-5));
    let error = refused(session.commit(), ErrorKind::CheckViolation);
    assert!(error.is_check_violation());
    assert_eq!(error.constraint(), Some("ck_prices_positive"));
    if db.is_server() {
        assert_eq!(error.table(), Some("prices"));
    }
    assert_eq!(db.count("prices"), 0);
}

fn undefined_table_is_named(db: &Db) {
    let mut session = db.session();
    session.add(Price::builder().amount(1));
    let error = refused(session.commit(), ErrorKind::UndefinedTable);
    assert_eq!(error.table(), Some("prices"));
    drop(session);
    let mut conn = db.engine.connection().unwrap();
    let error = conn.raw_query("SELECT * FROM nowhere", &[], &mut |_| Ok(()));
    assert_eq!(
        refused(error, ErrorKind::UndefinedTable).table(),
        Some("nowhere")
    );
}

fn a_table_is_used_in_the_transaction_that_creates_it(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    conn.begin().unwrap();
    conn.raw_control("CREATE TABLE fresh (id INTEGER NOT NULL PRIMARY KEY)")
        .unwrap();
    let insert = "INSERT INTO fresh (id) VALUES (1)";
    let inserted = conn.raw_execute(insert, &[]);
    if db.capabilities().ddl_with_dml {
        inserted.unwrap();
        conn.commit().unwrap();
    } else {
        let error = refused(inserted, ErrorKind::UndefinedTable);
        assert!(error.hint().unwrap().contains("commit first"), "{error}");
        conn.commit().unwrap();
        conn.raw_execute(insert, &[]).unwrap();
    }
    assert_eq!(db.count("fresh"), 1);
}

fn undefined_column_is_named_and_says_that_tables_are_never_altered(db: &Db) {
    db.outside("CREATE TABLE prices (id INTEGER NOT NULL PRIMARY KEY)");
    // create_all leaves a table that is there as it is, whatever its columns.
    with_prices(db);
    let mut session = db.session();
    let Err(error) = session.get(Price, 1) else {
        panic!("the column is missing")
    };
    let error = refused::<()>(Err(error), ErrorKind::UndefinedColumn);
    assert_eq!(error.column(), Some("amount"));
    let hint = error.hint().unwrap();
    assert!(
        hint.contains("create_all") && hint.contains("never alters"),
        "{hint}"
    );
}

fn syntax_errors_are_their_own_kind(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let error = refused(conn.raw_execute("SELEC 1", &[]), ErrorKind::Syntax);
    assert_eq!(error.sql(), Some("SELEC 1"));
    let error = refused(conn.raw_control("DROP TABEL users"), ErrorKind::Syntax);
    assert_eq!(error.sql(), Some("DROP TABEL users"));
}

fn text_beyond_its_length_is_refused_before_it_is_sent(db: &Db) {
    let mut session = db.session();
    session.add(Country::builder().code(SECRET).name("x"));
    let error = fails(session.commit(), ErrorKind::DataTooLong);
    assert_eq!(
        (error.table(), error.column()),
        (Some("countries"), Some("code"))
    );
    assert!(error.message().contains("2 characters"), "{error}");
    assert_shows_no_value(&error);
    assert!(db.sent().iter().all(|sql| !sql.contains("INSERT")));
    session.rollback().unwrap();

    // Lengths count characters, not bytes.
    session.add(Country::builder().code("ÖÄ").name("x"));
    session.commit().unwrap();
}

fn a_number_beyond_its_column_is_out_of_range(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let insert = "INSERT INTO tickets (subject, priority) VALUES ('x', ?)";
    let inserted = execute(db, &mut conn, insert, &[ValueRef::Int(i64::MAX)]);
    let error = fails(inserted, ErrorKind::OutOfRange);
    assert!(error.sql().is_some());
    assert!(
        !error.to_string().contains(&i64::MAX.to_string()),
        "{error}"
    );
    assert_eq!(db.count("tickets"), 0);
}

fn a_wrong_number_of_binds_is_an_error(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    for binds in [&[][..], &[ValueRef::Int(1), ValueRef::Text(SECRET)]] {
        let deleted = execute(db, &mut conn, "DELETE FROM users WHERE id = ?", binds);
        assert_shows_no_value(&fails(deleted, ErrorKind::Usage));
    }
    // The connection can be used again.
    execute(
        db,
        &mut conn,
        "DELETE FROM users WHERE id = ?",
        &[ValueRef::Int(1)],
    )
    .unwrap();
}

/// Two transactions read what the other one writes.
fn a_lost_race_is_a_serialization_failure(db: &Db) {
    db.outside("INSERT INTO accounts (owner, balance, version) VALUES ('a', 1, 1)");
    let mut first = db.engine.connection().unwrap();
    let mut second = db.engine.connection().unwrap();
    let again = lost_race(db, &mut first, &mut second);
    let expected = if db.capabilities().statement_rollback {
        ErrorKind::SerializationFailure
    } else {
        ErrorKind::Transaction
    };
    assert_eq!(again, expected);
}

/// Both read the row, at the lowest level that shows it unchanged, and both write it. What the loser gets when it writes
/// once more in its transaction.
pub fn lost_race(db: &Db, first: &mut Connection, second: &mut Connection) -> ErrorKind {
    let options = TransactionOptions::new().isolation(IsolationLevel::RepeatableRead);
    let options = match db.dialect().begin(&options) {
        Ok(_) => options,
        Err(_) => options.isolation(IsolationLevel::Serializable),
    };
    first.begin_with(options).unwrap();
    second.begin_with(options).unwrap();
    let read = "SELECT balance FROM accounts";
    assert_eq!(scalar::<i64>(first, read), 1);
    assert_eq!(scalar::<i64>(second, read), 1);
    let write = "UPDATE accounts SET balance = balance + 1";
    first.raw_execute(write, &[]).unwrap();
    first.commit().unwrap();
    let lost = second.raw_execute(write, &[]).and_then(|_| second.commit());
    let error = refused(lost, ErrorKind::SerializationFailure);
    assert!(error.is_serialization_failure());
    let again = second.raw_execute(write, &[]).unwrap_err();
    second.rollback().unwrap();
    assert_eq!(scalar::<i64>(second, read), 2);
    again.kind()
}

/// Each of two transactions holds the row that the other one wants.
fn a_deadlock_has_one_victim(db: &Db) {
    drop(accounts(db, &[0, 0]));
    let barrier = Barrier::new(2);
    let run = |own: i64, other: i64| {
        let mut conn = db.engine.connection().unwrap();
        let add = |conn: &mut Connection, id: i64| {
            let text = "UPDATE accounts SET balance = balance + 1 WHERE id = ?";
            execute(db, conn, text, &[ValueRef::Int(id)]).map(drop)
        };
        conn.transaction(|conn| {
            add(conn, own)?;
            barrier.wait();
            add(conn, other)
        })
    };
    let (first, second) = thread::scope(|scope| {
        let first = scope.spawn(|| run(1, 2));
        let second = scope.spawn(|| run(2, 1));
        (first.join().unwrap(), second.join().unwrap())
    });
    let victims: Vec<_> = [first, second]
        .into_iter()
        .filter_map(Result::err)
        .collect();
    assert_eq!(victims.len(), 1, "{victims:?}");
    let error = refused::<()>(
        Err(victims.into_iter().next().unwrap()),
        ErrorKind::Deadlock,
    );
    assert!(error.is_serialization_failure());
    // All of the survivor's work is stored, and nothing of the victim's.
    assert_eq!(
        db.scalar("SELECT COUNT(*) FROM accounts WHERE balance = 1"),
        2
    );
}

fn a_lock_that_is_not_granted_is_busy(db: &Db) {
    db.outside("INSERT INTO accounts (owner, balance, version) VALUES ('a', 1, 1)");
    let mut waiting = db.other_connection();
    db.backend.limit_lock_wait(&mut waiting);
    let mut holder = db.engine.connection().unwrap();
    let write = "UPDATE accounts SET balance = balance + 1";
    holder.begin().unwrap();
    holder.raw_execute(write, &[]).unwrap();
    waiting.begin().unwrap();
    let error = refused(waiting.raw_execute(write, &[]), ErrorKind::Busy);
    assert!(error.is_busy());
    waiting.rollback().unwrap();
    holder.commit().unwrap();
    waiting.raw_execute(write, &[]).unwrap();
    assert_eq!(db.scalar("SELECT balance FROM accounts"), 3);
}

fn nowait_is_busy(db: &Db) {
    db.outside("INSERT INTO accounts (owner, balance, version) VALUES ('a', 1, 1)");
    let mut holder = db.engine.connection().unwrap();
    holder.begin().unwrap();
    holder
        .raw_execute("UPDATE accounts SET balance = 2", &[])
        .unwrap();
    let mut other = db.engine.connection().unwrap();
    other.begin().unwrap();
    let locked = other.raw_query(
        "SELECT id FROM accounts FOR UPDATE NOWAIT",
        &[],
        &mut |_| Ok(()),
    );
    refused(locked, ErrorKind::Busy);
}
