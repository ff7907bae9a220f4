//! Savepoints of a connection: each undoes its own work, and none pretends.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Barrier;
use std::thread;

use orm::prelude::*;
use orm::{Error, ErrorKind, Result};
use orm_core::value::ValueRef;

use crate::Requires;
use crate::cases;
use crate::database::Db;
use crate::suite::support::{accounts, begun, execute, fail, fails, insert_user, refused, users};

cases![
    "nesting":
    a_savepoint_undoes_its_own_work_only,
    savepoints_nest,
    a_swallowed_error_undoes_the_savepoint_or_nothing,
    release_of_an_aborted_savepoint_is_refused (Requires::AbortingErrors),
    a_panic_rolls_back_the_savepoint,
    a_deadlock_inside_a_savepoint_is_never_half_stored (Requires::RowLocks),
];

fn a_savepoint_undoes_its_own_work_only(db: &Db) {
    let mut conn = begun(db);
    insert_user(&mut conn, "before").unwrap();
    let failed = conn.savepoint(|conn| {
        insert_user(conn, "inside")?;
        fail(conn)
    });
    refused(failed, ErrorKind::UniqueViolation);
    insert_user(&mut conn, "after").unwrap();
    let own: Result<()> = conn.savepoint(|conn| {
        insert_user(conn, "inside")?;
        Err(Error::other("of the program's own"))
    });
    fails(own, ErrorKind::Other);
    conn.commit().unwrap();
    assert_eq!(users(db), ["after", "before", "taken"]);
}

fn savepoints_nest(db: &Db) {
    let mut conn = begun(db);
    insert_user(&mut conn, "a").unwrap();
    conn.savepoint(|conn| {
        insert_user(conn, "b")?;
        let inner = conn.savepoint(|conn| {
            insert_user(conn, "c")?;
            conn.savepoint(|conn| insert_user(conn, "d"))?;
            fail(conn)
        });
        refused(inner, ErrorKind::UniqueViolation);
        conn.savepoint(|conn| insert_user(conn, "e"))
    })
    .unwrap();
    conn.commit().unwrap();
    assert_eq!(users(db), ["a", "b", "e", "taken"]);
}

fn a_swallowed_error_undoes_the_savepoint_or_nothing(db: &Db) {
    let mut conn = begun(db);
    insert_user(&mut conn, "before").unwrap();
    let inside = conn.savepoint(|conn| {
        insert_user(conn, "inside")?;
        fail(conn).unwrap_err();
        Ok(())
    });
    let stored = inside.is_ok();
    if let Err(error) = inside {
        assert_eq!(error.kind(), ErrorKind::Transaction, "{error}");
    }
    conn.commit().unwrap();
    let expected: &[&str] = if stored {
        &["before", "inside", "taken"]
    } else {
        &["before", "taken"]
    };
    assert_eq!(users(db), expected);
}

fn release_of_an_aborted_savepoint_is_refused(db: &Db) {
    let mut conn = begun(db);
    let inside = conn.savepoint(|conn| {
        fail(conn).unwrap_err();
        Ok(())
    });
    let error = fails(inside, ErrorKind::Transaction);
    assert!(error.message().contains("release"), "{error}");
    let sent = db.sent();
    let controls: Vec<_> = sent
        .iter()
        .filter(|sql| !sql.starts_with("INSERT"))
        .collect();
    let expected = ["SAVEPOINT orm_1", "ROLLBACK TO SAVEPOINT orm_1"];
    assert_eq!(controls, expected);
    insert_user(&mut conn, "after").unwrap();
    conn.commit().unwrap();
    assert_eq!(users(db), ["after", "taken"]);
}

fn a_panic_rolls_back_the_savepoint(db: &Db) {
    let mut conn = begun(db);
    insert_user(&mut conn, "before").unwrap();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        conn.savepoint(|conn| -> Result<()> {
            insert_user(conn, "inside")?;
            panic!("of the program's own")
        })
    }));
    panicked.unwrap_err();
    conn.commit().unwrap();
    assert_eq!(users(db), ["before", "taken"]);
}

/// Some databases roll back the whole transaction at a deadlock, savepoints and all: the next INSERT
/// would commit by itself.
fn a_deadlock_inside_a_savepoint_is_never_half_stored(db: &Db) {
    drop(accounts(db, &[0, 0]));
    let barrier = Barrier::new(2);
    let run = |own: i64, other: i64| {
        let mut conn = db.engine.connection().unwrap();
        let add = |conn: &mut Connection, id: i64| {
            let text = "UPDATE accounts SET balance = balance + 1 WHERE id = ?";
            execute(db, conn, text, &[ValueRef::Int(id)]).map(drop)
        };
        conn.begin().unwrap();
        insert_user(&mut conn, &format!("before_{own}")).unwrap();
        let inside = conn.savepoint(|conn| {
            add(conn, own)?;
            barrier.wait();
            add(conn, other)
        });
        let Err(error) = inside else {
            conn.commit().unwrap();
            return None;
        };
        assert_eq!(error.kind(), ErrorKind::Deadlock, "{error}");
        let after = insert_user(&mut conn, &format!("after_{own}"));
        let stored_early = users(db).contains(&format!("after_{own}"));
        assert!(
            !stored_early,
            "the statement after the deadlock committed by itself"
        );
        let committed = conn.commit();
        conn.rollback().unwrap();
        Some((own, after, committed))
    };
    let (first, second) = thread::scope(|scope| {
        let first = scope.spawn(|| run(1, 2));
        let second = scope.spawn(|| run(2, 1));
        (first.join().unwrap(), second.join().unwrap())
    });
    let (victim, after, committed) = first.or(second).expect("one of them is the victim");
    let (before_name, after_name) = (format!("before_{victim}"), format!("after_{victim}"));
    let stored = users(db);
    if after.is_ok() {
        // The deadlock has undone the savepoint alone.
        committed.unwrap();
        assert!(
            stored.contains(&before_name) && stored.contains(&after_name),
            "{stored:?}"
        );
    } else {
        let error = fails(after, ErrorKind::Transaction);
        assert!(
            error.message().contains("the database has rolled back"),
            "{error}"
        );
        fails(committed, ErrorKind::Transaction);
        assert!(
            !stored.contains(&before_name) && !stored.contains(&after_name),
            "{stored:?}"
        );
    }
}
