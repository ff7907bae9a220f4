//! The console sessions of the guide's chapter on migrations: each command is run, and must print what the page shows.
//!
//! Cargo's own lines are left out, and numbers that differ from run to run are not compared.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::support::{Project, root};

const PAGE: &str = "docs/guide/src/migrations.md";
/// The sources that the page shows.
const SOURCES: &str = "docs/guide/programs/shop";
/// Stands before what a command prints, followed by its number.
const MARK: &str = "--- command ";

/// What a reader of the page does next.
enum Step {
    /// Replaces `src/lib.rs` by this file of the sources.
    Write(String),
    /// Types a command, which prints this.
    Run { command: String, prints: String },
}

#[test]
fn the_chapter_on_migrations_prints_what_it_shows() {
    let page = fs::read_to_string(root().join(PAGE)).unwrap();
    let steps = steps(&page);
    let project = Project::new("shop", "");
    let printed = project.run_shell(&script(&steps));
    let mut commands = 0;
    for (number, step) in steps.iter().enumerate() {
        let Step::Run { command, prints } = step else {
            continue;
        };
        commands += 1;
        let (_, from_here) = printed.split_once(&format!("{MARK}{number}\n")).unwrap();
        let output = from_here.split(MARK).next().unwrap();
        assert_eq!(lasting(output), lasting(prints), "$ {command}");
    }
    assert!(commands > 0, "the page has no session");
}

fn steps(page: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut is_console = false;
    for line in page.lines() {
        if let Some(fence) = line.strip_prefix("```") {
            is_console = fence == "console";
        } else if let Some(file) = line.strip_prefix("{{#include ../programs/shop/") {
            steps.push(Step::Write(file.trim_end_matches('}').to_owned()));
        } else if let Some(command) = line.strip_prefix("$ ").filter(|_| is_console) {
            let command = command.to_owned();
            let prints = String::new();
            steps.push(Step::Run { command, prints });
        } else if let (true, Some(Step::Run { prints, .. })) = (is_console, steps.last_mut()) {
            // Writing to a String can't fail.
            let _ = writeln!(prints, "{line}");
        }
    }
    steps
}

/// The steps for one shell, since a command may change its folder and variables.
fn script(steps: &[Step]) -> String {
    let sources = root().join(SOURCES);
    let mut script = "exec 2>&1\n".to_owned();
    for (number, step) in steps.iter().enumerate() {
        let _ = match step {
            Step::Write(file) => {
                writeln!(script, "cp '{}' src/lib.rs", sources.join(file).display())
            }
            Step::Run { command, .. } => writeln!(script, "echo '{MARK}{number}'\n{command}"),
        };
    }
    script
}

/// The lines that are the same in each run: versions and times are not.
fn lasting(printed: &str) -> String {
    let lines = printed.lines().filter(|line| !is_of_cargo(line));
    let lines = lines.map(|line| {
        let words = line.split(' ').map(|word| {
            let is_version = word.contains("-0000_") || word.contains("-0001_");
            let is_time = word.strip_prefix('(').unwrap_or(word);
            let is_time = is_time.parse::<u32>().is_ok() && line.ends_with(" ms)");
            if is_version || is_time {
                word.replace(|c: char| c.is_ascii_digit(), "")
            } else {
                word.to_owned()
            }
        });
        words.collect::<Vec<_>>().join(" ")
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Whether a line is cargo's progress: a verb that ends at column 12.
fn is_of_cargo(line: &str) -> bool {
    let is_verb = |verb: &str| verb.chars().all(char::is_alphabetic) && !verb.is_empty();
    line.get(..12)
        .is_some_and(|verb| is_verb(verb.trim_start()))
        && line.get(12..13) == Some(" ")
}

impl Project {
    /// Runs a script with the program on its path and returns what is printed.
    fn run_shell(&self, script: &str) -> String {
        let program = Path::new(env!("CARGO_BIN_EXE_orm-migrate"));
        let path = std::env::var("PATH").unwrap();
        let path = format!("{}:{path}", program.parent().unwrap().display());
        self.run_program(Path::new("bash"), &["-c", script], &[("PATH", &path)])
            .out
    }
}
