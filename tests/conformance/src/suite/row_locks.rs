//! Locks of rows by a query, and a queue of jobs that is built on them.

use std::collections::HashSet;

use orm::ErrorKind;
use orm::engine::TransactionOptions;
use orm::prelude::*;
use orm::query::{Expr, IntoExpr as _};

use crate::cases;
use crate::database::Db;
use crate::suite::Requires;
use crate::suite::statements::reads;
use crate::suite::support::fails;

cases![
    "row_locks":
    shared_locks_let_readers_in (Requires::ShareLocks),
    nowait_is_busy_at_once (Requires::NoWait),
    locked_rows_are_skipped (Requires::NoWait),
    one_table_of_a_join_is_locked (Requires::LockedJoins),
    locks_of_keys_are_refused_before_they_are_sent,
    waits_are_for_databases_with_row_locks,
    each_lock_has_a_text_of_its_own,
    a_lock_needs_a_transaction_and_a_table,
    each_job_of_a_queue_is_taken_once,
];

#[derive(Model, Clone, Debug)]
#[orm(table = "queue_workers")]
struct Worker {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 20)]
    name: String,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "queue_jobs")]
struct Job {
    #[orm(primary_key)]
    id: i64,
    done: bool,
    #[orm(references = Worker.id)]
    worker_id: i64,
    worker: BelongsTo<Worker>,
}

/// So many jobs of one worker, and their ids.
fn jobs(db: &Db, count: usize) -> Vec<i64> {
    Metadata::of((Worker, Job)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    let worker = session.add(Worker::builder().name("ada"));
    let new = |_| session.add(Job::builder().done(false).worker(worker));
    let jobs: Vec<_> = (0..count).map(new).collect();
    session.flush().unwrap();
    let ids = jobs.iter().map(|job| session[*job].id).collect();
    session.commit().unwrap();
    db.sent();
    ids
}

/// A connection in a transaction, which does not wait long for locks.
fn begun(db: &Db) -> Connection {
    let mut conn = db.other_connection();
    db.backend.limit_lock_wait(&mut conn);
    conn.begin_with(TransactionOptions::new().writes()).unwrap();
    conn
}

fn ids() -> Select<Expr<i64>> {
    select(Job.id.into_expr()).order_by(Job.id)
}

fn shared_locks_let_readers_in(db: &Db) {
    let all = jobs(db, 2);
    if !db.capabilities().row_locks {
        let mut conn = begun(db);
        assert_eq!(ids().for_share().all(&mut conn).unwrap(), all);
        return conn.rollback().unwrap();
    }
    let (mut one, mut two) = (begun(db), begun(db));
    assert_eq!(ids().for_share().all(&mut one).unwrap(), all);
    assert_eq!(ids().for_share().all(&mut two).unwrap(), all);
    let write = update(Job).set(Job.done, true).filter(Job.id.eq(all[0]));
    assert!(write.execute(&mut two).unwrap_err().is_busy());
    two.rollback().unwrap();
    one.rollback().unwrap();
}

fn nowait_is_busy_at_once(db: &Db) {
    let all = jobs(db, 2);
    let first = || ids().filter(Job.id.eq(all[0]));
    let (mut one, mut two) = (begun(db), begun(db));
    assert_eq!(first().for_update().all(&mut one).unwrap(), all[..1]);
    for query in [first().for_update(), first().for_share()] {
        let error = query.nowait().all(&mut two).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Busy);
        two.rollback().unwrap();
        two.begin().unwrap();
    }
    // What is free is not busy.
    let other = ids().filter(Job.id.eq(all[1])).for_update().nowait();
    assert_eq!(other.all(&mut two).unwrap(), all[1..]);
    two.rollback().unwrap();
    one.rollback().unwrap();
}

fn locked_rows_are_skipped(db: &Db) {
    let all = jobs(db, 3);
    let next = || ids().limit(1).for_update().skip_locked();
    let mut workers = [begun(db), begun(db), begun(db), begun(db)];
    let taken: Vec<_> = workers
        .iter_mut()
        .map(|conn| next().first(conn).unwrap())
        .collect();
    assert_eq!(taken, [Some(all[0]), Some(all[1]), Some(all[2]), None]);
    workers[1].rollback().unwrap();
    assert_eq!(next().first(&mut workers[3]).unwrap(), Some(all[1]));
    for conn in workers.iter_mut().filter(|conn| conn.in_transaction()) {
        conn.rollback().unwrap();
    }
}

fn one_table_of_a_join_is_locked(db: &Db) {
    let all = jobs(db, 1);
    let both = || select((Job.id, Worker.name)).join(Worker);
    let mut one = begun(db);
    let locked = both().for_update().of(Job).all(&mut one);
    if !db.capabilities().lock_of && db.capabilities().row_locks {
        assert!(locked.unwrap_err().is_unsupported());
        return one.rollback().unwrap();
    }
    assert_eq!(locked.unwrap(), [(all[0], "ada".to_owned())]);
    if db.capabilities().row_locks {
        let mut two = begun(db);
        let renamed = update(Worker).set(Worker.name, "grace").execute(&mut two);
        assert_eq!(renamed.unwrap(), 1);
        let done = update(Job).set(Job.done, true).execute(&mut two);
        assert!(done.unwrap_err().is_busy());
        two.rollback().unwrap();
    }
    one.rollback().unwrap();
}

