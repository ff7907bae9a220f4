//! Saves the session settings that a script may change, and restores them after its statements, so that the next
//! migration and the migration history find the connection unchanged.
//!
//! The settings of third-party dialects are not known, and are not restored.

use orm::engine::Connection;
use orm_core::error::Result;
use orm_core::lex::{LexicalRules, Tokens};
use orm_core::sql::SqlWriter;
use orm_core::value::ValueRef;

use crate::dialect::{self, Family};

/// Names with their values, in the order in which they are to be set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Settings(Vec<(String, String)>);

/// What a script of SQLite sets with PRAGMA.
const PRAGMAS: &[&str] = &[
    "busy_timeout",
    "foreign_keys",
    "defer_foreign_keys",
    "ignore_check_constraints",
    "legacy_alter_table",
    "query_only",
    "recursive_triggers",
    "reverse_unordered_selects",
    "synchronous",
    "writable_schema",
];

// The role comes last: a change of the session's user would take it back. What belongs to the
// transaction ends with it.
const POSTGRES: &str = "SELECT name, current_setting(name) FROM pg_settings \
     WHERE source = 'session' AND name NOT LIKE 'transaction\\_%' \
     UNION ALL SELECT 'session_authorization', session_user::text \
     UNION ALL SELECT 'role', current_setting('role')";

/// What scripts for MySQL and MariaDB set, of which each server knows a part.
const MYSQL: &str = "SHOW SESSION VARIABLES WHERE Variable_name IN ('alter_algorithm', 'autocommit', \
     'auto_increment_increment', 'auto_increment_offset', 'character_set_client', \
     'character_set_connection', 'character_set_results', 'check_constraint_checks', \
     'collation_connection', 'completion_type', 'default_storage_engine', \
     'explicit_defaults_for_timestamp', 'foreign_key_checks', 'group_concat_max_len', \
     'innodb_lock_wait_timeout', 'innodb_strict_mode', 'lock_wait_timeout', 'max_execution_time', \
     'max_statement_time', 'old_alter_table', 'sql_log_bin', 'sql_mode', 'sql_notes', \
     'sql_safe_updates', 'sql_select_limit', 'system_versioning_alter_history', 'time_zone', \
     'transaction_isolation', 'tx_isolation', 'tx_read_only', 'unique_checks')";

/// Those of them that may be set within a transaction and don't end it.
const WITHIN_TRANSACTION: &[&str] = &[
    "auto_increment_increment",
    "auto_increment_offset",
    "character_set_client",
    "character_set_connection",
    "character_set_results",
    "check_constraint_checks",
    "collation_connection",
    "default_storage_engine",
    "foreign_key_checks",
    "group_concat_max_len",
    "innodb_lock_wait_timeout",
    "innodb_strict_mode",
    "lock_wait_timeout",
    "max_execution_time",
    "max_statement_time",
    "sql_mode",
    "sql_notes",
    "sql_safe_updates",
    "sql_select_limit",
    "time_zone",
    "unique_checks",
];

