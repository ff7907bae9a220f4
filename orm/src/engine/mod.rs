//! Connecting and running: URL to driver, the pool, connections with honest transactions, logging.
//!
//! Knows neither models nor sessions: everything here takes SQL text or a schema. Of the registered models it reads
//! the tables, to complete what a database reports of a violated constraint.
//!
//! | what | files |
//! | --- | --- |
//! | from a URL to a connection | `url/`, `connect.rs`, `options.rs`, `handle.rs`, `pool.rs`, and `places.rs`, who may have one |
//! | a connection between two users | `give_back.rs` rolls back, resets after raw SQL, and has it set up again |
//! | a statement | `rendered.rs` and `raw.rs` call the driver, `run.rs` is what stands around each call, `cursor.rs` around one that lasts; `time_limit.rs` and `canceller.rs` stop one, by `watch.rs` and `timer.rs`; `check_text.rs` refuses an empty text and a NUL; texts are kept in `statement_cache.rs` |
//! | a transaction | `transaction.rs` begins and ends it, and decides about a COMMIT without a response; `transaction_state.rs` refuses what its state doesn't allow; `transaction_control.rs` finds and rejects raw SQL that must not control it, for `raw.rs`; `failure.rs` decides what an error has left of it |

mod cache;
mod canceller;
mod check_text;
mod connect;
mod connection;
mod cursor;
mod ddl;
mod ddl_lock;
mod failure;
mod give_back;
mod handle;
mod inspect;
mod log;
mod options;
mod places;
mod pool;
mod raw;
mod rendered;
mod run;
mod statement_cache;
mod statement_key;
mod stored_table;
mod time_limit;
mod timer;
mod transaction;
mod transaction_control;
mod transaction_state;
mod url;
mod watch;

pub use orm_core::ServerVersion;
pub use orm_core::driver::{Outcome, Row};
pub use orm_core::sql::{IsolationLevel, TransactionOptions};
pub use orm_core::value::{Value, ValueRef};

pub use canceller::Canceller;
pub(crate) use canceller::Watching;
pub(crate) use connect::linked_dialects;
pub use connect::{Target, driver_for};
pub use connection::Connection;
pub(crate) use cursor::Cursor;
pub use ddl::{create_missing, drop_existing};
pub use handle::Engine;
pub use options::EngineOptions;
pub use pool::PoolStatus;
pub use statement_cache::StatementCacheStatus;
pub(crate) use statement_cache::{StatementText, TextOf};
pub(crate) use statement_key::{StatementKey, StatementKind};
pub(crate) use stored_table::StoredTable;
pub(crate) use time_limit::StatementLimit;
pub use url::{IntoUrl, Url};
