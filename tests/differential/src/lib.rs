//! A differential test: random typed queries, from a seed, must return the same rows on every database.
//!
//! `generate` makes a query as data (`tree`), inside the limits of `bounds`; `build` makes a query of the library of it;
//! `run` compares what the databases return; `shrink` cuts a query that differs; `exclusions` has what is left out, with
//! the reasons. The tables are in `models` and `views`, their rows in `data`.

mod bounds;
mod build;
pub mod data;
pub mod databases;
pub mod exclusions;
mod generate;
mod models;
pub mod rng;
pub mod run;
mod shrink;
mod tree;
mod views;
