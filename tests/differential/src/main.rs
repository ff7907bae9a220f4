//! Runs random queries: `cargo run -p orm-differential --features postgres,mysql -- --seed 1 --count 10000`.
//!
//! The servers are those of ORM_TEST_POSTGRES_URL, ORM_TEST_MARIADB_URL and ORM_TEST_MYSQL_URL, which `tests/run
//! --servers-only` starts and prints.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the terminal"
)]

use std::collections::BTreeMap;

use clap::Parser;
use orm_differential::exclusions::EXCLUSIONS;
use orm_differential::run::Tester;

#[derive(Parser)]
struct Options {
    /// The seed of the first query. The next ones have the numbers behind it.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many queries to run.
    #[arg(long, default_value_t = 500)]
    count: u64,
    /// The seed of the rows.
    #[arg(long, default_value_t = 1)]
    data: u64,
    /// Stop at so many differences.
    #[arg(long, default_value_t = 10)]
    differences: usize,
    /// Print the SQL of the queries, and run none.
    #[arg(long)]
    print: bool,
    /// Print what no query has, with the reasons.
    #[arg(long)]
    exclusions: bool,
}

fn main() -> orm::Result<std::process::ExitCode> {
    let options = Options::parse();
    if options.exclusions {
        for (what, why) in EXCLUSIONS {
            println!("{what}: {why}");
        }
        return Ok(std::process::ExitCode::SUCCESS);
    }
    let mut tester = Tester::new(options.data)?;
    println!("on {}", tester.names().join(", "));
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    for seed in options.seed..options.seed.saturating_add(options.count) {
        if options.print {
            for (name, sql) in tester.sql(seed) {
                println!("{seed}: {name}: {sql}");
            }
            continue;
        }
        // How far it is.
        if tester.summary.queries % 1_000 == 999 {
            eprintln!("{seed}");
        }
        if let Some(difference) = tester.check(seed) {
            println!("\nseed {seed}, rows of seed {}: {difference}", options.data);
            *found.entry(difference.what().to_owned()).or_default() += 1;
            if found.values().sum::<usize>() >= options.differences {
                break;
            }
        }
    }
    println!("{}", tester.summary);
    for (what, count) in &found {
        println!("{count} × {what}");
    }
    Ok(if found.is_empty() {
        std::process::ExitCode::SUCCESS
    } else {
        std::process::ExitCode::FAILURE
    })
}
