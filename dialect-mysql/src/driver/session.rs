//! Sets up the session of a connection, and resets it for the next user.
//!
//! `connect.rs` calls this after the login, `connection.rs` for a reset.

use std::io;

use mysql::prelude::Queryable;
use mysql::{ChangeUserOpts, Conn, LocalInfileHandler};
use orm_core::ServerVersion;
use orm_core::driver::misconfigured;
use orm_core::error::Result;
use orm_core::sql::{Dialect as _, IsolationLevel};
use orm_core::value::Value;

use super::config::MysqlConfig;
use super::failure::failed;
use super::kill::SERVER_NAME;
use super::result_set::drain;
use crate::{MysqlDialect, types};

/// What the session gets from the driver alone: other values would break what the driver promises.
const OWN_VARIABLES: &[&str] = &[
    "autocommit",
    "character_set_client",
    "character_set_connection",
    "character_set_results",
    "collation_connection",
    "names",
    "session_track_transaction_info",
    "sql_mode",
    "time_zone",
];

/// The server doesn't know a variable.
const UNKNOWN_VARIABLE: u16 = 1193;

/// What a connection needs to know of its session.
pub(super) struct Session {
    /// The SQL that the server speaks.
    pub(super) dialect: MysqlDialect,
    /// The identity of the server, by which it is recognized.
    pub(super) server_name: String,
    /// Its version.
    pub(super) version: Option<ServerVersion>,
    /// The most bytes that the server takes at once.
    pub(super) packet: usize,
    /// The isolation level of its transactions, if it is stronger than the one that InnoDB comes with.
    pub(super) isolation: Option<IsolationLevel>,
    /// The statements that make the session what the driver promises, which a reset needs again.
    pub(super) settings: String,
}

/// Makes the session what the driver promises.
///
/// # Errors
/// `Unsupported` for a server that is too old, `ConnectionFailed` for one that refuses a setting.
pub(super) fn set_up(native: &mut Conn, config: &MysqlConfig) -> Result<Session> {
    let unset = |native: mysql::Error| {
        let why = match &native {
            mysql::Error::MySqlError(server) => server.message.as_str(),
            _ => "the connection was closed",
        };
        let error = failed(config, &format!("can't set up the session: {why}"));
        error.with_source(native)
    };
    // Known after the login, which has used it.
    let (major, minor, patch) = native.server_version();
    let greeted = ServerVersion::new(major.into(), minor.into(), patch.into());
    // MariaDB greets with 5.5.5 before its own version.
    if (1..8).contains(&major) && (major, minor, patch) != (5, 5, 5) {
        // It does not know what is asked next.
        MysqlDialect::MySql.capabilities_at(greeted)?;
    }
    let found = ask(native).map_err(unset)?;
    let dialect = dialect(&found.version);
    let version = ServerVersion::parse(&found.version);
    // One that is too old would fail in the middle of a program's work. One whose version reads as nothing known gets its
    // chance.
    if let Some(version) = version {
        dialect.capabilities_at(version)?;
    }
    let mut settings = session(dialect, config)?;
    // A proxy may not know this variable. The state of the transaction is then read when it matters.
    let tracking = format!("{settings}, session_track_transaction_info = 'STATE'");
    match native.query_drop(&tracking) {
        Err(mysql::Error::MySqlError(error)) if error.code == UNKNOWN_VARIABLE => {
            native.query_drop(&settings).map_err(unset)?;
        }
        other => {
            other.map_err(unset)?;
            settings = tracking;
        }
    }
    if dialect == MysqlDialect::MariaDb {
        // Logging in again leaves it there.
        settings = format!("{}; {settings}", set_role(found.role.as_deref()));
    }
    Ok(Session {
        dialect,
        version,
        server_name: found.server_name,
        packet: found.packet,
        isolation: stronger(&found.isolation, config),
        settings,
    })
}

/// Makes a session what it was after connecting, by COM_CHANGE_USER: the server ends what is open, drops
/// variables, temporary tables, locks and prepared statements, and logs the same user in again.
/// COM_RESET_CONNECTION would leave the role of SET ROLE and the database of USE.
pub(super) fn log_in_again(native: &mut Conn, settings: &str) -> mysql::Result<()> {
    native.change_user(ChangeUserOpts::DEFAULT)?;
    native.set_local_infile_handler(Some(no_file()));
    drain(&mut native.query_iter(settings)?).map(drop)
}

/// Without a handler the native driver sends an empty file.
pub(super) fn no_file() -> LocalInfileHandler {
    LocalInfileHandler::new(|_, _| {
        Err(io::Error::other(
            "LOCAL INFILE is not supported by this driver",
        ))
    })
}

fn set_role(name: Option<&str>) -> String {
    match name {
        Some(name) => format!("SET ROLE `{}`", name.replace('`', "``")),
        None => "SET ROLE NONE".to_owned(),
    }
}

