//! Calls inside a task of tokio, which would stop all other tasks of its thread.

use orm::ErrorKind;
use orm::prelude::*;
use tokio::runtime::{Builder, Runtime};

use crate::cases;
use crate::database::Db;
use crate::fixtures::User;
use crate::suite::support::{fails, insert_user, users};

cases![
    "async_tasks":
    a_blocking_call_inside_a_task_is_an_error,
    a_thread_that_may_block_works,
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
                conn.raw_control("DELETE FROM users WHERE 1 = 0").unwrap();
                conn
            }
        });
        drop(held.await.unwrap());
    });
    let _entered = runtime.enter();
    assert_eq!(users(db), ["ada"]);
}
