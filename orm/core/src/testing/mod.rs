//! Support for tests of this crate and of those that build on it, behind the Cargo feature `testing`.
//!
//! `ansi.rs` is a dialect of the standard, `recording.rs` a driver that records the statements of another one,
//! `faulty.rs` one that injects faults, `proxy.rs` makes a server stop responding, `random_schema.rs` and
//! `random_table.rs` make schemas of the numbers of `random.rs`, and `golden/` has the statements
//! whose text every dialect pins. Nothing here is for production.

mod ansi;
mod faulty;
pub mod golden;
mod proxy;
mod random;
mod random_schema;
mod random_table;
mod recording;

pub use ansi::{ANSI, AnsiDialect};
pub use faulty::{Fault, Faults, FaultyDriver};
pub use proxy::SilentProxy;
pub use random::Random;
pub use random_schema::{RandomSchema, random_schema};
pub use recording::{Call, Entry, Recorder, RecordingConnection, RecordingDriver};

/// Applies `change` to `value` and returns it. It replaces struct literals, which `#[non_exhaustive]` structs do not
/// have outside their crate.
///
/// ```
/// use orm_core::testing::{ANSI, with};
/// assert!(with(ANSI, |own| own.arrays = true).arrays);
/// ```
pub fn with<T>(mut value: T, change: impl FnOnce(&mut T)) -> T {
    change(&mut value);
    value
}
