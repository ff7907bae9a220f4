//! Lint: statements of migrations that lose data, block a running program, or fail on tables with rows.
//!
//! `statement.rs` reads what a statement changes; `common.rs`, `postgres.rs`, `mysql.rs` and `sqlite.rs` have the rules, each
//! a function of one statement and its context (`rule.rs`), and `rules.rs` lists them; `allow.rs` reads the comments that suppress a rule; `script.rs` goes
//! through a script. The rules are those of squawk, of strong_migrations and of the manuals of the databases; where a
//! server's version matters, the rule asks for it. The command is in `command/lint.rs`.

mod allow;
mod common;
mod mysql;
mod postgres;
mod rule;
mod rules;
mod script;
mod sqlite;
mod statement;
#[cfg(test)]
mod tests;

pub use rule::Finding;
pub(crate) use rules::rules;
pub use rules::{RuleInfo, all_rules};
pub(crate) use script::{Target, lint_script};
