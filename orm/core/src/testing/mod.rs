//! For tests of this crate and of those that build on it, behind the feature `testing`.
//!
//! `ansi.rs` is a dialect of the standard's own words, `recording.rs` a driver around another that
//! keeps a list of what was sent, and `golden/` has the statements whose text every dialect pins. Nothing
//! here is for production.

mod ansi;
pub mod golden;
mod recording;

pub use ansi::{ANSI, AnsiDialect};
pub use recording::{Call, Entry, Recorder, RecordingConnection, RecordingDriver};
