//! Calls inside a task of tokio, which would stop all other tasks of its thread.

use orm::ErrorKind;
use orm::engine::Engine;
use orm::prelude::*;
use tokio::runtime::{Builder, Runtime};

use orm_conformance::Db;
use orm_conformance::cases;
use orm_conformance::fixtures::User;
use orm_conformance::suite::support::{fails, insert_user, users};

cases![
    "async_tasks":
    a_blocking_call_inside_a_task_is_an_error,
    a_thread_that_may_block_works,
    tasks_may_be_let_block,
];

fn runtime() -> Runtime {
    Builder::new_current_thread().build().unwrap()
}

fn a_blocking_call_inside_a_task_is_an_error(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let mut session = db.session();
    session.add(User::builder().username("ada"));
    let refused = |error: orm::Error| {
        assert!(error.message().contains("inside an async task"), "{error}");
        let hint = error.hint().unwrap();
        assert!(hint.contains("tokio::task::spawn_blocking"), "{hint}");
        assert!(hint.contains("allow_blocking_in_async"), "{hint}");
    };
    runtime().block_on(async {
        refused(fails(db.engine.connection(), ErrorKind::Usage));
        refused(fails(insert_user(&mut conn, "bob"), ErrorKind::Usage));
        refused(fails(select(User).all(&mut conn), ErrorKind::Usage));
        refused(fails(conn.begin(), ErrorKind::Usage));
        refused(fails(session.commit(), ErrorKind::Usage));
        let closure = db
            .engine
            .transaction(|session| session.get(User, 1).map(drop));
        refused(fails(closure, ErrorKind::Usage));
        // Asking leaves the task its whole budget of operations.
        for _ in 0..100 {
            tokio::task::coop::consume_budget().await;
        }
    });
    // Nothing was done, and nothing broke.
    insert_user(&mut conn, "grace").unwrap();
    drop(conn);
    session.commit().unwrap();
    assert_eq!(users(db), ["ada", "grace"]);
}

fn a_thread_that_may_block_works(db: &Db) {
    let engine = db.engine.clone();
    let runtime = runtime();
    runtime.block_on(async {
        let work = tokio::task::spawn_blocking(move || {
            engine.transaction(|session| {
                session.add(User::builder().username("ada"));
                Ok(())
            })
        });
        work.await.unwrap().unwrap();
        // What is given back inside a task works on, too.
        let held = tokio::task::spawn_blocking({
            let engine = db.engine.clone();
            move || {
                let mut conn = engine.connection().unwrap();
                conn.raw_control("SELECT 1").unwrap();
                conn
            }
        });
        drop(held.await.unwrap());
    });
    // Nor is a database in memory closed for what is rolled back there.
    let memory = Engine::connect("sqlite://").unwrap();
    orm_conformance::fixtures::metadata()
        .create_all(&memory)
        .unwrap();
    let mut session = Session::new(&memory);
    session.add(User::builder().username("ada"));
    session.flush().unwrap();
    runtime.block_on(async { drop(session) });
    let count = select(User).count(&mut memory.connection().unwrap());
    assert_eq!(count.unwrap(), 0);
    let _entered = runtime.enter();
    assert_eq!(users(db), ["ada"]);
}

fn tasks_may_be_let_block(db: &Db) {
    let separator = if db.url().contains('?') { '&' } else { '?' };
    let url = format!("{}{separator}allow_blocking_in_async=true", db.url());
    let by_url = Engine::connect(&url).unwrap();
    let by_option = Engine::options(db.url()).allow_blocking_in_async();
    let by_option = by_option.connect().unwrap();
    runtime().block_on(async {
        for (engine, name) in [(by_url, "ada"), (by_option, "bob")] {
            let added = engine.transaction(|session| {
                session.add(User::builder().username(name));
                Ok(())
            });
            added.unwrap();
            let mut conn = engine.connection().unwrap();
            raw("SELECT 1").one::<(i64,), _>(&mut conn).unwrap();
        }
    });
    assert_eq!(users(db), ["ada", "bob"]);
}
