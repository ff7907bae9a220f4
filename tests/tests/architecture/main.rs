//! The architecture test: what no compiler checks, but every reader of this project relies on.
//!
//! Run with `cargo test -p orm-tests --test architecture`. One file for each group of rules, and in
//! it a table that states them:
//!
//! - `crates`: which crate may depend on which, and how many crates a user gets
//! - `layers`: the order of the modules inside `orm-core` and `orm`
//! - `circles`: no files that use each other in a circle
//! - `ceilings`: sizes, module documentation, calls that library code must not make
//! - `anatomy`: all dialect crates look alike, and dialects are named in few places
//! - `conformance`: the compliance cases name no database
//! - `documents`: ARCHITECTURE.md and the headers of files name what exists, and no file names a developer's folder
//! - `examples`: public functions have an example that is compiled and run
//! - `pages`: links of the pages lead somewhere, and the guide shows all of its programs
//! - `exhaustive`: what goes through a statement names every node of it
//!
//! `tree` reads files, `source` parses them with `syn`. `tokens` and `uses` are for the rules about lines and names, which
//! macros must not escape. Licences and advisories of dependencies are checked by `cargo deny`, which `.ci/run` calls.
//!
//! An exception is an entry in the table of its rule, with its reason.

mod anatomy;
mod cargo;
mod ceilings;
mod circles;
mod conformance;
mod crates;
mod documents;
mod examples;
mod exhaustive;
mod layers;
mod pages;
mod source;
mod tokens;
mod tree;
mod uses;
