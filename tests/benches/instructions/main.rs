//! The gate on instructions: how many the hottest paths take, counted by callgrind, beside stored figures.
//!
//! `tests/run --perf` runs it; a path that takes over 3 % more than is stored fails it. `tests/run --perf -- --store` stores
//! what is measured. Counts hardly depend on the machine's noise, but they do on the compiler: figures of another one
//! are not compared. Times are measured in `tests/benches/ratios/`.
//!
//! Without arguments the program runs itself under valgrind, twice a path: once with few rounds of it and once with more.
//! The difference is that of the rounds alone.

// A gate prints its table, and stops at the first surprise.
#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

#[path = "../ratios/authors.rs"]
mod authors;
#[path = "../ratios/model.rs"]
#[allow(dead_code, reason = "the benchmarks of times use more of it")]
mod model;
mod paths;
mod stored;

use std::process::{Command, ExitCode};

use stored::Figures;

/// A path by its name, with the rounds of the two runs.
type Rounds = (u64, u64);

/// Makes the C library keep every small block for the next one of its size. By default it merges free blocks now and
/// then, and divides them again, which depends on their addresses: a load of 1000 rows took 230 instructions a row more
/// or less by nothing but that.
const ALLOCATOR: &str = "glibc.malloc.tcache_count=65535";

/// How much more than stored is taken for noise.
const TOLERANCE: f64 = 0.03;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["path", name, rounds] => {
            paths::run(name, rounds.parse().unwrap());
            ExitCode::SUCCESS
        }
        ["--store"] => {
            measure().store();
            ExitCode::SUCCESS
        }
        [] => compare(&Figures::stored()),
        other => panic!("unknown words {other:?}; the only one is --store"),
    }
}

fn measure() -> Figures {
    let mut figures = Figures::none();
    for (name, (few, many)) in paths::ALL {
        let instructions = count(name, many) - count(name, few);
        figures
            .instructions
            .push((name.to_owned(), instructions / (many - few)));
    }
    figures
}

/// The instructions of a whole run.
fn count(name: &str, rounds: u64) -> u64 {
    let program = std::env::current_exe().unwrap();
    let run = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args(["path", name, &rounds.to_string()])
        .env("GLIBC_TUNABLES", ALLOCATOR)
        .output()
        .expect("valgrind can be started: tests/run --perf installs it on Debian");
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{name}: {said}");
    let collected = said.lines().find_map(|line| line.split_once("Collected :"));
    collected.unwrap().1.trim().parse().unwrap()
}

fn compare(stored: &Figures) -> ExitCode {
    let measured = measure();
    if stored.compiler != measured.compiler {
        println!(
            "the stored figures are of {}, and this is {}: they can't be compared. To store figures of this compiler, \
             check out a version whose speed is known and type: tests/run --perf -- --store",
            stored.compiler, measured.compiler
        );
        return ExitCode::FAILURE;
    }
    println!("| path | stored | now | change |\n| --- | --- | --- | --- |");
    let mut slower = Vec::new();
    for (name, now) in &measured.instructions {
        let Some(before) = stored.of(name) else {
            slower.push(format!("{name} has no stored figure"));
            continue;
        };
        #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
        let change = *now as f64 / before as f64 - 1.0;
        println!("| {name} | {before} | {now} | {:+.1} % |", change * 100.0);
        if change > TOLERANCE {
            slower.push(format!(
                "{name} takes {now} instructions, {before} are stored"
            ));
        }
    }
    if slower.is_empty() {
        return ExitCode::SUCCESS;
    }
    println!(
        "{}\nhint: look where they go with callgrind; if they are worth it, type: tests/run --perf -- --store",
        slower.join("\n")
    );
    ExitCode::FAILURE
}
