//! What a path sends beside its one statement: nothing for a read, BEGIN and COMMIT once, and of a savepoint what its
//! database needs.

use orm::engine::TransactionOptions;
use orm::prelude::*;
use orm::{Error, Result};

use crate::cases;
use crate::database::Db;
use crate::fixtures::User;
use crate::suite::statements::{user, usernames, users};
use crate::suite::support::insert_user;

cases![
    "round_trips":
    a_read_is_one_statement,
    a_transaction_adds_its_begin_and_its_end,
    a_commit_of_one_row_is_one_statement,
    a_later_flush_of_one_row_sets_a_savepoint_where_errors_abort,
    a_savepoint_that_has_ended_is_released_with_the_next_one,
    a_savepoint_that_is_undone_is_released_with_the_next_one,
    a_text_of_the_programs_own_finds_no_savepoint,
    savepoints_that_end_late_undo_their_own_work_only,
];

/// What was sent since the last look: of reads and writes the verb, neighbours as one, and all of the rest.
fn sent(db: &Db) -> Vec<String> {
    let verb = |sql: String| {
        let verb = sql.split(' ').next().unwrap_or_default();
        let is_control = !["SELECT", "INSERT", "UPDATE", "DELETE"].contains(&verb);
        if is_control { sql } else { verb.to_owned() }
    };
    let mut sent: Vec<String> = db.sent().into_iter().map(verb).collect();
    sent.dedup();
    sent
}

fn begin(db: &Db) -> String {
    let statements = db.dialect().begin(&TransactionOptions::new().writes());
    statements.unwrap().pop().unwrap().into_owned()
}

/// What takes a savepoint away at once, if it is taken away at once.
fn release(db: &Db) -> Vec<String> {
    let dialect = db.dialect();
    match dialect.renew_savepoint("orm_1") {
        None => vec![dialect.release_savepoint("orm_1")],
        Some(_) => Vec::new(),
    }
}

/// What sets a savepoint whose name has been used.
fn renewal(db: &Db) -> String {
    let renewed = db.dialect().renew_savepoint("orm_1");
    renewed.unwrap_or_else(|| db.dialect().savepoint("orm_1"))
}

fn add(session: &mut Session, names: &[&str]) {
    for name in names {
        session.add(User::builder().username(*name));
    }
}

fn a_read_is_one_statement(db: &Db) {
    let id = user(db, "ada");
    db.sent();
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    assert_eq!(sent(db), ["SELECT"], "get");
    session.expire_all();
    session.get(User, id).unwrap();
    assert_eq!(sent(db), ["SELECT"], "get of an expired entity");
    session.get(User, id + 1).unwrap();
    assert_eq!(sent(db), ["SELECT"], "get of no row");
    session.refresh(ada).unwrap();
    assert_eq!(sent(db), ["SELECT"], "refresh");
    session.get(User, id).unwrap();
    assert_eq!(sent(db), [""; 0], "get of a fresh entity");
    session.commit().unwrap();
    session.rollback().unwrap();
    assert_eq!(sent(db), [""; 0], "the end of a session that has read");
    let mut conn = db.engine.connection().unwrap();
    select(User).one(&mut conn).unwrap();
    drop(conn);
    assert_eq!(sent(db), ["SELECT"], "on a connection");
}

fn a_transaction_adds_its_begin_and_its_end(db: &Db) {
    let id = user(db, "ada");
    db.sent();
    let read = |session: &mut Session| session.get(User, id).map(drop);
    db.engine.transaction(read).unwrap();
    assert_eq!(sent(db), [begin(db).as_str(), "SELECT", "COMMIT"]);
    let write = |session: &mut Session| {
        add(session, &["bob"]);
        session.flush()
    };
    db.engine.transaction(write).unwrap();
    assert_eq!(sent(db), [begin(db).as_str(), "INSERT", "COMMIT"]);
    let undone: Result<()> = db.engine.transaction(|session| {
        add(session, &["eve"]);
        session.flush()?;
        Err(Error::other("undo"))
    });
    undone.unwrap_err();
    assert_eq!(sent(db), [begin(db).as_str(), "INSERT", "ROLLBACK"]);
    let nothing: Result<()> = db.engine.transaction(|_| Ok(()));
    nothing.unwrap();
    assert_eq!(sent(db), [""; 0]);
}

fn a_commit_of_one_row_is_one_statement(db: &Db) {
    let id = user(db, "ada");
    let mut session = db.session();
    let ada = session.get(User, id).unwrap().unwrap();
    db.sent();
    session[ada].email = Some("x".into());
    session.commit().unwrap();
    assert_eq!(sent(db), ["UPDATE"]);
    session[ada].email = Some("y".into());
    session.flush().unwrap();
    session.rollback().unwrap();
    assert_eq!(sent(db), [begin(db).as_str(), "UPDATE", "ROLLBACK"]);
}

