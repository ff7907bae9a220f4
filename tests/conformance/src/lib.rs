//! The cases that every database must pass, for the dialect of one: `README.md`, which follows, says how it runs them.

#![doc = include_str!("../README.md")]
// Tests panic on purpose, and a case reads better without a page of documentation.
#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    missing_docs,
    missing_debug_implementations
)]

pub mod backend;
pub mod database;
pub mod fixtures;
mod run;
pub mod suite;

pub use backend::Backend;
pub use database::Db;
pub use run::run;
pub use suite::{Case, Requires};
