//! Entities to statements: what to write, in which order, in which batches; then what came back.
//!
//! Stands on `state` and does not know the session. No SQL text is made here: `emit.rs` asks the
//! dialect's writer for it. The pipeline is [`plan`], [`look_up`], [`emit`], [`apply`], each whole before the
//! next, so that a failure in `emit` leaves every entity as it was.

mod apply;
mod batch;
mod batches;
mod cascade;
mod dependencies;
mod emit;
mod expected;
mod fetch;
mod graph;
mod key_defaults;
mod linked;
mod look_up;
mod pending;
mod plan;
mod replaced;
mod schedule;
mod send;
mod stale;
mod stored;
mod table_order;
mod unique;

pub(crate) use apply::{apply, overtake};
pub(crate) use batch::{Plan, Written};
pub(crate) use emit::{Failure, emit};
pub(crate) use look_up::look_up;
pub(crate) use plan::plan;
pub(crate) use stale::find_stale;
pub(crate) use stored::is_stored;
