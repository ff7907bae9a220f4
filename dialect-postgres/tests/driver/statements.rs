//! Prepared statements: how many there are, what they cost, and when they no longer fit.

use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use dialect_postgres::{PostgresConfig, PostgresDriver, postgres};
use orm_core::driver::{Connection, Driver, TransactionState};
use orm_core::value::{Value, ValueRef};

use crate::{Database, Server, rows, text};

fn prepared(db: &mut Database) -> i64 {
    // Through the text protocol, so that counting prepares nothing.
    let client = db
        .connection
        .native()
        .downcast_mut::<postgres::Client>()
        .unwrap();
    let messages = client
        .simple_query("SELECT count(*) FROM pg_prepared_statements")
        .unwrap();
    let count = messages.iter().find_map(|message| match message {
        postgres::SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    });
    count.unwrap().parse().unwrap()
}

#[test]
fn statements_are_prepared_once_and_the_least_used_is_closed() {
    let mut db = Database::with("cache", |config| config.statement_cache = 2);
    for _ in 0..3 {
        db.one("SELECT 1", &[]);
    }
    assert_eq!(prepared(&mut db), 1);
    for number in 0..5 {
        db.one(&format!("SELECT {number}"), &[]);
    }
    assert_eq!(prepared(&mut db), 2);
    db.connection.clear_statements();
    assert_eq!(prepared(&mut db), 0);
    let mut db = Database::with("cache_off", |config| config.statement_cache = 0);
    db.one("SELECT $1::int4 + 1", &[ValueRef::Int(1)]);
    assert_eq!(prepared(&mut db), 0);
}

/// A proxy that counts the messages to which the server responds: Sync and Query.
fn counting(server: &Server) -> (u16, Arc<AtomicU64>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let there = TcpStream::connect((server.host.as_str(), server.port)).unwrap();
    let count = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&count);
    thread::spawn(move || {
        let (here, _) = listener.accept().unwrap();
        let (mut answers, mut back) = (there.try_clone().unwrap(), here.try_clone().unwrap());
        thread::spawn(move || io::copy(&mut answers, &mut back));
        forward(here, there, &counter).unwrap_or_default();
    });
    (port, count)
}

fn forward(mut from: TcpStream, mut to: TcpStream, count: &AtomicU64) -> io::Result<()> {
    // The first message alone has no type.
    let mut has_type = false;
    loop {
        let mut head = vec![0; if has_type { 5 } else { 4 }];
        from.read_exact(&mut head)?;
        let length = head[head.len() - 4..]
            .iter()
            .fold(0, |sum, byte| sum * 256 + usize::from(*byte));
        let mut message = vec![0; length - 4];
        from.read_exact(&mut message)?;
        if has_type && matches!(head[0], b'S' | b'Q') {
            count.fetch_add(1, Ordering::SeqCst);
        }
        to.write_all(&[head, message].concat())?;
        has_type = true;
    }
}

#[test]
fn round_trips_are_few() {
    let server = Server::new();
    for cache in [256, 0] {
        let (port, count) = counting(&server);
        let mut config = server.login(PostgresConfig::new("127.0.0.1", port));
        config.statement_cache = cache;
        let mut connection = PostgresDriver::new(config).connect().unwrap();
        let mut trips = |run: &mut dyn FnMut(&mut dyn Connection)| {
            let before = count.load(Ordering::SeqCst);
            run(connection.as_mut());
            count.load(Ordering::SeqCst) - before
        };
        let mut query = |connection: &mut dyn Connection| {
            let found = rows(connection, "SELECT $1::int8", &[ValueRef::Int(1)]).unwrap();
            assert_eq!(found, [[Value::Int(1)]]);
        };
        assert_eq!(
            trips(&mut query),
            if cache > 0 { 2 } else { 1 },
            "the first time"
        );
        assert_eq!(trips(&mut query), 1, "warmed up");
        let mut control = |connection: &mut dyn Connection| connection.control("BEGIN").unwrap();
        assert_eq!(trips(&mut control), 1);
        assert_eq!(trips(&mut |connection| connection.ping().unwrap()), 1);
        let mut refused = |connection: &mut dyn Connection| {
            connection
                .execute("SELECT $1::int2", &[ValueRef::Bool(true)])
                .unwrap_err();
        };
        trips(&mut refused);
        let expected = if cache > 0 { 2 } else { 1 };
        assert!(trips(&mut refused) <= expected);
    }
}

#[test]
fn statements_survive_a_change_of_the_table() {
    let mut db = Database::new("stale");
    db.run(&["CREATE TABLE t (a int4)", "INSERT INTO t VALUES (1)"]);
    let sql = "SELECT * FROM t";
    assert_eq!(db.rows(sql, &[]).unwrap(), [[Value::Int(1)]]);
    db.run(&["ALTER TABLE t ADD b text DEFAULT 'x'"]);
    assert_eq!(db.rows(sql, &[]).unwrap(), [[Value::Int(1), text("x")]]);

    // Inside a transaction the refusal has aborted it; running it again succeeds.
    db.run(&["ALTER TABLE t ADD c int4", "BEGIN"]);
    let error = db.rows(sql, &[]).unwrap_err();
    assert!(error.is_serialization_failure(), "{error}");
    assert_eq!(db.state(), TransactionState::Aborted);
    db.run(&["ROLLBACK", "BEGIN"]);
    assert_eq!(db.rows(sql, &[]).unwrap()[0].len(), 3);
    db.run(&["COMMIT", "DEALLOCATE ALL"]);
    assert_eq!(db.rows(sql, &[]).unwrap()[0].len(), 3);

    // A parameter's type is that of the time of preparing.
    let insert = "INSERT INTO t (a) VALUES ($1)";
    db.execute(insert, &[ValueRef::Int(1)]).unwrap();
    db.run(&["ALTER TABLE t ALTER a TYPE int8", "BEGIN"]);
    db.execute(insert, &[ValueRef::Int(i64::MAX)]).unwrap();
    db.run(&["COMMIT"]);
}
