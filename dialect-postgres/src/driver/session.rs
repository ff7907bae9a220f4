//! What makes a session what it was after connecting, for the next user of its connection.
//!
//! `connection.rs` sends it. Deliberately not here: what the startup message asks for, which is in `connect.rs`.

use postgres::SimpleQueryMessage;

/// DISCARD ALL, but for what the native client has prepared for itself and can't prepare again, and for plans,
/// which no result depends on. In one round trip, which tells what else is prepared.
pub(super) const RESET: &str = "CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; UNLISTEN *; \
     SELECT pg_advisory_unlock_all(); DISCARD SEQUENCES; DISCARD TEMP; \
     SELECT name, from_sql FROM pg_prepared_statements";

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
