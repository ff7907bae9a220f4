//! [`Observer`]: the progress of a run, for those who wait for it.

use std::fmt::Debug;
use std::time::Duration;

/// Receives the progress of a run. Every method does nothing by default.
///
/// # Examples
///
/// ```
/// # use orm_migrate::migration::Observer;
/// #[derive(Debug)]
/// struct ToLog;
///
/// impl Observer for ToLog {
///     fn statement(&self, migration: &str, number: usize, total: usize) {
///         println!("{migration}: statement {number} of {total}");
///     }
/// }
/// ToLog.statement("20260101000000_first", 1, 2);
/// ```
pub trait Observer: Debug + Send + Sync {
    /// Another process holds the migration lock. Called about once a second.
    fn waits(&self, _holder: &str, _waited: Duration) {}

    /// A statement of a migration begins: its number, counted from 1, and how many there are.
    fn statement(&self, _migration: &str, _number: usize, _total: usize) {}

    /// The wait or the migration has ended, successfully or not.
    fn ends(&self) {}
}

/// Takes no interest.
#[derive(Debug)]
pub(super) struct Silent;

impl Observer for Silent {}
