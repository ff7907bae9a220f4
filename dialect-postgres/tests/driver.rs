//! The driver against a real server: values, counts, errors, and the truth about transactions.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::{Duration, Instant};

use dialect_postgres::{PostgresConfig, PostgresDialect, PostgresDriver, TlsMode, postgres};
use orm_core::driver::{Connection, Driver, Outcome, TransactionState};
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::sql::{
    Dialect, SqlWriter, write_batch_delete, write_batch_insert, write_batch_update, write_select,
};
use orm_core::stmt::{
    BatchColumn, BatchDelete, BatchInsert, BatchRows, BatchUpdate, Expr, Like, LikeKind,
    Projection, Select, Source,
};
use orm_core::types::Type;
use orm_core::value::{Value, ValueRef};

/// A schema of the test's own, and a connection to it.
struct Database {
    schema: String,
    connection: Box<dyn Connection>,
}

impl Database {
    fn new(test: &str) -> Self {
        Self::with(test, |config| config)
    }

    fn with(test: &str, more: impl FnOnce(PostgresConfig) -> PostgresConfig) -> Self {
        let schema = format!("dialect_postgres_{test}");
        let config = more(config().parameter("search_path", &schema));
        let mut connection = PostgresDriver::new(config).connect().unwrap();
        connection
            .control(&format!("DROP SCHEMA IF EXISTS {schema} CASCADE"))
            .unwrap();
        connection
            .control(&format!("CREATE SCHEMA {schema}"))
            .unwrap();
        Self { schema, connection }
    }

    /// Another connection to the same schema.
    fn another(&self) -> Box<dyn Connection> {
        let config = config().parameter("search_path", &self.schema);
        PostgresDriver::new(config).connect().unwrap()
    }

    #[track_caller]
    fn run(&mut self, statements: &[&str]) {
        for statement in statements {
            self.connection.control(statement).unwrap();
        }
    }

