//! Encrypted connections to real servers, by the options of the URL: whom they trust and whom they refuse.
//!
//! Each server is one of this test's own (`tests/servers/own`), once with a certificate that an authority made
//! here has given to `localhost`, and once without TLS. What the protocol's bytes look like is tested in the
//! dialect crates.

// This is a test runner: its lines are its purpose.
#![allow(clippy::print_stdout)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use libtest_mimic::{Arguments, Trial};
use orm::ErrorKind;
use orm::prelude::*;
use orm_conformance::Backend as _;
use orm_tests::databases::Database;
use orm_tests::own_server::OwnServer;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let folder = tempfile::tempdir().unwrap();
    if !arguments.list {
        make_certificates(folder.path());
    }
    let databases = Database::enabled()
        .into_iter()
        .copied()
        .filter(|b| b.is_server());
    let servers = databases.map(|database| {
        let certificates = folder.path().to_owned();
        let list = arguments.list;
        thread::spawn(move || {
            (
                database,
                (!list)
                    .then(|| Servers::start(database, certificates))
                    .flatten(),
            )
        })
    });
    let servers: Vec<_> = servers.collect();
    let trials = servers.into_iter().flat_map(|server| {
        let (database, servers) = server.join().unwrap();
        trials(database, servers.map(Arc::new).as_ref())
    });
    let trials = trials.collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// What must hold, and the function that panics if it doesn't.
type Case = (&'static str, fn(&Servers));

const CASES: &[Case] = &[
    ("a_trusted_authority_is_taken", a_trusted_authority_is_taken),
    (
        "a_statement_is_stopped_over_tls",
        a_statement_is_stopped_over_tls,
    ),
    (
        "an_unknown_authority_is_refused",
        an_unknown_authority_is_refused,
    ),
    ("another_host_name_is_refused", another_host_name_is_refused),
    (
        "anyone_is_taken_without_verification",
        anyone_is_taken_without_verification,
    ),
    (
        "a_server_without_tls_is_refused",
        a_server_without_tls_is_refused,
    ),
];

fn trials(database: Database, servers: Option<&Arc<Servers>>) -> Vec<Trial> {
    let trial = |(name, run): &Case| {
        let name = format!("{name} on {}", database.name());
        let run = *run;
        match servers.cloned() {
            Some(servers) => Trial::test(name, move || {
                run(&servers);
                Ok(())
            }),
            None => Trial::test(
                format!("{name} (this machine has no programs of such a server)"),
                || Ok(()),
            )
            .with_ignored_flag(true),
        }
    };
    CASES.iter().map(trial).collect()
}

// ---- the cases -------------------------------------------------------------------------------

fn a_trusted_authority_is_taken(servers: &Servers) {
    let url = servers.secure("localhost", "sslmode=require&sslrootcert=authority.pem");
    assert!(is_encrypted(servers.database, &url));
}

fn a_statement_is_stopped_over_tls(servers: &Servers) {
    let endless = match servers.database {
        Database::Postgres => "SELECT pg_sleep(60)::text",
        _ => "SELECT 1 FROM (SELECT 1) t WHERE SLEEP(60)",
    };
    for mode in [
        "sslmode=require&sslrootcert=authority.pem",
        "sslmode=insecure",
    ] {
        let url = servers.secure("localhost", mode);
        let mut conn = Engine::connect(&url).unwrap().connection().unwrap();
        conn.time_limit(Duration::from_millis(100));
        let error = conn.raw_query(endless, &[], &mut |_| Ok(())).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Canceled, "{error}");
    }
}

fn an_unknown_authority_is_refused(servers: &Servers) {
    refused(
        &servers.secure("localhost", "sslmode=require"),
        "UnknownIssuer",
    );
    let other = servers.secure("localhost", "sslmode=require&sslrootcert=other.pem");
    refused(&other, "UnknownIssuer");
}

