//! Migration folders: written, read, split into statements and run through `diesel_migrations`.
//!
//! From the bottom: `split.rs` finds the statements of a script, and `shell.rs` what is no SQL;
//! `statement_kind.rs` and `script.rs` know what they do to transactions; `folder.rs` opens a folder,
//! `embedded.rs` one that is built in, and `write.rs` adds to it. `lock.rs` lets one program at a time run
//! migrations, `history.rs` is the bookkeeping table, `settings.rs` what is put back after a migration, and
//! `foreign_keys.rs` keeps SQLite from deleting rows of other tables; `execute.rs` runs a script, `progress.rs`
//! counts, `hints.rs` has the hints of one that failed and `report.rs` its state. `run.rs` and `enforcement.rs`
//! are the migration under way; `harness.rs` joins all of it to diesel's traits, with `backend.rs` for their types. The
//! commands are in `command/`.

mod backend;
mod embedded;
mod enforcement;
mod execute;
mod folder;
mod foreign_keys;
mod harness;
mod hints;
pub(crate) mod history;
mod lock;
mod progress;
mod report;
mod run;
mod script;
mod settings;
mod shell;
mod split;
mod statement_kind;
mod write;

pub use backend::Tag;
pub use embedded::Embedded;
pub(crate) use folder::missing;
pub use folder::{Direction, Entry, Migrations};
pub use harness::MigrationConnection;
pub use lock::Locking;
pub(crate) use script::UNFILLED;
pub use split::{SplitError, Statement, split};
pub use write::{NewMigration, Transaction, Written};
