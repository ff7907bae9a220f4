//! Statement events: one `tracing` event a statement, and the same as a line for `echo`. And warnings, of the target
//! `orm::session`.
//!
//! Target `orm::sql`, level DEBUG, fields `sql`, `elapsed_us`, `rows`, and `error` as the kind. Values
//! only if the engine is configured to log them.

use std::fmt::Write as _;
use std::io::Write as _;
use std::time::Instant;

use orm_core::error::{Error, Result};
use orm_core::value::ValueRef;
use tracing::{Level, enabled, event};

/// What an engine logs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Log {
    pub echo: bool,
    pub values: bool,
}

/// A statement that is running.
pub(super) struct Started {
    at: Instant,
    /// The values of its binds, if they are logged.
    values: String,
}

impl Log {
    /// The start of a statement, or nothing if nothing is logged: reading the clock costs more than some
    /// statements.
    #[inline]
    pub(super) fn start(self, binds: &[ValueRef<'_>]) -> Option<Started> {
        (self.echo || enabled!(target: "orm::sql", Level::DEBUG)).then(|| self.started(binds))
    }

    #[cold]
    fn started(self, binds: &[ValueRef<'_>]) -> Started {
        Started {
            values: if self.values {
                shorten(binds)
            } else {
                String::new()
            },
            at: Instant::now(),
        }
    }

    /// Logs a statement that has ended, with the number of rows that it read or wrote.
    #[cold]
    pub(super) fn finish(self, start: &Started, sql: &str, ended: Result<u64, &Error>) {
        let elapsed = start.at.elapsed();
        let elapsed_us = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
        let rows = ended.unwrap_or(0);
        let error = ended.err().map(|error| error.kind().as_str());
        let values = &start.values;
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

impl Log {
    /// Logs what an error says as a warning, with its statement.
    #[cold]
    pub(super) fn warn(self, error: &Error) {
        let (message, hint, sql) = (error.message(), error.hint(), error.sql());
        event!(target: "orm::session", Level::WARN, message, hint, sql);
        if self.echo {
            let hint = hint.unwrap_or_default();
            let _ = writeln!(std::io::stderr(), "-- warning: {message}; {hint}");
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