fn a_later_flush_of_one_row_sets_a_savepoint_where_errors_abort(db: &Db) {
    user(db, "ada");
    let mut session = db.session();
    db.sent();
    let mut flush = |names: &[&str]| {
        add(&mut session, names);
        session.flush().unwrap();
        sent(db)
    };
    assert_eq!(flush(&["a"]), [begin(db).as_str(), "INSERT"]);
    if db.capabilities().statement_rollback {
        assert_eq!(flush(&["b"]), ["INSERT"]);
        assert_eq!(flush(&["c"]), ["INSERT"]);
    } else {
        assert_eq!(flush(&["b"]), ["SAVEPOINT orm_1", "INSERT"]);
        assert_eq!(flush(&["c"]), [renewal(db).as_str(), "INSERT"]);
        assert_eq!(flush(&["d"]), [renewal(db).as_str(), "INSERT"]);
    }
    session.commit().unwrap();
    assert_eq!(sent(db), ["COMMIT"]);
}

fn a_savepoint_that_has_ended_is_released_with_the_next_one(db: &Db) {
    user(db, "ada");
    let mut session = db.session();
    add(&mut session, &["a"]);
    session.flush().unwrap();
    db.sent();
    for (names, set) in [
        (["b", "c"], "SAVEPOINT orm_1".to_owned()),
        (["d", "e"], renewal(db)),
        (["f", "g"], renewal(db)),
    ] {
        add(&mut session, &names);
        session.flush().unwrap();
        let mut sent = sent(db);
        // A question about the keys that were generated, where there is one.
        sent.retain(|sql| sql != "SELECT");
        assert_eq!(sent, [vec![set, "INSERT".to_owned()], release(db)].concat());
    }
    // A closure's savepoint is no different.
    session
        .savepoint(|session| {
            add(session, &["h"]);
            session.flush()
        })
        .unwrap();
    assert_eq!(sent(db)[0], renewal(db));
    session.commit().unwrap();
    assert_eq!(sent(db), ["COMMIT"]);
    assert_eq!(db.count("users"), 9);
}

fn a_savepoint_that_is_undone_is_released_with_the_next_one(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    conn.begin().unwrap();
    db.sent();
    for set in ["SAVEPOINT orm_1".to_owned(), renewal(db)] {
        let undone: Result<()> = conn.savepoint(|conn| {
            insert_user(conn, "undone")?;
            Err(Error::other("undo"))
        });
        undone.unwrap_err();
        let undo = db.dialect().rollback_to_savepoint("orm_1");
        let expected = vec![set, "INSERT".to_owned(), undo];
        // What inserts is a text of the program's own, which finds the savepoint of its closure.
        assert_eq!(sent(db), [expected, release(db)].concat());
    }
    conn.rollback().unwrap();
    assert_eq!(sent(db), ["ROLLBACK"]);
}

fn a_text_of_the_programs_own_finds_no_savepoint(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    conn.begin().unwrap();
    conn.savepoint(|conn| insert_user(conn, "kept")).unwrap();
    conn.raw_control("SAVEPOINT own").unwrap();
    conn.savepoint(|conn| insert_user(conn, "undone")).unwrap();
    db.sent();
    // It would be gone if the library released an earlier one now.
    conn.raw_control("ROLLBACK TO SAVEPOINT own").unwrap();
    let mut expected = Vec::new();
    if db.dialect().renew_savepoint("orm_1").is_some() {
        expected.push(db.dialect().release_savepoint("orm_1"));
    }
    expected.push("ROLLBACK TO SAVEPOINT own".to_owned());
    assert_eq!(sent(db), expected);
    conn.savepoint(|conn| insert_user(conn, "last")).unwrap();
    conn.commit().unwrap();
    assert_eq!(usernames(db), ["kept", "last"]);
}

fn savepoints_that_end_late_undo_their_own_work_only(db: &Db) {
    let ids = users(db, &["ada"]);
    let mut session = db.session();
    let ada = session.get(User, ids[0]).unwrap().unwrap();
    session.begin().unwrap();
    let mut expected = vec!["ada".to_owned()];
    for round in 0..20 {
        let name = |part| format!("{round:02} {part}");
        let add = |session: &mut Session, name| {
            session.add(User::builder().username(name));
            session.flush()
        };
        session[ada].email = Some(name("changed"));
        add(&mut session, name("a")).unwrap();
        let undone: Result<()> = session.savepoint(|session| {
            add(session, name("undone"))?;
            session.savepoint(|session| add(session, name("inner")))?;
            session[ada].email = Some(name("undone"));
            session.flush()?;
            Err(Error::other("undo"))
        });
        undone.unwrap_err();
        let kept: Result<()> = session.savepoint(|session| {
            add(session, name("b"))?;
            let undone: Result<()> = session.savepoint(|session| {
                add(session, name("undone"))?;
                Err(Error::other("undo"))
            });
            undone.unwrap_err();
            add(session, name("c"))
        });
        kept.unwrap();
        // A flush that fails takes back itself alone.
        let twice = [name("a"), name("d")].map(|name| session.add(User::builder().username(name)));
        session.flush().unwrap_err();
        for row in twice {
            session.expunge(row).unwrap();
        }
        expected.extend([name("a"), name("b"), name("c")]);
    }
    session.commit().unwrap();
    assert_eq!(usernames(db), expected);
}
