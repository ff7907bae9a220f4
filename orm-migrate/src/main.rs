//! The program `orm-migrate`: the command line of the library, on the models of a cargo package.

use std::process::ExitCode;

use orm_migrate::cli::{Home, run_from};

fn main() -> ExitCode {
    run_from(std::env::args_os(), Home::Package).into()
}
