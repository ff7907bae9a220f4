//! What the server refuses, as kinds with names; and what is left after the connection is gone.

use orm_core::driver::TransactionState;
use orm_core::error::ErrorKind::{self, self as K};

use super::support::{Scratch, control, execute, failure, integer};

const TABLES: &[&str] = &[
    "CREATE TABLE pa (id BIGINT NOT NULL AUTO_INCREMENT, a VARCHAR(5) NOT NULL, n SMALLINT, \
     CONSTRAINT pk_pa PRIMARY KEY (id), CONSTRAINT uq_pa_a UNIQUE (a), \
     CONSTRAINT ck_pa_n CHECK (n < 100)) ENGINE=InnoDB",
    "CREATE TABLE ch (id BIGINT NOT NULL PRIMARY KEY, pid BIGINT, d DATETIME(6), \
     CONSTRAINT fk_ch_pid_pa FOREIGN KEY (pid) REFERENCES pa (id)) ENGINE=InnoDB",
    "INSERT INTO pa (id, a) VALUES (1, 'x')",
    "INSERT INTO ch VALUES (1, 1, NULL)",
];

const REFUSED: &[(&str, K, Option<&str>)] = &[
    (
        "INSERT INTO pa (a) VALUES ('x')",
        K::UniqueViolation,
        Some("uq_pa_a"),
    ),
    (
        "INSERT INTO ch VALUES (2, 77, NULL)",
        K::ForeignKeyViolation,
        Some("fk_ch_pid_pa"),
    ),
    (
        "DELETE FROM pa",
        K::ForeignKeyViolation,
        Some("fk_ch_pid_pa"),
    ),
    (
        "INSERT INTO pa (a) VALUES (NULL)",
        K::NotNullViolation,
        None,
    ),
    ("INSERT INTO pa (n) VALUES (1)", K::NotNullViolation, None),
    (
        "INSERT INTO pa (a, n) VALUES ('z', 200)",
        K::CheckViolation,
        Some("ck_pa_n"),
    ),
    (
        "INSERT INTO pa (a) VALUES ('too long')",
        K::DataTooLong,
        None,
    ),
    (
        "INSERT INTO pa (a, n) VALUES ('q', 200000)",
        K::OutOfRange,
        None,
    ),
    (
        "INSERT INTO ch VALUES (2, 1, '2024-13-01')",
        K::OutOfRange,
        None,
    ),
    ("SELECT * FROM nope", K::UndefinedTable, None),
    ("DROP TABLE nope", K::UndefinedTable, None),
    ("SELECT nope FROM pa", K::UndefinedColumn, None),
    ("SELECT FROM", K::Syntax, None),
    (
        "SELECT 9223372036854775807 + id FROM pa",
        K::OutOfRange,
        None,
    ),
];

#[test]
fn refusals_have_kinds_and_names() {
    let scratch = Scratch::new();
    let mut connection = scratch.connect();
    control(connection.as_mut(), TABLES);
    for &(sql, kind, constraint) in REFUSED {
        let error = failure(connection.as_mut(), sql);
        assert_eq!(
            (error.kind(), error.constraint()),
            (kind, constraint),
            "{sql}: {error}"
        );
        assert_eq!(error.sql(), Some(sql));
        assert!(std::error::Error::source(&error).is_some(), "{sql}");
    }
    assert!(!connection.is_broken());
}

#[test]
fn values_stay_in_the_source() {
    let scratch = Scratch::new();
    let mut connection = scratch.connect();
    control(connection.as_mut(), TABLES);
    let insert = "INSERT INTO pa (a) VALUES (?)";
    let bind = orm_core::value::ValueRef::Text("s3cr3");
    connection.execute(insert, &[bind]).expect("a row");
    let error = connection.execute(insert, &[bind]).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("s3cr3"), "{error}");
    let source = std::error::Error::source(&error).map(ToString::to_string);
    assert!(source.is_some_and(|source| source.contains("s3cr3")));
}

#[test]
fn every_result_of_a_control_is_looked_at() {
    let scratch = Scratch::new();
    let mut connection = scratch.connect();
    let error = connection
        .control("SELECT 1; SELECT * FROM nope")
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UndefinedTable);
    assert_eq!(integer(connection.as_mut(), "SELECT 5"), 5);
}

#[test]
fn a_connection_killed_while_idle_is_lost() {
    let mut scratch = Scratch::new();
    let mut connection = scratch.connect();
    control(connection.as_mut(), &["START TRANSACTION"]);
    assert_eq!(connection.transaction(None), TransactionState::Open);
    let id = integer(connection.as_mut(), "SELECT CONNECTION_ID()");
    scratch.kill(id);
    std::thread::sleep(std::time::Duration::from_millis(100));
    let error = failure(connection.as_mut(), "DO 1");
    assert!(error.is_connection_lost(), "{error}");
    assert!(connection.is_broken());
    assert_eq!(connection.transaction(Some(&error)), TransactionState::None);
    assert!(
        connection
            .ping()
            .is_err_and(|error| error.is_connection_lost())
    );
}

#[test]
fn a_connection_killed_at_work_is_lost() {
    let mut scratch = Scratch::new();
    let mut connection = scratch.connect();
    let id = integer(connection.as_mut(), "SELECT CONNECTION_ID()");
    let work = std::thread::spawn(move || {
        let error = failure(connection.as_mut(), "DO SLEEP(20)");
        (error, connection.is_broken())
    });
    std::thread::sleep(std::time::Duration::from_millis(300));
    scratch.kill(id);
    let (error, broken) = work.join().expect("no panic");
    assert!(error.is_connection_lost() && broken, "{error}");
}

#[test]
fn an_interrupted_query_leaves_the_connection() {
    let scratch = Scratch::new();
    let mut connection = scratch.connect();
    let mut other = scratch.connect();
    let id = integer(connection.as_mut(), "SELECT CONNECTION_ID()");
    let work = std::thread::spawn(move || {
        let result = connection.execute("DO SLEEP(20)", &[]);
        (result.err().map(|error| error.kind()), connection)
    });
    std::thread::sleep(std::time::Duration::from_millis(300));
    control(other.as_mut(), &[&format!("KILL QUERY {id}")]);
    let (kind, mut connection) = work.join().expect("no panic");
    assert!(matches!(kind, None | Some(ErrorKind::Database)), "{kind:?}");
    assert!(!connection.is_broken());
    execute(connection.as_mut(), "DO 1");
}
