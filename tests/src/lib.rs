//! The databases of this workspace, and the cases that are about them by name.
//!
//! `tests/matrix.rs` runs these cases and those of `orm-conformance` on every one of the [`databases`].

// Tests panic on purpose, and a case reads better without a page of documentation.
#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    missing_docs,
    missing_debug_implementations
)]

pub mod databases;
pub mod own_server;
pub mod suite;
