//! Runs every case of the suite on every database, and prints a line for each database.

// This is a test runner: its lines are its purpose.
#![allow(clippy::print_stdout)]

use std::panic::AssertUnwindSafe;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use orm_tests::backend::{Backend, Db};
use orm_tests::suite::{self, Case};

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Many cases wait, for locks or for what a server does.
    let processors = std::thread::available_parallelism().map_or(2, usize::from);
    arguments.test_threads = arguments.test_threads.or(Some(2 * processors));
    let mut lines = Vec::new();
    let mut failed = false;
    for backend in Backend::enabled() {
        let probe = Db::empty(backend);
        assert_eq!(
            probe.dialect().name(),
            backend
                .name()
                .to_ascii_lowercase()
                .replace("postgresql", "postgres"),
            "the URL of {} names a server of another kind",
            backend.name()
        );
        let trials = suite::all()
            .iter()
            .map(|case| trial(case, backend, &probe))
            .collect();
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

fn trial(case: &Case, backend: Backend, probe: &Db) -> Trial {
    let name = format!("{} on {}", case.name, backend.name());
    if let Some(reason) = case.requires.unmet(probe) {
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