/// Whether a SET of MySQL's sets nothing but user variables and what is put back behind the migration, and so
/// leaves the transaction around it alone. `SET PASSWORD` commits, as `SET autocommit = 1` may.
pub(super) fn leaves_transaction(statement: &str, rules: LexicalRules) -> bool {
    let tokens = Tokens::unquoted(statement, rules);
    let mut depth = 0_usize;
    let mut begins = true;
    for at in 1..tokens.len() {
        if begins && !is_assignment(&tokens, at) {
            return false;
        }
        begins = depth == 0 && tokens.is(at, &[","]);
        match tokens.get(at) {
            Some("(") => depth += 1,
            Some(")") => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    tokens.len() > 1
}

fn is_assignment(tokens: &Tokens<'_>, at: usize) -> bool {
    if tokens.is(at, &["NAMES", "CHARSET"]) {
        return true;
    }
    let is_charset = tokens.is(at, &["CHARACTER"]) && tokens.is(at + 1, &["SET"]);
    let is_system = tokens.is(at, &["@"]) && tokens.is(at + 1, &["@"]);
    if is_charset || tokens.is(at, &["@"]) && !is_system {
        return true;
    }
    let at = if is_system { at + 2 } else { at };
    let is_scoped = tokens.is(at, &["SESSION", "LOCAL"]);
    let at = match (is_scoped, tokens.is(at + 1, &["."])) {
        (true, true) => at + 2,
        (true, false) => at + 1,
        (false, _) => at,
    };
    tokens.is(at, WITHIN_TRANSACTION)
}

/// Stands among the variables of MySQL for what `USE` sets.
const DATABASE: &str = "USE";

impl Settings {
    /// The connection's settings as they are now.
    pub(super) fn read(connection: &mut Connection) -> Result<Self> {
        let mut pairs = Vec::new();
        match dialect::known_family(connection.dialect()) {
            Some(Family::Sqlite) => {
                for name in PRAGMAS {
                    let values = rows(connection, &format!("PRAGMA {name}"))?;
                    let value = values.into_iter().next().map(|(value, _)| value);
                    pairs.extend(value.map(|value| ((*name).to_owned(), value)));
                }
            }
            Some(Family::Postgres) => pairs = rows(connection, POSTGRES)?,
            Some(Family::Mysql) => {
                pairs = rows(connection, MYSQL)?;
                let database = rows(connection, "SELECT DATABASE(), DATABASE()")?;
                pairs.extend(
                    database
                        .into_iter()
                        .map(|(name, _)| (DATABASE.to_owned(), name)),
                );
            }
            None => {}
        }
        Ok(Self(pairs))
    }

    /// Whether foreign keys are enforced. Only SQLite can switch that off for all following statements.
    pub(super) fn enforces_foreign_keys(&self) -> bool {
        let off = ("foreign_keys".to_owned(), "0".to_owned());
        !self.0.contains(&off)
    }

    /// Puts back what is different now.
    pub(super) fn restore(&self, connection: &mut Connection) -> Result<()> {
        let family = dialect::known_family(connection.dialect());
        if family == Some(Family::Mysql) {
            // As long as a table is locked the bookkeeping's can't be read.
            connection.raw_control("UNLOCK TABLES")?;
        }
        let now = Self::read(connection)?;
        if family == Some(Family::Postgres) {
            return if now == *self {
                Ok(())
            } else {
                self.reset(connection)
            };
        }
        for pair in &self.0 {
            // A prepared question always finds the database that it was prepared in.
            if pair.0 == DATABASE || !now.0.contains(pair) {
                connection.raw_control(&statement(family, pair))?;
            }
        }
        Ok(())
    }

    /// Puts PostgreSQL's settings back, also those that had not been set: they go back to what the
    /// connection began with.
    fn reset(&self, connection: &mut Connection) -> Result<()> {
        connection.raw_control("RESET ALL")?;
        self.0
            .iter()
            .try_for_each(|pair| set_config(connection, pair))
    }
}

fn set_config(connection: &mut Connection, (name, value): &(String, String)) -> Result<()> {
    let mut w = SqlWriter::new(connection.dialect());
    w.push("SELECT set_config(").bind(ValueRef::Text(name));
    w.push(", ").bind(ValueRef::Text(value)).push(", false)");
    let (sql, binds) = w.finish();
    connection.raw_query(&sql, &binds, &mut |_| Ok(()))
}

fn statement(family: Option<Family>, (name, value): &(String, String)) -> String {
    match family {
        Some(Family::Mysql) if name == DATABASE => format!("USE `{}`", value.replace('`', "``")),
        Some(Family::Mysql) if value.parse::<f64>().is_ok() => {
            format!("SET SESSION {name} = {value}")
        }
        Some(Family::Mysql) => format!("SET SESSION {name} = '{}'", value.replace('\'', "''")),
        _ => format!("PRAGMA {name} = {value}"),
    }
}

/// The first two columns of a query as text; of a single one, twice the same. NULL is no setting.
fn rows(connection: &mut Connection, sql: &str) -> Result<Vec<(String, String)>> {
    let mut pairs = Vec::new();
    connection.raw_query(sql, &[], &mut |row| {
        let last = row.len().min(2) - 1;
        if let (Some(name), Some(value)) = (text(row.get(0)?), text(row.get(last)?)) {
            pairs.push((name, value));
        }
        Ok(())
    })?;
    Ok(pairs)
}

fn text(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Text(text) => Some(text.to_owned()),
        other => Some(other.to_json("")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_settings_leave_the_transaction_alone() {
        let rules = dialect::by_name("mysql")
            .unwrap()
            .capabilities()
            .lexical_rules;
        let leaves_transaction = |statement| leaves_transaction(statement, rules);
        for statement in [
            "SET NAMES utf8mb4 COLLATE utf8mb4_bin",
            "set character set latin1",
            "SET @a = 1, @b := (SELECT max(x), 2), @'c d' = 3",
            "SET @a = ',', @b = '(', @c = 1",
            "SET foreign_key_checks = 0, @@session.sql_mode = '', SESSION time_zone = '+00:00'",
            "SET @@unique_checks = OFF, @@local.sql_notes = 0, LOCAL lock_wait_timeout = 1",
        ] {
            assert!(leaves_transaction(statement), "{statement}");
        }
        for statement in [
            "SET",
            "SET PASSWORD = 'a'",
            "SET @a = 1, autocommit = 1",
            "SET @a = '(', autocommit = 1",
            "SET GLOBAL sql_mode = ''",
            "SET @@global.sql_mode = ''",
            "SET sql_log_bin = 0",
            "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
            "SET STATEMENT max_statement_time = 1 FOR DROP TABLE a",
            "SET DEFAULT ROLE a TO b",
        ] {
            assert!(!leaves_transaction(statement), "{statement}");
        }
    }

    #[test]
    fn values_are_written_as_the_server_takes_them() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mysql = |name, value| statement(Some(Family::Mysql), &pair(name, value));
        assert_eq!(mysql("a", "0.50"), "SET SESSION a = 0.50");
        assert_eq!(mysql("a", "x'y"), "SET SESSION a = 'x''y'");
        assert_eq!(mysql(DATABASE, "a`b"), "USE `a``b`");
        let sqlite = statement(Some(Family::Sqlite), &pair("foreign_keys", "1"));
        assert_eq!(sqlite, "PRAGMA foreign_keys = 1");
    }
}
