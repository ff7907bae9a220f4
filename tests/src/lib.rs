//! The compliance suite: cases that must hold on every database, the databases they run on, and the
//! models that they share.
//!
//! `tests/matrix.rs` runs every case of [`suite`] on every [`backend`]. A case is a function that
//! panics; it gets a database of its own, empty but for the tables of the shared models.

// Tests panic on purpose, and a case reads better without a page of documentation.
#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    missing_docs,
    missing_debug_implementations
)]

pub mod backend;
pub mod fixtures;
pub mod own_server;
pub mod suite;
