//! Statements that another connection, or another thread, cancels at random moments. A flush that fails is tried again,
//! and each row is stored once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use orm::prelude::*;

use crate::backend::Control;
use crate::cases;
use crate::database::Db;
use crate::fixtures::Account;

cases![
    "faults":
    flushes_that_are_interrupted_are_stored_once (crate::Requires::Cancel),
];

const FLUSHES: i64 = 10;
const ROWS: i64 = 3;

/// The connection to interrupt, if there is one now.
type Victim = Mutex<Option<Control>>;

fn flushes_that_are_interrupted_are_stored_once(db: &Db) {
    let victim = Victim::default();
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let killer = scope.spawn(|| interrupt(&victim, &stop));
        let (begin, mut interrupted) = (Instant::now(), 0);
        // On a busy machine the first interruption that hits may take longer.
        let goes_on = |interrupted| {
            let seconds = if interrupted == 0 { 60 } else { 2 };
            begin.elapsed() < Duration::from_secs(seconds)
        };
        while goes_on(interrupted) && !killer.is_finished() {
            interrupted += one_transaction(db, &victim);
        }
        stop.store(true, Ordering::SeqCst);
        killer.join().unwrap();
        assert!(interrupted > 0, "nothing was interrupted");
    });
}

/// Interrupts the victim again and again.
fn interrupt(victim: &Victim, stop: &AtomicBool) {
    let mut round = 0_u64;
    while !stop.load(Ordering::SeqCst) {
        round += 1;
        thread::sleep(Duration::from_micros(20 + round * 37 % 200));
        let mut victim = victim.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cancel) = &mut *victim {
            cancel();
        }
    }
}

/// Runs a transaction of many flushes, checks what is stored of it, and returns how many flushes failed.
fn one_transaction(db: &Db, victim: &Victim) -> usize {
    let set = |target| *victim.lock().unwrap_or_else(PoisonError::into_inner) = target;
    let mut session = db.session();
    let target = db.canceller(session.connection().unwrap());
    set(Some(target));
    let mut failed = 0;
    let all = (0..FLUSHES).all(|_| {
        for _ in 0..ROWS {
            session.add(Account::builder().owner("x").balance(1));
        }
        (0..100).any(|_| {
            let flushed = session.flush().is_ok();
            failed += usize::from(!flushed);
            flushed
        })
    });
    let committed = if all { Some(session.commit()) } else { None };
    set(None);
    drop(session);
    let mut conn = db.other_connection();
    let stored = delete(Account).execute(&mut conn).unwrap();
    let expected = match &committed {
        Some(Ok(())) => FLUSHES * ROWS,
        Some(Err(error)) if error.is_commit_unknown() && stored > 0 => FLUSHES * ROWS,
        _ => 0,
    };
    assert_eq!(i64::try_from(stored), Ok(expected), "{committed:?}");
    failed
}
