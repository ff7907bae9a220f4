//! Transactions that end outside the session: nothing is said to be stored that isn't, and a rollback leaves the
//! entities as the database has their rows.

use orm::prelude::*;
use orm::{EntityState, ErrorKind};

use crate::databases::{Database, HasDatabase};
use orm_conformance::Db;
use orm_conformance::cases;
use orm_conformance::fixtures::User;
use orm_conformance::suite::support::{fails, natively};

cases![
    "outside_ends":
    a_procedure_that_ends_the_transaction_is_noticed (orm_conformance::Requires::Server),
    a_text_that_ends_nothing_is_not_taken_to_end_it,
    ddl_leaves_entities_as_their_rows,
    a_rollback_tells_what_is_stored,
    updates_and_deletes_show_how_it_ended,
];

/// Flushes a user, runs `end` outside the session, and compares what the session says with the table.
fn compare(db: &Db, name: &str, end: &str, by_raw: bool) {
    let mut session = db.session();
    let user = session.add(User::builder().username(name));
    session.flush().unwrap();
    let ended = if by_raw {
        raw(end.to_owned()).execute(&mut session).map(drop)
    } else {
        session.connection().unwrap().raw_control(end)
    };
    let committed = session.commit();
    if let Err(error) = &committed {
        assert!(!error.to_string().contains("is stored"), "{end}: {error}");
        session.rollback().unwrap();
    }
    let state = session.entity_state(user).unwrap();
    drop(session);
    let stored = db.scalar(&format!(
        "SELECT COUNT(*) FROM users WHERE username = '{name}'"
    )) == 1;
    let says = (ended.is_ok(), committed.map_err(|error| error.kind()));
    assert_eq!(state == EntityState::Persistent, stored, "{end}: {says:?}");
    assert!(says.1.is_err() || stored, "{end}: {says:?}");
}

fn a_procedure_that_ends_the_transaction_is_noticed(db: &Db) {
    let mut conn = db.other_connection();
    if db.database() == Database::Postgres {
        // A procedure can't end a transaction that was begun outside of it.
        conn.raw_control("CREATE PROCEDURE ends() LANGUAGE plpgsql AS 'BEGIN COMMIT; END'")
            .unwrap();
        compare(db, "ends", "CALL ends()", true);
        return;
    }
    let bodies = [
        ("commits", "BEGIN COMMIT; END"),
        ("undoes", "BEGIN ROLLBACK; END"),
        ("restarts", "BEGIN ROLLBACK; START TRANSACTION; END"),
        ("chains", "BEGIN COMMIT; START TRANSACTION; END"),
        ("nested", "BEGIN CALL restarts(); END"),
        (
            "handles",
            "BEGIN DECLARE EXIT HANDLER FOR SQLEXCEPTION ROLLBACK; \
             INSERT INTO users (username) VALUES ('taken'); END",
        ),
        (
            "fails",
            "BEGIN COMMIT; START TRANSACTION; INSERT INTO users (username) VALUES ('taken'); END",
        ),
        ("only_reads", "BEGIN SELECT 1; END"),
    ];
    conn.raw_execute("INSERT INTO users (username) VALUES ('taken')", &[])
        .unwrap();
    for (name, body) in bodies {
        conn.raw_control(&format!("CREATE PROCEDURE {name}() {body}"))
            .unwrap();
    }
    for (name, _) in bodies {
        for by_raw in [true, false] {
            compare(
                db,
                &format!("{name} {by_raw}"),
                &format!("CALL {name}()"),
                by_raw,
            );
        }
    }
    own_ways_to_end(db);
}

fn own_ways_to_end(db: &Db) {
    if db.database() == Database::MariaDb {
        for (name, end) in [
            ("immediate", "EXECUTE IMMEDIATE 'ROLLBACK'"),
            ("comment", "/*M!ROLLBACK*/"),
            (
                "set",
                "SET STATEMENT max_statement_time = 9 FOR CALL restarts()",
            ),
            ("block", "BEGIN NOT ATOMIC ROLLBACK; START TRANSACTION; END"),
        ] {
            compare(db, name, end, false);
        }
    }
    for (name, end) in [
        ("chain", "COMMIT AND CHAIN"),
        ("chain back", "ROLLBACK AND CHAIN"),
        ("begin", "BEGIN"),
        ("autocommit", "SET autocommit = 1"),
    ] {
        compare(db, name, end, false);
    }
}

fn a_text_that_ends_nothing_is_not_taken_to_end_it(db: &Db) {
    let texts: &[&str] = match db.database() {
        Database::Sqlite => &["COMMIT; nonsense", "SELECT ';COMMIT;'", "ROLLBACK; BEGIN"],
        Database::Postgres => &[
            "SELECT E'\\';COMMIT;\\''",
            "/* /* */ ; COMMIT; */ SELECT 1",
            "SELECT 1; COMMIT; BEGIN",
            "ROLLBACK; BEGIN; SELECT nope",
            "COMMIT; BEGIN; SELECT nope",
            "SELECT $x$;COMMIT;$x$",
        ],
        _ => &[
            "COMMIT; BEGIN",
            "SELECT 1; COMMIT; SELECT 2",
            "SELECT ';COMMIT;'",
        ],
    };
    for (number, text) in texts.iter().enumerate() {
        for by_raw in [true, false] {
            if by_raw && text.contains('$') {
                continue;
            }
            compare(db, &format!("text {number} {by_raw}"), text, by_raw);
        }
    }
}

fn ddl_leaves_entities_as_their_rows(db: &Db) {
    // The last two are refused, and end nothing.
    for (number, end) in [
        "CREATE TABLE made (id INTEGER)",
        "CREATE TABLE users (id INTEGER)",
        "DROP TABLE made",
        "COMMIT",
        "ROLLBACK",
    ]
    .into_iter()
    .enumerate()
    {
        compare(db, &format!("ddl {number}"), end, false);
    }
}

fn a_rollback_tells_what_is_stored(db: &Db) {
    for (end, stored) in [("COMMIT", true), ("ROLLBACK", false)] {
        let mut session = db.session();
        let user = session.add(User::builder().username(end));
        session.flush().unwrap();
        natively(db, session.connection().unwrap(), end);
        let rolled_back = session.rollback();
        assert_eq!(rolled_back.is_err(), stored, "{rolled_back:?}");
        let state = session.entity_state(user).unwrap();
        assert_eq!(state == EntityState::Persistent, stored);
        // The session goes on.
        session.rollback().unwrap();
        session.add(User::builder().username(format!("after {end}")));
        session.commit().unwrap();
    }
}

fn updates_and_deletes_show_how_it_ended(db: &Db) {
    for (end, stored) in [("COMMIT", true), ("ROLLBACK", false)] {
        let mut session = db.session();
        let user = session.add(User::builder().username(format!("updated {end}")));
        let gone = session.add(User::builder().username(format!("deleted {end}")));
        session.commit().unwrap();
        session[user].email = Some("new".into());
        session.flush().unwrap();
        natively(db, session.connection().unwrap(), end);
        fails(session.commit(), ErrorKind::CommitUnknown);
        session.rollback().unwrap();
        assert_eq!(session[user].email.is_some(), stored);
        session.delete(gone);
        session.flush().unwrap();
        natively(db, session.connection().unwrap(), end);
        fails(session.commit(), ErrorKind::CommitUnknown);
        session.rollback().unwrap();
        // After a commit the handle is stale, after a rollback the entity lives.
        assert_eq!(session.entity_state(gone).is_err(), stored);
        session.commit().unwrap();
    }
}
