//! Random work on a session beside a world in memory of what must come of it: every verb in every order on several
//! models, with another writer, statements past the unit of work, flushes that fail, and savepoints inside savepoints.
//!
//! `shrink.rs` cuts sequences of steps that are data; the random graphs use it. `models.rs` has the models, `world.rs` the world, `run.rs` the choice of the next step, `work.rs`, `reads.rs` and
//! `statements.rs` the steps, `check.rs` the comparison after each. The seed is fresh each time
//! and printed; `ORM_TEST_SEED` repeats one, `ORM_TEST_SEQUENCES` sets the number.

mod check;
mod models;
mod reads;
mod run;
mod shrink;
mod statements;
mod work;
mod world;

use std::hash::{BuildHasher, RandomState};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use orm::prelude::*;

pub(super) use self::models::Number;
use self::models::{Guest, KINDS, Leaf, Loan, Note, Root, Tree, Twig};
pub(super) use self::run::Numbers;
use self::run::Run;
pub(super) use self::shrink::{Contents, Failure, shrunk_sequences};
use crate::cases;
use crate::database::Db;
use crate::suite::Requires;

cases![
    "random":
    random_work_does_what_the_world_says,
];

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{variable} is no number: {text}")),
    )
}

/// The seeds of a case, which are printed.
// The seed is for the reader of the output.
#[allow(clippy::print_stderr)]
fn settings(db: &Db, what: &str) -> Range<u64> {
    let fresh = || RandomState::new().hash_one(0) >> 16;
    let first = number("ORM_TEST_SEED").unwrap_or_else(fresh);
    let usual = if db.is_server() { 30 } else { 300 };
    let sequences = number("ORM_TEST_SEQUENCES").unwrap_or(usual);
    let database = db.backend.name();
    eprintln!("{what} on {database}: ORM_TEST_SEED={first}, {sequences} sequences");
    first..first + sequences
}

/// Runs the sequences of a case, each by its seed.
#[allow(clippy::print_stderr)]
fn sequences(db: &Db, what: &str, mut run: impl FnMut(u64)) {
    for seed in settings(db, what) {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| run(seed))) {
            eprintln!("it fails with ORM_TEST_SEED={seed} ORM_TEST_SEQUENCES=1");
            resume_unwind(panic);
        }
    }
}

fn random_work_does_what_the_world_says(db: &Db) {
    let with_guests = db.has(Requires::SetDefault);
    let tables = if with_guests {
        Metadata::of((Root, Leaf, Twig, Note, Loan, Tree, Guest))
    } else {
        Metadata::of((Root, Leaf, Twig, Note, Loan, Tree))
    };
    tables.create_all(&db.engine).unwrap();
    let mut other = db.other_connection();
    sequences(db, "random work", |seed| {
        Run::new(db, &mut other, seed).go(db);
        for kind in KINDS
            .iter()
            .rev()
            .filter(|kind| kind.table != "guests" || with_guests)
        {
            let table = kind.table;
            if kind.table == "trees" {
                other
                    .raw_execute("UPDATE trees SET parent = NULL", &[])
                    .unwrap();
            }
            other
                .raw_execute(&format!("DELETE FROM {table}"), &[])
                .unwrap();
        }
    });
}