fn another_host_name_is_refused(servers: &Servers) {
    let url = servers.secure("127.0.0.1", "sslmode=require&sslrootcert=authority.pem");
    refused(&url, "not valid for name");
}

fn anyone_is_taken_without_verification(servers: &Servers) {
    for host in ["localhost", "127.0.0.1"] {
        let url = servers.secure(host, "sslmode=insecure");
        assert!(is_encrypted(servers.database, &url), "{host}");
    }
}

fn a_server_without_tls_is_refused(servers: &Servers) {
    for mode in [
        "sslmode=require&sslrootcert=authority.pem",
        "sslmode=insecure",
    ] {
        let url = servers.at(&servers.plain, "localhost", mode);
        let error = Engine::connect(&url).and_then(|engine| engine.connection().map(drop));
        let error = error.unwrap_err();
        let kinds = [ErrorKind::Configuration, ErrorKind::ConnectionFailed];
        assert!(kinds.contains(&error.kind()), "{error}");
        assert!(error.message().to_lowercase().contains("tls"), "{error}");
    }
    let plain = servers.at(&servers.plain, "127.0.0.1", "sslmode=disable");
    assert!(!is_encrypted(servers.database, &plain));
}

#[track_caller]
fn refused(url: &str, why: &str) {
    let error = Engine::connect(url).and_then(|engine| engine.connection().map(drop));
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionFailed, "{error}");
    assert!(error.message().contains(why), "{error}");
}

/// Whether the server reports a connection by this URL as encrypted.
fn is_encrypted(database: Database, url: &str) -> bool {
    let sql = match database {
        Database::Postgres => "SELECT ssl::text FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
        _ => "SHOW SESSION STATUS LIKE 'Ssl_cipher'",
    };
    let mut said = String::new();
    let mut conn = Engine::connect(url).unwrap().connection().unwrap();
    conn.raw_query(sql, &[], &mut |row| {
        said = orm_core::types::DbType::from_value(row.get(row.len() - 1)?).unwrap();
        Ok(())
    })
    .unwrap();
    !said.is_empty() && said != "false"
}

// ---- the servers -----------------------------------------------------------------------------

/// One kind of server, with TLS and without.
struct Servers {
    database: Database,
    certificates: PathBuf,
    tls: OwnServer,
    plain: OwnServer,
}

impl Servers {
    fn start(database: Database, certificates: PathBuf) -> Option<Self> {
        Some(Self {
            database,
            tls: OwnServer::start(database, Some(&certificates), &[])?,
            plain: OwnServer::start(database, None, &[])?,
            certificates,
        })
    }

    fn secure(&self, host: &str, options: &str) -> String {
        self.at(&self.tls, host, options)
    }

    /// The URL of `server` under another name of its host; certificates are named by their files.
    fn at(&self, server: &OwnServer, host: &str, options: &str) -> String {
        let folder = format!("sslrootcert={}/", self.certificates.display());
        let options = options.replace("sslrootcert=", &folder);
        format!("{}?{options}", server.url().replace("127.0.0.1", host))
    }
}

/// An authority, the certificate that it gives to `localhost`, and another authority.
fn make_certificates(folder: &Path) {
    let make = |name: &str, key: &str, more: &[&str]| {
        let made = Command::new("openssl")
            .args([
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
            ])
            .args(["-days", "2", "-subj"])
            .arg(format!("/CN={name}"))
            .args(["-keyout", key, "-out"])
            .arg(format!("{name}.pem"))
            .args(more)
            .current_dir(folder)
            .output()
            .unwrap_or_else(|error| panic!("openssl can't be started: {error}"));
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
    };
    make("authority", "authority.key", &[]);
    make("other", "other.key", &[]);
    let given = [
        "-CA",
        "authority.pem",
        "-CAkey",
        "authority.key",
        "-addext",
        "subjectAltName=DNS:localhost",
    ];
    let leaf = ["-addext", "basicConstraints=critical,CA:FALSE"];
    make("server", "server.key", &[&given[..], &leaf].concat());
}
