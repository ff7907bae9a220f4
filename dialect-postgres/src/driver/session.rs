//! Checks the session of a new connection, and resets it for the next user.
//!
//! The startup message of `connect.rs` sets everything. If a pooler does not pass it on, the time zone is set by a
//! statement, and any other parameter is an error. `connection.rs` sends the reset.

use orm_core::ServerVersion;
use orm_core::driver::misconfigured;
use orm_core::error::{Error, Result};
use orm_core::sql::IsolationLevel;
use postgres::{Client, SimpleQueryMessage};

use super::failure::Unchecked;
use super::stream::Link;

/// What a connection needs to know of its session.
#[derive(Debug)]
pub(super) struct Session {
    /// The statements that reset it.
    pub(super) reset: String,
    /// The isolation level of its transactions, if it is stronger than READ COMMITTED.
    pub(super) isolation: Option<IsolationLevel>,
    /// The version of the server.
    pub(super) version: Option<ServerVersion>,
    /// How the driver and its stream agree, except over a unix socket.
    pub(super) link: Option<Link>,
}

/// The configured parameters of a session.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted(pub(super) Vec<(String, String)>);

const SET_TIME_ZONE: &str = "SET TimeZone TO 'UTC'";

/// DISCARD ALL, but for what the native client has prepared for itself and can't prepare again, and for plans,
/// which no result depends on. One round trip also returns the names of the other prepared statements.
const RESET: &str = "CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; UNLISTEN *; \
     SELECT pg_advisory_unlock_all(); DISCARD SEQUENCES; DISCARD TEMP; \
     SELECT name, from_sql FROM pg_prepared_statements";

impl Wanted {
    /// Adds those that the text of `options` sets, in the forms of a server's command line.
    pub(super) fn add_options(&mut self, options: &str) {
        let mut words = words(options).into_iter();
        while let Some(word) = words.next() {
            let pair = match word.strip_prefix("-c") {
                Some("") => words.next(),
                Some(pair) => Some(pair.to_owned()),
                None => word.strip_prefix("--").map(str::to_owned),
            };
            if let Some((name, value)) = pair.as_deref().and_then(|pair| pair.split_once('=')) {
                // A later one counts.
                self.0
                    .retain(|(earlier, _)| !earlier.eq_ignore_ascii_case(name));
                self.0.push((name.to_owned(), value.to_owned()));
            }
        }
    }

    /// Applies the configured parameters. Costs a round trip if there are any, or if `zone`, which the server may have
    /// reported, is not known to be right.
    ///
    /// Returns the statements that reset the session.
    ///
    /// # Errors
    /// `Configuration` for a parameter that was ignored.
    pub(super) fn check(
        self,
        client: &mut Client,
        zone: Option<&str>,
    ) -> Result<String, Unchecked> {
        let mut reset = RESET.to_owned();
        let zone = match zone {
            Some(zone) => Some(zone.to_owned()),
            None => ask(client, "SHOW TimeZone")?,
        };
        if zone.as_deref() != Some("UTC") {
            client.batch_execute(SET_TIME_ZONE)?;
            // Behind a pooler this may already be another connection.
            if ask(client, "SHOW TimeZone")?.as_deref() != Some("UTC") {
                return Err(ignored("TimeZone").into());
            }
            reset = format!("{reset}; {SET_TIME_ZONE}");
        }
        for (name, value) in &self.0 {
            let found = format!("SELECT current_setting({}, true)", literal(name));
            let found = ask(client, &found)?;
            // The server has words of its own for some values, such as 5s for 5000.
            let own = format!(
                "SELECT set_config({}, {}, true)",
                literal(name),
                literal(value)
            );
            if found.as_ref() != Some(value) && ask(client, &own).ok().flatten() != found {
                return Err(ignored(name).into());
            }
        }
        Ok(reset)
    }
}

fn ignored(parameter: &str) -> Error {
    misconfigured(format!(
        "the parameter {parameter} of the connection was ignored by a connection pooler"
    ))
    .with_hint(format!(
        "let the pooler pass on the startup parameter options, or set the parameter for the role: \
         ALTER ROLE … SET {parameter} = …"
    ))
}

/// The isolation level that the server, the database, the role or `options` have set, if it is stronger than the
/// one that PostgreSQL comes with, and the version of the server. One round trip, once a connection.
pub(super) fn isolation_and_version(
    client: &mut Client,
) -> Result<(Option<IsolationLevel>, Option<ServerVersion>), postgres::Error> {
    const QUESTION: &str = "SELECT pg_catalog.current_setting('default_transaction_isolation'), \
         pg_catalog.current_setting('server_version')";
    let [level, version] = ask_row(client, QUESTION)?;
    let level = level.as_deref().and_then(IsolationLevel::parse);
    let level = level.filter(|level| *level > IsolationLevel::ReadCommitted);
    Ok((level, version.as_deref().and_then(ServerVersion::parse)))
}

/// The only value that a query yields.
fn ask(client: &mut Client, sql: &str) -> Result<Option<String>, postgres::Error> {
    let [value] = ask_row(client, sql)?;
    Ok(value)
}

/// The first values of the only row that a query yields. As text in one message, since poolers take that in every mode.
fn ask_row<const N: usize>(
    client: &mut Client,
    sql: &str,
) -> Result<[Option<String>; N], postgres::Error> {
    let answer = client.simple_query(sql)?;
    let row = answer.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    Ok(std::array::from_fn(|index| {
        row.and_then(|row| row.try_get(index).ok()?.map(str::to_owned))
    }))
}

fn literal(text: &str) -> String {
    // In this form a backslash means the same whatever the server's settings are.
    format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

/// The words of `options`: a backslash takes the next character with it.
fn words(options: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut chars = options.chars();
    while let Some(c) = chars.next() {
        let last = words.len() - 1;
        match c {
            '\\' => words[last].extend(chars.next()),
            c if c.is_ascii_whitespace() => words.push(String::new()),
            c => words[last].push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// What drops the statements that SQL has prepared, and how many the protocol has.
pub(super) fn prepared(answer: &[SimpleQueryMessage]) -> (String, usize) {
    let (mut deallocate, mut by_protocol) = (String::new(), 0);
    for message in answer {
        let SimpleQueryMessage::Row(row) = message else {
            continue;
        };
        // The row of pg_advisory_unlock_all has another column.
        let Ok(Some(from_sql)) = row.try_get("from_sql") else {
            continue;
        };
        if from_sql == "t" {
            let name = row.get("name").unwrap_or_default().replace('"', "\"\"");
            deallocate.extend(["DEALLOCATE \"", &name, "\";"]);
        } else {
            by_protocol += 1;
        }
    }
    (deallocate, by_protocol)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_as_the_server_reads_them() {
        let mut wanted = Wanted(vec![("geqo".into(), "on".into())]);
        wanted.add_options("-c a.b=c\\ d -cGEQO=off  --work_mem=1MB project=x -c");
        let pairs: Vec<_> = wanted
            .0
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect();
        assert_eq!(
            pairs,
            [("a.b", "c d"), ("GEQO", "off"), ("work_mem", "1MB")]
        );
    }
}
