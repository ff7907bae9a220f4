//! Entities to statements: what to write, in which order, in which batches; then what came back.
//!
//! Stands on `state` and does not know the session. No SQL text is made here: `emit.rs` calls the
//! dialect's writer. The pipeline is [`link`](fn@link), [`switch_rows`], [`plan`], [`look_up`], [`emit`], [`apply`], each
//! whole before the next, so that a failure in `emit` leaves every entity as it was. After
//! `switch_rows`, [`Cascade`] marks what is deleted along with other rows.
//!
//! | phase | files |
//! | --- | --- |
//! | link | `link.rs`: foreign keys of relations, and of what they reference afterwards |
//! | switch | `row_switch.rs`: new entities that take the rows of deleted ones |
//! | cascade | `cascade.rs`: children of deleted rows, by the attributes of relations, and orphans |
//! | hooks | of the session, which `hooked.rs` gives the rows |
//! | plan | `plan.rs`; `table_order.rs` is the usual order; `dependencies.rs`, `graph.rs` and `schedule.rs` order rows one by one, in circles and where unique values change hands; `circles.rs` opens circles, and `post_update.rs` has the UPDATEs that close them again; `early_value.rs` explains the error of a circle that can't be opened; `batches.rs` decides which rows share a statement, what it sets and what it matches, `reached_tables.rs` which tables a delete or update reaches, for `apply.rs` as well |
//! | look up | `look_up.rs`: the catalogue's description of the tables |
//! | emit | `emit.rs`; `insert.rs`, `send.rs` (a statement a row) and `together.rs` (many rows); `stale.rs` makes the error of a stale row, and finds which row it was; `blockers.rs` finds the rows that keep others from being deleted; `reworded.rs` gives an error the flush's own words |
//! | apply | `apply.rs`; `deleted_rows.rs` for loaded entities that ON DELETE has deleted or emptied, `key_change.rs` for those whose foreign keys ON UPDATE has changed |

mod apply;
mod assigned_values;
mod batch;
mod batches;
mod blockers;
mod cascade;
mod circles;
mod commit_check;
mod deleted_rows;
mod dependencies;
mod early_value;
mod emit;
mod expected;
mod fetch;
mod graph;
mod hooked;
mod insert;
mod key_change;
mod key_defaults;
mod link;
mod linked_key;
mod look_up;
mod marks;
mod pending;
mod plan;
mod post_update;
mod reached_tables;
mod replaced;
mod reworded;
mod row_node;
mod row_switch;
mod schedule;
mod send;
mod shared_columns;
mod stale;
mod table_order;
mod together;

pub(crate) use apply::{apply, overtake};
pub(crate) use batch::Plan;
pub(crate) use blockers::{blocked_commit, look_closer};
pub(crate) use cascade::{Cascade, take_back};
pub(crate) use commit_check::was_committed;
pub(crate) use emit::{Failure, emit};
pub(crate) use hooked::{HookedRow, hooked_rows};
pub(crate) use key_change::check_referencing;
pub(crate) use link::link;
pub(crate) use look_up::look_up;
pub(crate) use plan::plan;
pub(crate) use row_switch::switch_rows;
