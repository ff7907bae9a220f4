//! The conformance suite on Firebird: a file of a database for each case, on the server of `ORM_TEST_FIREBIRD_URL`.

use std::borrow::Cow;
use std::process::ExitCode;
use std::sync::Arc;

use dialect_firebird::{Attachment, FirebirdDialect, FirebirdDriver};
use orm::Result;
use orm::engine::{Connection, Target};
use orm_conformance::backend::{Control, Signal};
use orm_conformance::{Backend, Db, Requires};
use rsfbclient_core::{Dialect, FirebirdClientSqlOps, TrOp, TransactionConfiguration};

struct Firebird;

impl Firebird {
    /// The driver for a database in the server's folder.
    fn driver(name: &str) -> Result<FirebirdDriver> {
        FirebirdDriver::from_url(&Self::url(name))
    }

    fn url(name: &str) -> String {
        let folder = std::env::var("ORM_TEST_FIREBIRD_URL");
        let folder = folder.expect(
            "run the tests with tests/run, which starts a server and sets ORM_TEST_FIREBIRD_URL",
        );
        format!("{folder}/{name}.fdb")
    }
}

impl Backend for Firebird {
    fn name(&self) -> &'static str {
        "Firebird"
    }

    fn create(&self, name: &str) -> Result<String> {
        Self::driver(name)?.create_database()?;
        Ok(Self::url(name))
    }

    fn drop(&self, name: &str) -> Result<()> {
        let driver = Self::driver(name)?;
        // The engine of the case is still connected.
        let others = "DELETE FROM MON$ATTACHMENTS WHERE MON$ATTACHMENT_ID <> CURRENT_CONNECTION AND MON$SYSTEM_FLAG = 0";
        orm_core::driver::Driver::connect(&driver)?.execute(others, &[])?;
        driver.drop_database()
    }

    fn target(&self, url: &str) -> Result<Target> {
        Ok((
            Arc::new(FirebirdDriver::from_url(url)?),
            vec![&FirebirdDialect],
        ))
    }

    fn version(&self) -> &'static str {
        "SELECT RDB$GET_CONTEXT('SYSTEM', 'ENGINE_VERSION') FROM RDB$DATABASE"
    }

    fn natively(&self, conn: &mut Connection, sql: &str) {
        let native: &mut Attachment = conn.driver_mut().expect("the connection is Firebird's");
        let (client, database) = (&mut native.client, &mut native.database);
        let ended = match sql {
            "COMMIT" => Some(TrOp::Commit),
            "ROLLBACK" => Some(TrOp::Rollback),
            _ => None,
        };
        let own = native.transaction.is_none();
        if own && sql == "BEGIN" {
            let begun = client.begin_transaction(database, TransactionConfiguration::default());
            native.transaction = Some(begun.expect("the server begins a transaction"));
            return;
        }
        let mut transaction = native.transaction.take().unwrap_or_else(|| {
            let begun = client.begin_transaction(database, TransactionConfiguration::default());
            begun.expect("the server begins a transaction")
        });
        let done = match ended {
            Some(op) => client.transaction_operation(&mut transaction, op),
            None => client.exec_immediate(database, &mut transaction, Dialect::D3, sql),
        };
        done.expect("the server runs the statement");
        match ended {
            None if own => client
                .transaction_operation(&mut transaction, TrOp::Commit)
                .expect("the server commits"),
            None => native.transaction = Some(transaction),
            Some(_) => {}
        }
    }

    fn control(&self, db: &Db, conn: &mut Connection, signal: Signal) -> Control {
        assert_eq!(signal, Signal::Kill, "the client can't cancel");
        let mut id = 0;
        let own = "SELECT CURRENT_CONNECTION FROM RDB$DATABASE";
        conn.raw_query(own, &[], &mut |row| {
            id = row.get(0).map_or(0, |value| match value {
                orm_core::value::ValueRef::Int(id) => id,
                _ => 0,
            });
            Ok(())
        })
        .expect("a connection knows its number");
        let mut other = db.other_connection();
        Box::new(move || {
            let kill = format!("DELETE FROM MON$ATTACHMENTS WHERE MON$ATTACHMENT_ID = {id}");
            other
                .raw_execute(&kill, &[])
                .expect("the server ends a connection");
        })
    }

    fn limit_lock_wait(&self, conn: &mut Connection) {
        let native: &mut Attachment = conn.driver_mut().expect("the connection is Firebird's");
        native.lock_timeout = 1;
    }

    /// The INSERT inside of an EXECUTE BLOCK, as the dialect writes one with RETURNING.
    fn unwrapped<'s>(&self, sql: &'s str) -> Cow<'s, str> {
        let Some((_, insert)) = sql
            .strip_prefix("EXECUTE BLOCK ")
            .and_then(|sql| sql.split_once(" BEGIN "))
        else {
            return sql.into();
        };
        let insert = insert.split(" INTO :R").next().unwrap_or_default();
        let mut pieces = insert.split(":P");
        let mut plain = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            plain.push('?');
            plain.push_str(piece.trim_start_matches(|c: char| c.is_ascii_digit()));
        }
        plain.into()
    }

    fn lacks(&self, need: Requires) -> Option<&'static str> {
        match need {
            Requires::Cancel => Some("its client can't cancel a statement"),
            Requires::Chains => Some("it has no COMMIT AND CHAIN"),
            Requires::DeferredKeys => Some("its foreign keys are checked at once"),
            Requires::KnownReads => Some("its driver does not know which texts only read"),
            Requires::SerializableReadsDontLock => {
                Some("its SNAPSHOT TABLE STABILITY locks what it reads")
            }
            Requires::TrailingSpaces => Some("its comparisons ignore spaces behind a text"),
            _ => None,
        }
    }

    fn skips(&self, case: &str) -> Option<&'static str> {
        SKIPPED
            .iter()
            .find(|(name, _)| *name == case)
            .map(|(_, reason)| *reason)
    }
}