    fn execute(&mut self, sql: &str, binds: &[ValueRef<'_>]) -> Result<u64> {
        self.connection
            .execute(sql, binds)
            .map(|outcome| outcome.affected)
    }

    fn rows(&mut self, sql: &str, binds: &[ValueRef<'_>]) -> Result<Vec<Vec<Value>>> {
        rows(self.connection.as_mut(), sql, binds)
    }

    #[track_caller]
    fn one(&mut self, sql: &str, binds: &[ValueRef<'_>]) -> Value {
        self.rows(sql, binds).unwrap().remove(0).remove(0)
    }

    #[track_caller]
    fn error(&mut self, sql: &str, binds: &[ValueRef<'_>]) -> Error {
        self.connection.execute(sql, binds).unwrap_err()
    }

    fn state(&mut self) -> TransactionState {
        self.connection.transaction(None)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let config = PostgresDriver::new(config());
        if let Ok(mut connection) = config.connect() {
            // Whatever the test left open is closed first, or its locks would be waited for.
            self.connection = config.connect().unwrap();
            drop(connection.control(&format!("DROP SCHEMA IF EXISTS {} CASCADE", self.schema)));
        }
    }
}

fn rows(
    connection: &mut dyn Connection,
    sql: &str,
    binds: &[ValueRef<'_>],
) -> Result<Vec<Vec<Value>>> {
    let mut all = Vec::new();
    connection.query(sql, binds, &mut |row| {
        let values = (0..row.len()).map(|index| Ok(row.get(index)?.to_value()));
        all.push(values.collect::<Result<_>>()?);
        Ok(())
    })?;
    Ok(all)
}

/// The parts of `postgresql://user:password@host:port/database`, which is all that the tests need.
fn config() -> PostgresConfig {
    let url = std::env::var("ORM_TEST_POSTGRES_URL")
        .expect("ORM_TEST_POSTGRES_URL names no server: start one with `tests/run --servers-only`");
    let rest = url
        .strip_prefix("postgresql://")
        .expect("a url of postgresql");
    let (login, place) = rest.rsplit_once('@').expect("user and password");
    let (user, password) = login.split_once(':').expect("a password");
    let (server, database) = place.split_once('/').expect("a database");
    let (host, port) = server.rsplit_once(':').expect("a port");
    PostgresConfig::new(host, port.parse().unwrap())
        .user(user)
        .password(password)
        .database(database)
}

fn text(value: &str) -> Value {
    Value::Text(value.into())
}

const EVERYTHING: [(&str, Value); 9] = [
    ("bool", Value::Bool(true)),
    ("int8", Value::Int(i64::MIN)),
    ("float8", Value::Float(-0.5)),
    ("date", Value::Date(-800_000)),
    ("time", Value::Time(86_399_999_999)),
    ("timestamp", Value::DateTime(-62_135_596_800_000_001)),
    ("timestamptz", Value::Timestamp(1_700_000_000_123_456)),
    ("uuid", Value::Uuid(*b"0123456789abcdef")),
    ("text", Value::Text(String::new())),
];

#[test]
fn values_of_every_kind_read_back() {
    let unprepared = |config: PostgresConfig| config.statement_cache(0);
    let databases = [
        Database::new("values"),
        Database::with("values_unprepared", unprepared),
    ];
    for mut db in databases {
        let mut values = EVERYTHING.to_vec();
        values.push(("text", text("it's \u{1F600} \\ {\"a\", NULL}")));
        values.push(("bytea", Value::Bytes(vec![0, 255, b'\\'])));
        values.push(("bytea", Value::Bytes(Vec::new())));
        for (ty, value) in values {
            let sql = format!("SELECT $1::{ty}, NULL::{ty}, $2::{ty}[] = ARRAY[$1, NULL]");
            let array = [value.as_ref(), ValueRef::Null];
            let row = db
                .rows(&sql, &[value.as_ref(), ValueRef::Array(&array)])
                .unwrap()
                .remove(0);
            assert_eq!(row, [value, Value::Null, Value::Bool(true)], "{ty}");
        }
        for number in [
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::MIN_POSITIVE,
            1e300,
            0.1,
        ] {
            let bind = ValueRef::Float(number);
            assert_eq!(db.one("SELECT $1::float8", &[bind]), Value::Float(number));
        }
        let Value::Float(nan) = db.one("SELECT $1::float8", &[ValueRef::Float(f64::NAN)]) else {
            panic!("no float");
        };
        assert!(nan.is_nan());
    }
}

#[test]
fn columns_of_every_type_take_and_give_values() {
    for cache in [256, 0] {
        let mut db = Database::with(&format!("columns_{cache}"), |c| c.statement_cache(cache));
        db.run(&[
            "CREATE TYPE mood AS ENUM ('sad', 'happy')",
            "CREATE DOMAIN age AS int4 CHECK (VALUE > 0)",
        ]);
        let cases = [
            ("int2", Value::Int(-32_768), Value::Int(-32_768)),
            ("int4", Value::Int(7), Value::Int(7)),
            ("float4", Value::Float(0.25), Value::Float(0.25)),
            ("float8", Value::Int(3), Value::Float(3.0)),
            ("varchar(5)", text("abc"), text("abc")),
            ("char(5)", text("abc"), text("abc  ")),
            ("name", text("abc"), text("abc")),
            ("mood", text("happy"), text("happy")),
            ("age", Value::Int(30), Value::Int(30)),
            ("json", text("{\"a\": 1}"), text("{\"a\": 1}")),
            ("jsonb", text("{\"a\":1}"), text("{\"a\": 1}")),
            ("oid", Value::Int(4_000_000_000), Value::Int(4_000_000_000)),
            ("timestamp", Value::Timestamp(1), Value::DateTime(1)),
            ("timestamptz", Value::DateTime(1), Value::Timestamp(1)),
        ];
        for (ty, given, taken) in cases {
            db.run(&[
                "DROP TABLE IF EXISTS t",
                &format!("CREATE TABLE t (a {ty})"),
            ]);
            let bind = [given.as_ref()];
            assert_eq!(
                db.execute("INSERT INTO t (a) VALUES ($1)", &bind).unwrap(),
                1,
                "{ty}"
            );
            assert_eq!(db.one("SELECT a FROM t", &[]), taken, "{ty}");
            if ty != "json" {
                let list = [given.clone(), given.clone()];
                let list = [ValueRef::List(&list)];
                let found = db.one("SELECT count(*) FROM t WHERE a = ANY($1)", &list);
                assert_eq!(found, Value::Int(1), "{ty}");
            }
            db.connection.clear_statements();
        }
    }
}

#[test]
fn types_without_a_kind_take_text_and_refuse_to_be_read() {
    let mut db = Database::new("numeric");
    db.run(&["CREATE TABLE t (price numeric(10, 2), gap interval, at timestamptz)"]);
    let insert = "INSERT INTO t VALUES ($1, $2, 'infinity')";
    db.execute(insert, &[ValueRef::Text("12.50"), ValueRef::Text("1 day")])
        .unwrap();
    db.execute(insert, &[ValueRef::Int(-3), ValueRef::Null])
        .unwrap();
    let list = [ValueRef::Float(12.5), ValueRef::Int(9)];
    let list = [ValueRef::Array(&list)];
    let found = db.one("SELECT price::text FROM t WHERE price = ANY($1)", &list);
    assert_eq!(found, text("12.50"));

    let error = db.rows("SELECT price FROM t", &[]).unwrap_err();
    assert_eq!(
        (error.kind(), error.column()),
        (ErrorKind::Decode, Some("price"))
    );
    assert!(error.message().contains("numeric"), "{error}");
    let error = db.rows("SELECT at AS moment FROM t", &[]).unwrap_err();
    assert!(
        error
            .message()
            .contains("moment holds an infinite timestamptz"),
        "{error}"
    );
    let error = db.error(insert, &[ValueRef::Bool(true), ValueRef::Null]);
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert_eq!(db.one("SELECT pg_sleep(0)", &[]), Value::Null);
}

#[test]
fn binds_that_do_not_fit_leave_the_transaction_whole() {
    let mut db = Database::new("binds");
    db.run(&[
        "CREATE TABLE t (a int2, b text)",
        "BEGIN",
        "INSERT INTO t VALUES (1, 'x')",
    ]);
    let insert = "INSERT INTO t VALUES ($1, $2)";
    let cases = [
        (
            ValueRef::Int(70_000),
            ValueRef::Text("a"),
            ErrorKind::OutOfRange,
            "bind 1 is out of the range of int2",
        ),
        (
            ValueRef::Text("secret"),
            ValueRef::Text("a"),
            ErrorKind::Usage,
            "bind 1 is text, but the statement takes int2 there",
        ),
        (
            ValueRef::Int(1),
            ValueRef::Text("secret\0"),
            ErrorKind::OutOfRange,
            "bind 2 has a NUL character, which text can't hold",
        ),
    ];
    for (a, b, kind, message) in cases {
        let error = db.error(insert, &[a, b]);
        assert_eq!((error.kind(), error.message()), (kind, message));
        assert_eq!(error.sql(), Some(insert));
        assert!(!format!("{error:?}").contains("secret"));
        assert_eq!(db.state(), TransactionState::Open);
    }
    let error = db.error(insert, &[ValueRef::Int(1)]);
    assert_eq!(
        error.message(),
        "the statement takes 2 binds, but 1 are given"
    );
    let error = db.error("SELECT '\0'", &[]);
    assert_eq!(error.kind(), ErrorKind::Syntax);
    assert_eq!(db.state(), TransactionState::Open);
    db.run(&["COMMIT"]);
    assert_eq!(db.one("SELECT count(*) FROM t", &[]), Value::Int(1));
}

#[test]
fn outcomes_count_rows() {
    let mut db = Database::new("outcomes");
    db.run(&["CREATE TABLE t (id int8 GENERATED BY DEFAULT AS IDENTITY, a int4)"]);
    let insert = db
        .connection
        .execute("INSERT INTO t (a) VALUES (1), (2), (2)", &[])
        .unwrap();
    assert_eq!(
        insert,
        Outcome {
            affected: 3,
            last_insert_id: 0
        }
    );
    let two = [ValueRef::Int(2)];
    assert_eq!(
        db.execute("UPDATE t SET a = a WHERE a = $1", &two).unwrap(),
        2
    );
    assert_eq!(db.execute("DELETE FROM t WHERE a = $1", &two).unwrap(), 2);
    let mut told = Vec::new();
    let binds: Vec<_> = (1..=3).map(ValueRef::Int).collect();
    let result = db
        .connection
        .execute_each("DELETE FROM t WHERE a = $1", 1, &binds, &mut |done| {
            told.push(done.affected);
            if told.len() == 2 {
                Err(Error::new(ErrorKind::StaleData))
            } else {
                Ok(())
            }
        });
    assert!(result.unwrap_err().is_stale_data());
    assert_eq!(told, [1, 0]);
}

#[test]
fn rows_tell_names_and_refuse_what_they_have_not() {
    let mut db = Database::new("rows");
    let query = |row: &dyn orm_core::driver::Row| {
        assert_eq!((row.len(), row.is_empty()), (2, false));
        assert_eq!((row.name(0), row.name(1), row.name(2)), ("a", "b c", ""));
        assert_eq!(row.get(2).unwrap_err().kind(), ErrorKind::Decode);
        Ok(())
    };
    db.connection
        .query("SELECT 1 AS a, 2 AS \"b c\"", &[], &mut { query })
        .unwrap();
    let mut seen = Vec::new();
    let result = db
        .connection
        .query("SELECT generate_series(1, 1000)", &[], &mut |row| {
            seen.push(row.get(0)?.to_value());
            if seen.len() == 3 {
                Err(Error::new(ErrorKind::NotFound))
            } else {
                Ok(())
            }
        });
    assert!(result.unwrap_err().is_not_found());
    assert_eq!(seen, [Value::Int(1), Value::Int(2), Value::Int(3)]);
    assert_eq!(db.one("SELECT 7", &[]), Value::Int(7));
}

#[test]
fn errors_have_kind_place_and_sql() {
    let mut db = Database::new("errors");
    db.run(&[
        "CREATE TABLE parent (id int8 PRIMARY KEY, email varchar(8) CONSTRAINT uq UNIQUE NOT NULL, \
         n int4 CONSTRAINT ck CHECK (n > 0))",
        "CREATE TABLE child (parent int8 CONSTRAINT fk REFERENCES parent)",
        "INSERT INTO parent VALUES (1, 'a', 1)",
        "INSERT INTO child VALUES (1)",
    ]);
    type Place<'a> = (Option<&'a str>, Option<&'a str>, Option<&'a str>);
    let cases: [(&str, ErrorKind, Place<'_>); 10] = [
        (
            "INSERT INTO parent VALUES (2, 'a', 1)",
            ErrorKind::UniqueViolation,
            (Some("parent"), Some("email"), Some("uq")),
        ),
        (
            "INSERT INTO parent VALUES (2, NULL, 1)",
            ErrorKind::NotNullViolation,
            (Some("parent"), Some("email"), None),
        ),
        (
            "INSERT INTO parent VALUES (2, 'b', 0)",
            ErrorKind::CheckViolation,
            (Some("parent"), None, Some("ck")),
        ),
        (
            "INSERT INTO child VALUES (9)",
            ErrorKind::ForeignKeyViolation,
            (Some("child"), None, Some("fk")),
        ),
        (
            "DELETE FROM parent",
            ErrorKind::ForeignKeyViolation,
            (Some("child"), None, Some("fk")),
        ),
        (
            "INSERT INTO parent VALUES (2, 'much too long', 1)",
            ErrorKind::DataTooLong,
            (None, None, None),
        ),
        (
            "SELECT 2000000000 + 2000000000",
            ErrorKind::OutOfRange,
            (None, None, None),
        ),
        (
            "SELECT * FROM nope",
            ErrorKind::UndefinedTable,
            (Some("nope"), None, None),
        ),
        (
            "SELECT nope FROM parent",
            ErrorKind::UndefinedColumn,
            (None, Some("nope"), None),
        ),
        ("SELEC 1", ErrorKind::Syntax, (None, None, None)),
    ];
    for (sql, kind, place) in cases {
        let error = db.error(sql, &[]);
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!(
            (error.table(), error.column(), error.constraint()),
            place,
            "{error}"
        );
        assert_eq!(error.sql(), Some(sql));
        assert!(error.code().is_some());
        assert!(std::error::Error::source(&error).is_some());
    }
    let error = db.error("SELECT $1::text::int4", &[ValueRef::Text("secret")]);
    assert_eq!(error.kind(), ErrorKind::Database);
    assert!(!format!("{error:?}").contains("secret"));
}

#[test]
fn an_error_aborts_the_transaction_until_a_rollback() {
    let mut db = Database::new("aborted");
    db.run(&["CREATE TABLE t (a int4)"]);
    assert_eq!(db.state(), TransactionState::None);
    db.error("SELECT nope", &[]);
    assert_eq!(db.state(), TransactionState::None);

    db.run(&["BEGIN", "INSERT INTO t VALUES (1)"]);
    assert_eq!(db.state(), TransactionState::Open);
    db.run(&["SAVEPOINT s"]);
    db.error("SELECT 1 / $1::int4", &[ValueRef::Int(0)]);
    assert_eq!(db.state(), TransactionState::Aborted);
    let error = db.error("SELECT 1", &[]);
    assert_eq!(error.kind(), ErrorKind::Transaction);
    db.run(&["ROLLBACK TO SAVEPOINT s"]);
    assert_eq!(db.state(), TransactionState::Open);

    // The server's lie: COMMIT of an aborted transaction succeeds and keeps nothing.
    db.error("SELECT nope", &[]);
    assert_eq!(db.state(), TransactionState::Aborted);
    db.run(&["COMMIT"]);
    assert_eq!(db.state(), TransactionState::None);
    assert_eq!(db.one("SELECT count(*) FROM t", &[]), Value::Int(0));
}

#[test]
fn transactions_are_followed_through_every_verb() {
    let mut db = Database::new("verbs");
    db.execute("BEGIN", &[]).unwrap();
    assert_eq!(db.state(), TransactionState::Open);
    db.rows("COMMIT", &[]).unwrap();
    assert_eq!(db.state(), TransactionState::None);
    db.run(&["BEGIN; SELECT 1"]);
    assert_eq!(db.state(), TransactionState::Open);
    db.run(&["COMMIT AND CHAIN"]);
    assert_eq!(db.state(), TransactionState::Open);
    assert!(db.connection.control("SELECT 1; SELECT nope").is_err());
    assert_eq!(db.state(), TransactionState::Aborted);
    db.run(&["ROLLBACK"]);
    assert!(db.connection.control("BEGIN; SELECT nope; COMMIT").is_err());
    assert_eq!(db.state(), TransactionState::Aborted);
    db.run(&["ROLLBACK"]);
    assert_eq!(db.state(), TransactionState::None);
}

#[test]
fn a_commit_that_a_deferred_key_refuses_ends_the_transaction() {
    let mut db = Database::new("deferred");
    db.run(&[
        "CREATE TABLE parent (id int8 PRIMARY KEY)",
        "CREATE TABLE child (parent int8 REFERENCES parent DEFERRABLE INITIALLY DEFERRED)",
        "BEGIN",
        "INSERT INTO child VALUES (1)",
    ]);
    let error = db.connection.control("COMMIT").unwrap_err();
    assert!(error.is_foreign_key_violation());
    assert_eq!(db.state(), TransactionState::None);
    // It is true: outside a transaction ROLLBACK would only warn, and a savepoint is refused.
    assert!(db.connection.control("SAVEPOINT s").is_err());
}

#[test]
fn conflicts_have_kinds() {
    let mut db = Database::new("conflicts");
    db.run(&["CREATE TABLE t (a int4)", "INSERT INTO t VALUES (1)"]);
    let mut other = db.another();
    other.control("BEGIN").unwrap();
    other.control("UPDATE t SET a = 2").unwrap();
    db.run(&["SET lock_timeout = '50ms'"]);
    let error = db.error("UPDATE t SET a = 3", &[]);
    assert!(error.is_busy(), "{error}");
    db.run(&[
        "SET lock_timeout = 0",
        "BEGIN ISOLATION LEVEL REPEATABLE READ",
        "SELECT * FROM t",
    ]);
    other.control("COMMIT").unwrap();
    let error = db.error("UPDATE t SET a = 3", &[]);
    assert!(error.is_serialization_failure(), "{error}");
    assert_eq!(db.state(), TransactionState::Aborted);
    db.run(&["ROLLBACK", "SET statement_timeout = '50ms'"]);
    let error = db.error("SELECT pg_sleep(5)", &[]);
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::Database, Some("57014"))
    );
    assert!(!db.connection.is_broken());
    let error = db
        .connection
        .control("BEGIN READ ONLY; DELETE FROM t")
        .unwrap_err();
    assert_eq!(
        error.message(),
        "cannot execute DELETE in a read-only transaction"
    );
}

#[test]
fn a_killed_connection_is_lost() {
    let mut db = Database::new("killed");
    let mut killer = db.another();
    let mut kill = |pid: &Value| {
        let sql = "SELECT pg_terminate_backend($1, 5000)";
        assert_eq!(
            rows(killer.as_mut(), sql, &[pid.as_ref()]).unwrap()[0][0],
            Value::Bool(true)
        );
    };
    db.run(&["BEGIN"]);
    kill(&db.one("SELECT pg_backend_pid()", &[]));
    let error = db.error("SELECT 1", &[]);
    assert!(error.is_connection_lost(), "{error}");
    assert!(db.connection.is_broken());
    assert_eq!(db.state(), TransactionState::None);
    assert!(db.error("SELECT 1", &[]).is_connection_lost());
    assert!(db.connection.ping().unwrap_err().is_connection_lost());

    let mut victim = db.another();
    victim.control("BEGIN").unwrap();
    kill(&rows(victim.as_mut(), "SELECT pg_backend_pid()", &[]).unwrap()[0][0]);
    assert!(victim.ping().unwrap_err().is_connection_lost());
    assert!(victim.is_broken());
    assert_eq!(victim.transaction(None), TransactionState::None);

    let mut suicidal = db.another();
    let error = suicidal
        .execute("SELECT pg_terminate_backend(pg_backend_pid())", &[])
        .unwrap_err();
    assert!(error.is_connection_lost(), "{error}");
    assert!(suicidal.is_broken());
    let mut healthy = db.another();
    healthy.ping().unwrap();
    assert!(!healthy.is_broken());
}

#[test]
fn what_the_native_driver_can_not_follow_breaks_the_connection() {
    let mut db = Database::new("copy");
    db.run(&["CREATE TABLE t (a int4)"]);
    let error = db.error("COPY t FROM STDIN", &[]);
    assert!(error.is_connection_lost());
    assert!(db.connection.is_broken());
}

#[test]
fn connections_are_set_up() {
    let mut db = Database::new("setup");
    for (setting, value) in [
        ("TimeZone", "UTC"),
        ("client_encoding", "UTF8"),
        ("application_name", "orm"),
        ("search_path", "dialect_postgres_setup"),
    ] {
        assert_eq!(db.one(&format!("SHOW {setting}"), &[]), text(value));
    }
    assert_eq!(db.connection.server(), "postgres");
    let client = db
        .connection
        .native()
        .downcast_mut::<postgres::Client>()
        .unwrap();
    client.simple_query("SELECT 1").unwrap();
    let mut other =
        PostgresDriver::new(config().application_name("it's me").options("-c geqo=off"))
            .connect()
            .unwrap();
    assert_eq!(
        rows(other.as_mut(), "SHOW application_name", &[]).unwrap()[0][0],
        text("it's me")
    );
    assert_eq!(
        rows(other.as_mut(), "SHOW geqo", &[]).unwrap()[0][0],
        text("off")
    );
}

#[test]
fn a_refused_connection_fails_at_once_and_says_why() {
    let refused = |config: PostgresConfig| {
        let start = Instant::now();
        let driver = PostgresDriver::new(config);
        let error = driver.connect().err().expect("a refusal");
        assert!(start.elapsed() < Duration::from_secs(5));
        assert!(
            !format!("{error:?} {driver:?}").contains("secret"),
            "{error:?}"
        );
        assert!(error.message().contains(&driver.target()), "{error}");
        (error.kind(), error.code().map(str::to_owned))
    };
    let code = |code: &str| Some(code.to_owned());
    assert_eq!(
        refused(config().password("secret")),
        (ErrorKind::Authentication, code("28P01"))
    );
    assert_eq!(
        refused(config().database("no such database")),
        (ErrorKind::Authentication, code("3D000"))
    );
    assert_eq!(
        refused(config().parameter("no_such_parameter", "secret")),
        (ErrorKind::Configuration, code("42704"))
    );
    assert_eq!(
        refused(PostgresConfig::new("127.0.0.1", 1).password("secret")),
        (ErrorKind::ConnectionFailed, None)
    );
    assert_eq!(
        refused(PostgresConfig::new("host.invalid", 1).password("secret")),
        (ErrorKind::ConnectionFailed, None)
    );
    assert_eq!(
        refused(PostgresConfig::new("/no/such/folder", 5432).password("secret")),
        (ErrorKind::ConnectionFailed, None)
    );
}

#[test]
fn a_server_that_never_answers_is_given_up() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let config = PostgresConfig::new("127.0.0.1", port).connect_timeout(Duration::from_millis(100));
    let start = Instant::now();
    let error = PostgresDriver::new(config)
        .connect()
        .err()
        .expect("no answer");
    assert!(start.elapsed() < Duration::from_secs(5));
    assert_eq!(error.kind(), ErrorKind::ConnectionFailed);
    assert!(
        error.message().ends_with("did not answer within 0.1 s"),
        "{error}"
    );
}

#[test]
fn the_next_host_is_tried() {
    let mut db = Database::new("hosts");
    let (host, port) = {
        let target = PostgresDriver::new(config()).target();
        let server = target
            .strip_prefix("postgresql://")
            .unwrap()
            .split('/')
            .next()
            .unwrap();
        let (host, port) = server.rsplit_once(':').unwrap();
        (host.to_owned(), port.parse().unwrap())
    };
    let login = db
        .rows("SELECT current_user::text, current_database()::text", &[])
        .unwrap();
    let [Value::Text(user), Value::Text(database)] = login[0].as_slice() else {
        panic!("{login:?}");
    };
    let url = std::env::var("ORM_TEST_POSTGRES_URL").unwrap();
    let password = url.split('@').next().unwrap().rsplit(':').next().unwrap();
    let config = PostgresConfig::new("127.0.0.1", 1)
        .host(host, port)
        .user(user)
        .password(password)
        .database(database);
    PostgresDriver::new(config)
        .connect()
        .unwrap()
        .ping()
        .unwrap();
}

#[test]
fn a_server_without_tls_is_refused_and_not_talked_to_in_plain_text() {
    for mode in [TlsMode::Require, TlsMode::Insecure] {
        let error = PostgresDriver::new(config().tls(mode))
            .connect()
            .err()
            .expect("a refusal");
        if cfg!(feature = "tls") {
            assert_eq!(error.kind(), ErrorKind::ConnectionFailed);
            assert!(
                error.message().ends_with("server does not support TLS"),
                "{error}"
            );
        } else {
            assert_eq!(error.kind(), ErrorKind::Configuration);
            assert!(error.message().contains("feature tls"), "{error}");
        }
    }
}

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
    let mut db = Database::with("cache", |config| config.statement_cache(2));
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
    let mut db = Database::with("cache_off", |config| config.statement_cache(0));
    db.one("SELECT $1::int4 + 1", &[ValueRef::Int(1)]);
    assert_eq!(prepared(&mut db), 0);
}

#[test]
fn a_warm_statement_costs_one_message() {
    let mut db = Database::new("round_trips");
    db.run(&[
        "CREATE TABLE t (id int8 PRIMARY KEY)",
        "INSERT INTO t VALUES (1)",
    ]);
    let sql = "SELECT id FROM t WHERE id = $1";
    db.one(sql, &[ValueRef::Int(1)]);
    let parsed = |db: &mut Database| {
        db.one("SELECT calls FROM (SELECT sum(generic_plans + custom_plans)::int8 AS calls FROM pg_prepared_statements WHERE statement LIKE 'SELECT id%') AS s", &[])
    };
    let before = parsed(&mut db);
    for _ in 0..10 {
        db.one(sql, &[ValueRef::Int(1)]);
    }
    let (Value::Int(before), Value::Int(after)) = (before, parsed(&mut db)) else {
        panic!("no counts");
    };
    assert_eq!(after - before, 10);
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

#[test]
fn batches_write_many_rows_in_one_statement() {
    for cache in [256, 0] {
        let mut db = Database::with(&format!("batch_{cache}"), |c| c.statement_cache(cache));
        db.run(&["CREATE TABLE v (id int8 GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, name varchar(8), version int4, at timestamptz, note text DEFAULT 'd')"]);
        let column = |name, ty| BatchColumn { name, ty };
        let name = column("name", &Type::Text);
        let (id, version) = (column("id", &Type::Int64), column("version", &Type::Int32));
        let at = column("at", &Type::Timestamp);
        let sql = |write: &dyn Fn(&mut SqlWriter<'_>) -> Result<()>| {
            let mut w = SqlWriter::new(&PostgresDialect);
            write(&mut w).unwrap();
            w.finish().0
        };

        let insert = BatchInsert {
            table: "v",
            columns: &[name, version, at],
            rows: BatchRows::Arrays,
            returning: Some("id"),
        };
        let insert = sql(&|w| write_batch_insert(w, &insert));
        let names: Vec<Value> = (0..500).map(|n| text(&format!("n{}", 499 - n))).collect();
        let versions = vec![ValueRef::Null; 500];
        let ats: Vec<_> = (0..500).map(ValueRef::Timestamp).collect();
        let binds = [
            ValueRef::List(&names),
            ValueRef::Array(&versions),
            ValueRef::Array(&ats),
        ];
        let ids = db.rows(&insert, &binds).unwrap().concat();
        assert!(ids.is_sorted_by_key(|id| match id {
            Value::Int(id) => *id,
            _ => 0,
        }));
        assert_eq!(ids.len(), 500);
        assert_eq!(
            db.one("SELECT name FROM v WHERE id = $1", &[ids[1].as_ref()]),
            text("n498")
        );

        let plain = BatchInsert {
            table: "v",
            columns: &[name],
            rows: BatchRows::Arrays,
            returning: None,
        };
        let plain = sql(&|w| write_batch_insert(w, &plain));
        assert_eq!(
            db.execute(&plain, &[ValueRef::List(&[text("x")])]).unwrap(),
            1
        );
        assert_eq!(db.execute(&plain, &[ValueRef::List(&[])]).unwrap(), 0);
        let long = [text("much too long")];
        assert_eq!(
            db.error(&plain, &[ValueRef::List(&long)]).kind(),
            ErrorKind::DataTooLong
        );
        for rows in [BatchRows::Arrays, BatchRows::Rows(1)] {
            let nothing = BatchInsert {
                table: "v",
                columns: &[],
                rows,
                returning: Some("id"),
            };
            let nothing = sql(&|w| write_batch_insert(w, &nothing));
            assert_eq!(db.rows(&nothing, &[]).unwrap().len(), 1);
        }

        let update = BatchUpdate {
            table: "v",
            set: &[name, version],
            key: &[id],
            guard: &[version],
            rows: BatchRows::Arrays,
        };
        let update = sql(&|w| write_batch_update(w, &update));
        let (news, ones) = ([text("a"), text("b"), text("c")], [ValueRef::Int(1); 3]);
        let guards = [ValueRef::Null, ValueRef::Null, ValueRef::Int(7)];
        let binds = [
            ValueRef::List(&news),
            ValueRef::Array(&ones),
            ValueRef::List(&ids[..3]),
            ValueRef::Array(&guards),
        ];
        assert_eq!(db.execute(&update, &binds).unwrap(), 2);

        let delete = BatchDelete {
            table: "v",
            key: &[id],
            guard: &[version],
            rows: BatchRows::Arrays,
        };
        let delete = sql(&|w| write_batch_delete(w, &delete));
        let guards = [ValueRef::Int(1), ValueRef::Int(2), ValueRef::Null];
        let binds = [ValueRef::List(&ids[..3]), ValueRef::Array(&guards)];
        assert_eq!(db.execute(&delete, &binds).unwrap(), 2);
        let left = db
            .rows("SELECT name FROM v WHERE version = 1", &[])
            .unwrap();
        assert_eq!(left, [[text("b")]]);
    }
}

#[test]
fn statements_of_the_dialect_run() {
    let mut db = Database::new("dialect");
    db.run(&["CREATE TABLE t (a varchar(20), n int2, f float4)"]);
    db.run(&["INSERT INTO t VALUES ('100% Äß\\', 1, 1.5), ('100x äß', 2, 2.5)"]);
    let select = |columns, filter| Select {
        columns: vec![Projection::Expr(columns)],
        from: Some(Source {
            table: "t".into(),
            alias: None,
        }),
        filter,
        ..Select::default()
    };
    let mut run = |select: &Select| {
        let mut w = SqlWriter::new(&PostgresDialect);
        write_select(&mut w, select).unwrap();
        let (sql, binds) = w.finish();
        db.rows(&sql, &binds).unwrap().concat()
    };
    let like = |kind, pattern: &str| {
        let pattern = text(pattern);
        let expr = Expr::column("t", "a");
        Expr::Like(Box::new(Like {
            expr,
            kind,
            needle: Value::Null,
            pattern,
        }))
    };
    let n = || Expr::column("t", "n");
    let found = [
        (like(LikeKind::Contains, "%100\\%%"), vec![Value::Int(1)]),
        (like(LikeKind::Contains, "%äß%"), vec![Value::Int(2)]),
        (
            like(LikeKind::ContainsIgnoreCase, "%äß%"),
            vec![Value::Int(1), Value::Int(2)],
        ),
        (like(LikeKind::EndsWith, "%\\\\"), vec![Value::Int(1)]),
        (like(LikeKind::Pattern, "1__x%"), vec![Value::Int(2)]),
    ];
    for (filter, expected) in found {
        assert_eq!(
            run(&select(n(), vec![filter.clone()])),
            expected,
            "{filter:?}"
        );
    }
    let is_in = |list: Vec<Value>, negated| Expr::In {
        expr: Box::new(n()),
        list,
        negated,
    };
    let long: Vec<_> = (2..30_000).map(Value::Int).collect();
    assert_eq!(
        run(&select(n(), vec![is_in(long.clone(), false)])),
        [Value::Int(2)]
    );
    assert_eq!(run(&select(n(), vec![is_in(long, true)])), [Value::Int(1)]);
    let aggregate = |function, name, ty| Expr::Aggregate {
        function,
        expr: Some(Box::new(Expr::column("t", name))),
        distinct: false,
        ty,
    };
    use orm_core::stmt::Aggregate::{Avg, Count, Max, Sum};
    for (expr, expected) in [
        (aggregate(Sum, "n", Type::Int64), Value::Int(3)),
        (aggregate(Avg, "n", Type::Float64), Value::Float(1.5)),
        (aggregate(Sum, "f", Type::Float64), Value::Float(4.0)),
        (aggregate(Max, "n", Type::Int16), Value::Int(2)),
        (aggregate(Count, "n", Type::Int64), Value::Int(2)),
    ] {
        assert_eq!(run(&select(expr, vec![])), [expected]);
    }
}

#[test]
fn literals_equal_their_binds_and_tables_are_listed() {
    let mut db = Database::new("literals");
    let mut values: Vec<_> = EVERYTHING.into_iter().collect();
    values.push(("text", text("it's a \\ \"b\" é")));
    values.push(("bytea", Value::Bytes(vec![0, 92, 39])));
    values.push(("float8", Value::Float(f64::INFINITY)));
    for conforming in ["on", "off"] {
        db.run(&[&format!("SET standard_conforming_strings = {conforming}")]);
        for (index, (ty, value)) in values.iter().enumerate() {
            let literal = PostgresDialect.literal(value).unwrap();
            db.run(&[
                &format!("CREATE TABLE t{index} (a {ty} DEFAULT {literal})"),
                &format!("INSERT INTO t{index} DEFAULT VALUES"),
            ]);
            let same = db.one(&format!("SELECT a = $1 FROM t{index}"), &[value.as_ref()]);
            assert_eq!(same, Value::Bool(true), "{literal}");
        }
        let tables = db
            .rows(PostgresDialect.list_tables(), &[])
            .unwrap()
            .concat();
        assert_eq!(tables.len(), values.len());
        assert_eq!(tables[0], text("t0"));
        for index in 0..values.len() {
            db.run(&[&format!("DROP TABLE t{index}")]);
        }
    }
}

#[test]
fn inside_a_task_every_call_is_an_error_that_says_what_to_do() {
    let mut db = Database::new("tokio");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let check = |result: Result<()>| {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert!(
            error
                .hint()
                .unwrap()
                .contains("tokio::task::spawn_blocking"),
            "{error}"
        );
    };
    runtime.block_on(async {
        check(PostgresDriver::new(config()).connect().map(drop));
        check(db.connection.execute("SELECT 1", &[]).map(drop));
        check(db.connection.query("SELECT 1", &[], &mut |_| Ok(())));
        check(db.connection.control("SELECT 1"));
        check(db.connection.ping());
        // Asking leaves the task its whole budget of operations.
        for _ in 0..100 {
            tokio::task::coop::consume_budget().await;
        }
    });
    assert!(!db.connection.is_broken());
    let connection = db.another();
    runtime.block_on(async move {
        let blocking = tokio::task::spawn_blocking(move || {
            let mut connection = PostgresDriver::new(config()).connect()?;
            connection.execute("SELECT 1", &[])
        });
        blocking.await.unwrap().unwrap();
        // Dropping blocks too, which would panic here.
        drop(connection);
    });
    let _entered = runtime.enter();
    db.run(&["SELECT 1"]);
}
