//! A fault at each driver call of a program in turn, of each kind.

use orm::ErrorKind;
use orm_core::testing::{Fault, Faults};

use super::run::{Again, Run, expected_states};
use crate::cases;
use crate::database::Db;

cases![
    "faults":
    an_error_before_each_call,
    an_error_after_each_call,
    a_lock_not_granted_at_each_call,
    the_connection_lost_before_each_call,
    an_answer_lost_at_each_call,
];

fn an_error_before_each_call(db: &Db) {
    each_call(db, Fault::ErrorBefore(ErrorKind::Database), Again::All);
    each_call(db, Fault::ErrorBefore(ErrorKind::Database), Again::TheCall);
}

fn an_error_after_each_call(db: &Db) {
    each_call(db, Fault::ErrorAfter(ErrorKind::Database), Again::All);
    each_call(db, Fault::ErrorAfter(ErrorKind::Database), Again::TheCall);
}

fn a_lock_not_granted_at_each_call(db: &Db) {
    each_call(db, Fault::ErrorBefore(ErrorKind::Busy), Again::All);
}

fn the_connection_lost_before_each_call(db: &Db) {
    each_call(db, Fault::LostBefore, Again::All);
}

fn an_answer_lost_at_each_call(db: &Db) {
    each_call(db, Fault::LostAfter, Again::All);
}

fn each_call(db: &Db, fault: Fault, again: Again) {
    let mut observer = db.other_connection();
    let (states, calls) = expected_states(db, &mut observer);
    let mut hits = 0;
    for call in 1..=calls {
        let faults = Faults::new();
        let what = format!("{fault:?} at call {call}, {again:?}");
        hits += Run::new((db, &mut observer), &faults, &states, what).go(call, fault, again);
    }
    assert!(hits > 30, "{hits} faults are few");
}