/// What both transactions of a deadlock get.
const CONFLICT: &str =
    "both transactions of a deadlock get an update conflict, which leaves them open";

/// The cases that neither a capability nor [`Requires`] excludes.
const SKIPPED: &[(&str, &str)] = &[
    ("closures::retry_after_a_real_deadlock", CONFLICT),
    ("errors::a_deadlock_has_one_victim", CONFLICT),
    ("errors::a_lost_race_is_a_serialization_failure", CONFLICT),
    ("lost::a_deadlock_takes_the_whole_transaction", CONFLICT),
    (
        "nesting::a_deadlock_inside_a_savepoint_is_never_half_stored",
        CONFLICT,
    ),
    (
        "bad_input::numbers_at_the_edge_of_limit_and_offset",
        "its OFFSET and FETCH wrap around beyond 64 bits",
    ),
    (
        "bad_input::too_many_binds_are_an_error",
        "its client takes more binds than are safe",
    ),
    (
        "bad_input::names_that_are_ambiguous_or_unknown_are_shown",
        "its client returns no codes, only messages with values",
    ),
    (
        "errors::undefined_table_is_named",
        "a block over a table that is missing is refused for its types",
    ),
    (
        "isolation::unsupported_isolation_levels_are_told",
        "it has three of the four levels",
    ),
    (
        "linked::a_tree_of_generated_keys_takes_a_statement_a_level",
        "it has no operator % and inserts row by row",
    ),
    (
        "lost::a_lost_answer_to_a_single_statement_is_an_unknown_outcome",
        "its INSERT is a block",
    ),
    (
        "statement_tree::lists_that_come_back",
        "it compares no rows of values",
    ),
    (
        "text_search::patterns_of_any_length",
        "its client sends no text of 60,000 bytes to be compared",
    ),
    (
        "bad_input::a_message_is_one_that_a_person_can_read",
        "its INSERT is a block",
    ),
    (
        "batches::no_other_rows_are_locked",
        "NOWAIT is an option of its transactions",
    ),
    (
        "errors::a_lock_that_is_not_granted_is_busy",
        "it calls a lock that is not granted in time an update conflict",
    ),
    (
        "faults::an_unanswered_commit_of_one_statement_is_not_sent_twice",
        "its INSERT is a block",
    ),
    (
        "statement_tree::windows",
        "its window functions have no frames",
    ),
];

fn main() -> ExitCode {
    orm_conformance::run(&[&Firebird], &[])
}