fn locks_of_keys_are_refused_before_they_are_sent(db: &Db) {
    let all = jobs(db, 1);
    let can = db.capabilities();
    let mut session = db.session();
    for query in [ids().for_no_key_update(), ids().for_key_share()] {
        let found = query.all(&mut session);
        let sent = reads(db);
        if can.key_locks || !can.row_locks {
            assert_eq!(found.unwrap(), all);
            assert_eq!(sent.len(), 1);
        } else {
            assert!(found.unwrap_err().is_unsupported());
            assert_eq!(sent, [""; 0]);
        }
        session.rollback().unwrap();
    }
}

/// Without row locks NOWAIT and SKIP LOCKED are as empty as the lock; with them, what the database lacks is refused.
fn waits_are_for_databases_with_row_locks(db: &Db) {
    let all = jobs(db, 2);
    let can = db.capabilities();
    let mut session = db.session();
    for query in [
        ids().for_update().nowait(),
        ids().for_update().skip_locked(),
    ] {
        let found = query.all(&mut session);
        let sent = reads(db);
        if can.row_locks && !can.lock_wait {
            assert!(found.unwrap_err().is_unsupported());
            assert_eq!(sent, [""; 0]);
        } else {
            assert_eq!(found.unwrap(), all);
            assert_eq!(sent.len(), 1);
            let has_words = sent[0].contains("NOWAIT") || sent[0].contains("SKIP LOCKED");
            assert_eq!(has_words, can.row_locks, "{sent:?}");
        }
        session.rollback().unwrap();
    }
}

/// The lock is part of the shape: a query that differs by it alone is another text.
fn each_lock_has_a_text_of_its_own(db: &Db) {
    let all = jobs(db, 1);
    let can = db.capabilities();
    let mut queries = vec![ids()];
    if can.row_locks {
        queries.push(ids().for_update());
    }
    if can.row_locks && !can.share_lock.is_empty() {
        queries.push(ids().for_share());
    }
    if can.row_locks && can.lock_wait {
        queries.push(ids().for_update().nowait());
        queries.push(ids().for_update().skip_locked());
    }
    if can.row_locks && can.lock_of {
        queries.push(ids().for_update().of(Job));
    }
    let mut conn = db.engine.connection().unwrap();
    conn.begin().unwrap();
    let mut round = || {
        db.sent();
        for query in &queries {
            assert_eq!(query.clone().all(&mut conn).unwrap(), all);
        }
        reads(db)
    };
    let rendered = round();
    assert_eq!(round(), rendered);
    let distinct: HashSet<&String> = rendered.iter().collect();
    assert_eq!(distinct.len(), queries.len(), "{rendered:?}");
    conn.rollback().unwrap();
}

fn a_lock_needs_a_transaction_and_a_table(db: &Db) {
    jobs(db, 1);
    let mut conn = db.engine.connection().unwrap();
    for query in [
        ids().for_share(),
        ids().for_update(),
        ids().nowait(),
        ids().for_update().of(Worker),
    ] {
        fails(query.all(&mut conn), ErrorKind::Usage);
    }
    assert_eq!(db.sent(), [""; 0]);
}

/// Takes the next job and does it, as long as there is one.
fn work(engine: &Engine, done: &mut Vec<i64>) -> orm::Result<()> {
    let next = select(Job)
        .filter(Job.done.eq(false))
        .order_by(Job.id)
        .for_update()
        .skip_locked();
    loop {
        let id = engine.retry(100).transaction(|session| {
            let Some(job) = next.first(session)? else {
                return Ok(None);
            };
            session[job].done = true;
            Ok(Some(session[job].id))
        })?;
        match id {
            Some(id) => done.push(id),
            None => return Ok(()),
        }
    }
}

fn each_job_of_a_queue_is_taken_once(db: &Db) {
    const WORKERS: usize = 4;
    let all = jobs(db, 60);
    let engine = db.other_engine();
    if db.capabilities().row_locks && !db.capabilities().lock_wait {
        let error = work(&engine, &mut Vec::new()).unwrap_err();
        assert!(error.is_unsupported());
        return;
    }
    let mut done = std::thread::scope(|scope| {
        let work = || {
            let mut done = Vec::new();
            work(&engine, &mut done).unwrap();
            done
        };
        let workers: Vec<_> = (0..WORKERS).map(|_| scope.spawn(work)).collect();
        let done = workers.into_iter().flat_map(|it| it.join().unwrap());
        done.collect::<Vec<_>>()
    });
    done.sort_unstable();
    assert_eq!(done, all);
    let left = select(Job).filter(Job.done.eq(false));
    assert_eq!(left.count(&mut db.session()).unwrap(), 0);
}
