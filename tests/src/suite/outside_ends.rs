//! Transactions that end outside the session, in the words of each database.

use crate::databases::{Database, HasDatabase};
use orm_conformance::Db;
use orm_conformance::cases;
use orm_conformance::suite::outside_ends::compare;

cases![
    "outside_ends":
    a_procedure_that_ends_the_transaction_is_noticed (orm_conformance::Requires::Server),
    a_text_that_ends_nothing_is_not_taken_to_end_it,
];

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
