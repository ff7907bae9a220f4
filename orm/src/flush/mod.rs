//! Entities to statements: what to write, in which order, in which batches; then what came back.
//!
//! Stands on `state` and does not know the session. No SQL text is made here: `emit.rs` asks the
//! dialect's writer for it. The pipeline is [`plan`], [`look_up`], [`emit`], [`apply`], each whole before the
//! next, so that a failure in `emit` leaves every entity as it was.

mod apply;
mod cascade;
mod emit;
mod fetch;
mod guard;
mod key_defaults;
mod look_up;
mod order;
mod plan;
mod replaced;
mod send;
mod stale;
mod stored;
mod unique;
mod unit;
mod work;

pub(crate) use apply::{apply, overtake};
pub(crate) use emit::{Failure, Written, emit};
pub(crate) use look_up::look_up;
pub(crate) use plan::plan;
pub(crate) use stale::find_stale;
pub(crate) use stored::is_stored;
pub(crate) use unit::Plan;
