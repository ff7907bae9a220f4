//! What the program leaves behind in a connection, as SQLite itself tells it, and how that is taken back.
//!
//! SQLite has no command that resets a session, but it reports to an authorizer what each statement does when it
//! is compiled. `connection.rs` asks [`Watch`] whether a connection can go on to its next user. Not seen here: what
//! is done through `rusqlite` itself, such as functions and hooks.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::Connection;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};

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
        // As in `CREATE TABLE temp.t`. A trigger or an index of a temporary table says so by its own action.
        AuthAction::CreateTable { .. } | AuthAction::CreateView { .. } => {
            context.database_name == Some("temp")
        }
        _ => false,
    }
}

/// Whether a PRAGMA with an argument tells or changes something of the file, not of the connection.
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
