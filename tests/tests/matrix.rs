//! Runs the conformance suite and this package's own cases on every database of the workspace.

use std::process::ExitCode;

use orm_conformance::Backend;
use orm_tests::databases::Database;

fn main() -> ExitCode {
    let databases = Database::enabled();
    let backends: Vec<&'static dyn Backend> = databases.into_iter().map(|one| one as _).collect();
    orm_conformance::run(&backends, &orm_tests::suite::all())
}
