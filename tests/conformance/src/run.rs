//! [`run`]: every case on every database, and a line for each database.

// This is a test runner: its lines are its purpose.
#![allow(clippy::print_stdout)]

use std::panic::AssertUnwindSafe;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

use crate::backend::Backend;
use crate::database::Db;
use crate::suite::{self, Case};

/// Runs every case of this crate and those of the caller's own on each of these databases, by the arguments that
/// `cargo test` passes on, and prints a line for each database.
///
/// A database that isn't there fails the run: the caller leaves out what is not to run, and prints the reason.
pub fn run(backends: &[&'static dyn Backend], own: &[Case]) -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Many cases wait, for locks or for what a server does.
    let processors = std::thread::available_parallelism().map_or(2, usize::from);
    arguments.test_threads = arguments.test_threads.or(Some(2 * processors));
    let mut lines = Vec::new();
    let mut failed = false;
    let cases = suite::all();
    for &backend in backends {
        let probe = Db::empty(backend);
        let cases = cases.iter().chain(own);
        let trials = cases.map(|case| trial(case, backend, &probe)).collect();
        let conclusion = libtest_mimic::run(&arguments, trials);
        failed |= conclusion.has_failed();
        lines.push(format!(
            "{}: {} cases passed, {} failed, {} skipped for the reason given in their names (version {})",
            backend.name(),
            conclusion.num_passed,
            conclusion.num_failed,
            conclusion.num_ignored,
            probe.version()
        ));
    }
    if !arguments.list {
        println!("{}", lines.join("\n"));
    }
    if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

fn trial(case: &Case, backend: &'static dyn Backend, probe: &Db) -> Trial {
    let name = format!("{} on {}", case.name, backend.name());
    let skipped = || backend.skips(case.name);
    if let Some(reason) = case.requires.unmet(probe).or_else(skipped) {
        return Trial::test(format!("{name} ({reason})"), || Ok(())).with_ignored_flag(true);
    }
    let run = case.run;
    Trial::test(name, move || {
        let db = Db::with_tables(backend);
        std::panic::catch_unwind(AssertUnwindSafe(|| run(&db)))
            .map_err(|panic| Failed::from(message(&panic)))
    })
}

fn message(panic: &Box<dyn std::any::Any + Send>) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    let text = text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
    text.unwrap_or_else(|| "panicked".to_owned())
}
