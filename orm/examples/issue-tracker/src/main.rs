//! Runs the scenario, by default on SQLite in memory:
//!
//! ```console
//! $ cargo run
//! $ DATABASE_URL=postgresql://user:password@localhost/database cargo run
//! ```

#![allow(
    clippy::print_stdout,
    reason = "this is a program for the command line"
)]

fn main() -> orm::Result<()> {
    let url = std::env::var("DATABASE_URL").unwrap_or("sqlite://".to_owned());
    let engine = issue_tracker::connect(&url)?;
    for line in issue_tracker::scenario::run(&engine)? {
        println!("{line}");
    }
    Ok(())
}
