//! Migration folders: written, read, split into statements and run through `diesel_migrations`.
//!
//! From the bottom: `split.rs` finds the statements of a script, and `shell.rs` what is no SQL;
//! `statement_kind.rs` and `script.rs` know what they do to transactions; `folder.rs` opens a folder,
//! `embedded.rs` one that is built in, and `write.rs` adds to it. `lock.rs` lets one program at a time run
//! migrations, `history.rs` is the bookkeeping table, `log.rs` a second one with the `checksum.rs` of each script and
//! the `journal.rs` of one that runs outside a transaction, `settings.rs` what is put back after a migration, and
//! `foreign_keys.rs` keeps SQLite from deleting rows of other tables; `execute.rs` runs a script, `progress.rs`
//! counts, `bookkeeping.rs` writes what is recorded, `resume.rs` continues where a run was interrupted, by the rules of
//! `interrupted.rs` and `rerun.rs`, `timeouts.rs` limits statements, and `observer.rs` receives each; `hints.rs` has
//! the hints of one that failed and `report.rs` its state. `run.rs` and `enforcement.rs` are the migration under way;
//! `harness.rs` joins all of it to diesel's traits, with `backend.rs` for their types, and `stop.rs` lets tests end the
//! process. The commands are in `command/`.

mod backend;
mod bookkeeping;
pub(crate) mod checksum;
mod embedded;
mod enforcement;
mod execute;
mod folder;
mod foreign_keys;
mod harness;
mod hints;
pub(crate) mod history;
pub(crate) mod interrupted;
mod journal;
pub(crate) mod lock;
pub(crate) mod log;
mod observer;
mod progress;
mod report;
mod rerun;
mod resume;
mod run;
mod script;
mod settings;
mod shell;
mod split;
mod statement_kind;
mod stop;
mod timeouts;
mod write;

pub use backend::Tag;
pub use embedded::Embedded;
pub(crate) use folder::missing;
pub use folder::{Direction, Entry, Migrations};
pub use harness::MigrationConnection;
pub use lock::Locking;
pub use observer::Observer;
pub(crate) use script::UNFILLED;
pub use split::{SplitError, Statement, split};
pub use timeouts::Timeouts;
pub use write::{NewMigration, Transaction, Written};