/// What is read from a server after the login.
struct Found {
    version: String,
    /// The most bytes that it takes at once.
    packet: usize,
    /// The role of the login, if it has one.
    role: Option<String>,
    isolation: String,
    server_name: String,
}

/// In comments that one server executes and the other passes over: the variable has another name in each.
const QUESTION: &str = "SELECT VERSION(), @@max_allowed_packet, CURRENT_ROLE(), \
     /*!80000 @@transaction_isolation */ /*M! @@tx_isolation */";

fn ask(native: &mut Conn) -> mysql::Result<Found> {
    let question = format!("{QUESTION}, {SERVER_NAME}");
    let row: Option<mysql::Row> = native.query_first(question)?;
    let text = |index| match row.as_ref().and_then(|row| row.as_ref(index)) {
        Some(mysql::Value::Bytes(text)) => Some(String::from_utf8_lossy(text).into_owned()),
        _ => None,
    };
    let packet = text(1).and_then(|text| text.parse().ok());
    Ok(Found {
        version: text(0).unwrap_or_default(),
        packet: packet.unwrap_or(usize::MAX),
        role: text(2),
        isolation: text(3).unwrap_or_default(),
        server_name: text(4).unwrap_or_default(),
    })
}

/// The level that the server, or a variable in the options, has set, if it is above REPEATABLE READ.
fn stronger(found: &str, config: &MysqlConfig) -> Option<IsolationLevel> {
    let names = ["transaction_isolation", "tx_isolation"];
    let set = config
        .variables
        .iter()
        .rfind(|(name, _)| names.iter().any(|own| name.eq_ignore_ascii_case(own)));
    let level = IsolationLevel::parse(set.map_or(found, |(_, level)| level.as_str()))?;
    (level > IsolationLevel::RepeatableRead).then_some(level)
}

fn dialect(version: &str) -> MysqlDialect {
    if version.to_ascii_lowercase().contains("mariadb") {
        MysqlDialect::MariaDb
    } else {
        MysqlDialect::MySql
    }
}

fn session(dialect: MysqlDialect, config: &MysqlConfig) -> Result<String> {
    const STRICT: &str = "STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,\
         ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION";
    let own = match dialect {
        // Else `SET a = b, b = a` would lose a value. MySQL has no such mode: the writer orders them there.
        MysqlDialect::MariaDb => ",SIMULTANEOUS_ASSIGNMENT",
        MysqlDialect::MySql => ",ONLY_FULL_GROUP_BY",
    };
    let recursion = match dialect {
        // Beyond 1,000 steps the server would return a part of the rows, with a warning.
        MysqlDialect::MariaDb => ", max_recursive_iterations = 4294967295",
        // It is an error beyond `cte_max_recursion_depth`.
        MysqlDialect::MySql => "",
    };
    let collation = dialect.collation();
    let mut settings = format!(
        "SET NAMES utf8mb4 COLLATE {collation}, autocommit = 1, foreign_key_checks = 1, \
         time_zone = '+00:00', lc_messages = 'en_US', div_precision_increment = 16, \
         group_concat_max_len = 4294967295, \
         sql_mode = '{STRICT}{own}'{recursion}"
    );
    for (name, value) in &config.variables {
        let number = value.parse().map(Value::Int);
        let value = number.unwrap_or_else(|_| Value::Text(value.clone()));
        settings.extend([", ", name, " = ", &types::literal(&value, dialect.name())?]);
    }
    Ok(settings)
}

pub(super) fn check_variables(config: &MysqlConfig) -> Result<()> {
    for (name, _) in &config.variables {
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if name.is_empty() || !name.chars().all(is_name) {
            return Err(misconfigured(format!(
                "{name:?} is not a valid name of a session variable"
            )));
        }
        if OWN_VARIABLES
            .iter()
            .any(|own| name.eq_ignore_ascii_case(own))
        {
            let message = format!("the session variable {name} is set by the driver");
            return Err(
                misconfigured(message).with_hint("remove it: the driver depends on its own value")
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use orm_core::error::ErrorKind;

    use super::*;

    #[test]
    fn variables_are_names_with_literals() {
        let with = |name: &str, value: &str| {
            let mut config = MysqlConfig::new("h", 1);
            config.variables = vec![(name.into(), value.into()), ("n".into(), "5".into())];
            config
        };
        let config = with("a_b", "it's");
        assert!(check_variables(&config).is_ok());
        let settings = session(MysqlDialect::MariaDb, &config).unwrap();
        assert!(settings.ends_with(", a_b = 'it''s', n = 5"), "{settings}");
        for name in ["sql_mode", "Time_Zone", "a = 1, b", ""] {
            let error = check_variables(&with(name, "x")).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Configuration, "{name}");
        }
    }
}
