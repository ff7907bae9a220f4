//! The settings of a new connection, the changes of its session, as SQLite reports them, and its reset.
//!
//! SQLite has no command that resets a session, but it reports to an authorizer what each statement does when it
//! is compiled. `connect.rs` sets up, and `contract.rs` reads from [`Watch`] whether a connection can be reused.
//! Not seen here: what is done through `rusqlite` itself, such as functions and hooks.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

/// The configuration that `connect.rs` was given, and the resolved path.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent settings, not states"
)]
pub(super) struct Settings {
    pub(super) is_file: bool,
    pub(super) busy_timeout: Duration,
    pub(super) statement_cache: usize,
    /// Whether a file is switched to write-ahead logging.
    pub(super) wal: bool,
    pub(super) full_sync: bool,
    /// Whether plans don't depend on the values bound.
    pub(super) stable_plans: bool,
}

impl Settings {
    pub(super) fn set_up(&self, native: &Connection) -> rusqlite::Result<()> {
        native.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, self.stable_plans)?;
        // Else a name in quotes that is no column would be read as a string.
        native.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
        native.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
        native.set_prepared_statement_cache_capacity(self.statement_cache);
        // SQLite counts milliseconds in an i32.
        native.busy_timeout(self.busy_timeout.min(Duration::from_secs(2_000_000)))?;
        if self.is_file {
            // The first look into the file, which finds out whether it is a database.
            native.pragma_query_value(None, "schema_version", |_| Ok(()))?;
            self.set_journal(native)?;
        }
        Ok(())
    }

    /// Makes the settings of a database in memory what they were at first. Its tables stay.
    pub(super) fn set_up_again(&self, native: &Connection) -> rusqlite::Result<()> {
        native.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true)?;
        self.set_up(native)
    }

    fn set_journal(&self, native: &Connection) -> rusqlite::Result<()> {
        if !self.wal || native.is_readonly("main")? {
            return Ok(());
        }
        // Without write-ahead logging NORMAL would put the file at risk, so FULL, the default, stays.
        if self.switch_to_wal(native)? && !self.full_sync {
            native.pragma_update(None, "synchronous", "NORMAL")?;
        }
        Ok(())
    }

    /// Whether the file is in WAL mode now. It may not be for good: some file systems can't. SQLite does
    /// not wait for the lock that the switch needs, so this does.
    fn switch_to_wal(&self, native: &Connection) -> rusqlite::Result<bool> {
        let begin = Instant::now();
        loop {
            let mode = native.pragma_update_and_check(None, "journal_mode", "wal", |row| {
                row.get::<_, String>(0)
            });
            match mode {
                Ok(mode) => return Ok(mode == "wal"),
                Err(native) if !is_busy(&native) => return Err(native),
                // A reader in another mode holds on; the connection works without the switch as well.
                Err(_) if begin.elapsed() >= self.busy_timeout => return Ok(false),
                Err(_) => sleep(Duration::from_millis(5)),
            }
        }
    }
}

fn is_busy(native: &rusqlite::Error) -> bool {
    native.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy)
}

/// Whether a setting, an attached file or something temporary was made since the connection was set up.
#[derive(Debug)]
pub(super) struct Watch(Arc<AtomicBool>);

impl Watch {
    /// Watches what is compiled on `native` from now on.
    pub(super) fn new(native: &mut Connection) -> rusqlite::Result<Self> {
        let left = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&left);
        native.authorizer(Some(move |context: AuthContext<'_>| {
            if leaves(&context) {
                seen.store(true, Ordering::Relaxed);
            }
            Authorization::Allow
        }))?;
        Ok(Self(left))
    }

    pub(super) fn has_leftovers(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn set(&self, has_leftovers: bool) {
        self.0.store(has_leftovers, Ordering::Relaxed);
    }
}

/// Whether a statement changes the connection for what comes after it.
fn leaves(context: &AuthContext<'_>) -> bool {
    match &context.action {
        AuthAction::Pragma {
            pragma_name,
            pragma_value: Some(_),
        } => !is_of_file(pragma_name),
        AuthAction::Attach { .. }
        | AuthAction::Detach { .. }
        | AuthAction::CreateTempIndex { .. }
        | AuthAction::CreateTempTable { .. }
        | AuthAction::CreateTempTrigger { .. }
        | AuthAction::CreateTempView { .. } => true,
        // As in `CREATE TABLE temp.t`. A trigger or an index of a temporary table has an action of its own.
        AuthAction::CreateTable { .. } | AuthAction::CreateView { .. } => {
            context.database_name == Some("temp")
        }
        _ => false,
    }
}

/// Whether a PRAGMA with an argument reads or changes a property of the file, not of the connection.
/// `query_only` is the library's own: each reset takes it back.
fn is_of_file(pragma: &str) -> bool {
    const OF_FILE: &[&str] = &[
        "application_id",
        "foreign_key_check",
        "foreign_key_list",
        "incremental_vacuum",
        "index_info",
        "index_list",
        "index_xinfo",
        "integrity_check",
        "optimize",
        "query_only",
        "quick_check",
        "table_info",
        "table_list",
        "table_xinfo",
        "user_version",
        "wal_checkpoint",
    ];
    OF_FILE.iter().any(|name| pragma.eq_ignore_ascii_case(name))
}

/// Takes back what may have been left behind in a database in memory, which can't be closed and opened again: its
/// tables stay.
pub(super) fn clear(native: &Connection) -> rusqlite::Result<()> {
    /// Those that change what statements do, with their values after opening.
    const SETTINGS: &str = "PRAGMA automatic_index = 1; PRAGMA case_sensitive_like = 0; \
        PRAGMA count_changes = 0; PRAGMA full_column_names = 0; PRAGMA ignore_check_constraints = 0; \
        PRAGMA legacy_alter_table = 0; PRAGMA recursive_triggers = 0; PRAGMA reverse_unordered_selects = 0; \
        PRAGMA short_column_names = 1; PRAGMA writable_schema = 0";
    native.execute_batch(SETTINGS)?;
    let temporary = "SELECT type, name FROM temp.sqlite_schema \
        WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite~_%' ESCAPE '~'";
    for (kind, name) in pairs(native, temporary)? {
        native.execute_batch(&format!("DROP {kind} temp.{}", quoted(&name)))?;
    }
    let triggers = "SELECT type, name FROM temp.sqlite_schema WHERE type = 'trigger'";
    for (_, name) in pairs(native, triggers)? {
        native.execute_batch(&format!("DROP TRIGGER temp.{}", quoted(&name)))?;
    }
    let attached = "SELECT file, name FROM pragma_database_list WHERE name NOT IN ('main', 'temp')";
    for (_, name) in pairs(native, attached)? {
        native.execute_batch(&format!("DETACH {}", quoted(&name)))?;
    }
    Ok(())
}

fn pairs(native: &Connection, sql: &str) -> rusqlite::Result<Vec<(String, String)>> {
    let mut statement = native.prepare(sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
