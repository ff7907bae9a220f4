//! Runs one test on one database. Called by `#[orm::test]`.

use std::any::Any;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::argument::{FromTest, Outcome};
use super::case::{Case, Isolation};
use super::database::TestDatabase;
use super::dialects::{Choice, Target, choose};
use super::failure::TestFailure;
use super::home::Home;
use super::lease::Lease;
use crate::engine::driver_for;

/// Runs a test if its dialect is selected.
///
/// # Errors
/// The failure of the test, or of the creation of its database.
pub fn run<A: FromTest, R: Outcome>(case: &Case, body: fn(A) -> R) -> Result<(), TestFailure> {
    match choose(case.dialect, |variable| std::env::var(variable).ok())? {
        Choice::Run(target, server) => on_database(case, target, &server, body),
        Choice::NotRun(reason) => {
            say_not_run(case, &reason);
            Ok(())
        }
    }
}

fn on_database<A: FromTest, R: Outcome>(
    case: &Case,
    target: &Target,
    server: &str,
    body: fn(A) -> R,
) -> Result<(), TestFailure> {
    let within = |failure: TestFailure| failure.within("can't create the database of the test");
    match case.isolation {
        Isolation::Database => {
            // Dropped last.
            let home = Home::make(target, server).map_err(|error| within(error.into()))?;
            let (driver, dialects) = driver_for(home.url())?;
            let database = TestDatabase::new(driver, dialects, home.url(), case)?;
            check_server(&database, target)?;
            (case.set_up)(database.engine()).map_err(within)?;
            run_on(&database, case, body)
        }
        Isolation::Rollback => {
            let lease = Lease::take(case, target, server).map_err(within)?;
            let database = lease.database(case)?;
            check_server(&database, target)?;
            let outcome = run_on(&database, case, body);
            drop(database);
            outcome.and(lease.undo())
        }
    }
}

fn run_on<A: FromTest, R: Outcome>(
    database: &TestDatabase,
    case: &Case,
    body: fn(A) -> R,
) -> Result<(), TestFailure> {
    let argument = A::from_test(database)?;
    // What has made the tables is no part of the test.
    database.take_statements();
    let Some(expected) = case.should_panic else {
        return body(argument).into_result();
    };
    match catch_unwind(AssertUnwindSafe(|| body(argument).into_result())) {
        Ok(Err(failure)) => Err(failure),
        Ok(Ok(())) => Err(TestFailure::new("the test did not panic as expected")),
        Err(panic) if message(&*panic).contains(expected) => Ok(()),
        Err(panic) => Err(TestFailure::new(format!(
            "the test panicked with another message than expected\n  message: {}\n  expected: {expected}",
            message(&*panic)
        ))),
    }
}

fn message(panic: &dyn Any) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or_default()
}

/// Tests of MariaDB that run on MySQL would prove nothing.
fn check_server(database: &TestDatabase, target: &Target) -> Result<(), TestFailure> {
    let found = database.dialect().name();
    if found == target.name {
        return Ok(());
    }
    let (name, variable) = (target.name, target.variable.unwrap_or_default());
    Err(TestFailure::new(format!(
        "{variable} names a server of {found}, not of {name}"
    )))
}

/// Written to standard error itself: the test harness keeps what tests print, and shows it only of those that fail.
fn say_not_run(case: &Case, reason: &str) {
    let path = case
        .path
        .split_once("::")
        .map_or(case.path, |(_, path)| path);
    let line = format!("test {path}::{} ... not run: {reason}\n", case.dialect);
    // Where standard error can't be written, there is no report.
    let _ = std::io::stderr().write_all(line.as_bytes());
}
