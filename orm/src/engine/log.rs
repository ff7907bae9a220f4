//! Statement events: one `tracing` event a statement, and the same as a line for `echo`.
//!
//! Target `orm::sql`, level DEBUG, fields `sql`, `elapsed_us`, `rows`, and `error` as the kind. Values
//! only where the engine was asked for them.

use std::fmt::Write as _;
use std::io::Write as _;
use std::time::Instant;

use orm_core::error::Result;
use orm_core::value::ValueRef;
use tracing::{Level, enabled, event};

/// What an engine logs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Log {
    pub echo: bool,
    pub values: bool,
}

impl Log {
    /// The time of a statement's start, or nothing if nobody listens: reading the clock costs more than
    /// some statements.
    #[inline]
    pub(super) fn start(self) -> Option<Instant> {
        (self.echo || enabled!(target: "orm::sql", Level::DEBUG)).then(Instant::now)
    }

    /// Tells of a statement that was started at `start`.
    #[cold]
    pub(super) fn finish<T>(
        self,
        start: Instant,
        (sql, binds): (&str, &[ValueRef<'_>]),
        result: &Result<T>,
        rows: u64,
    ) {
        let elapsed = start.elapsed();
        let elapsed_us = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
        let error = result.as_ref().err().map(|error| error.kind().as_str());
        let values = if self.values {
            shorten(binds)
        } else {
            String::new()
        };
        event!(target: "orm::sql", Level::DEBUG, sql, elapsed_us, rows, error, values);
        if self.echo {
            let outcome =
                error.map_or_else(|| format!("{rows} rows"), |error| format!("error: {error}"));
            // Echo is a convenience: a closed standard error must not fail a statement.
            let _ = writeln!(
                std::io::stderr(),
                "{sql}{values}  -- {outcome}, {elapsed_us} us"
            );
        }
    }
}

// The first values of a statement, each cut to a length that reads on one line.
fn shorten(binds: &[ValueRef<'_>]) -> String {
    const MOST: usize = 20;
    let mut out = String::from("  [");
    for (index, value) in binds.iter().take(MOST).enumerate() {
        let text: String = format!("{value:?}").chars().take(60).collect();
        // Writing to a String can't fail.
        let _ = write!(out, "{}{text}", if index > 0 { ", " } else { "" });
    }
    if binds.len() > MOST {
        let _ = write!(out, ", … {} in all", binds.len());
    }
    out.push(']');
    out
}
