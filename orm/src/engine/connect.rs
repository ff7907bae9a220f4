//! Creates a driver from a URL. This is the only code of this crate that calls a dialect crate (`lib.rs` re-exports
//! them).
//!
//! A database whose Cargo feature is off is an error that names the feature.

use std::sync::Arc;

use orm_core::driver::Driver;
#[cfg(any(feature = "postgres", feature = "mysql"))]
use orm_core::driver::TlsMode;
use orm_core::error::{Error, Result};
use orm_core::sql::Dialect;

use super::url::{IntoUrl, Url, UrlReader, wrong};

/// Sets what a URL gives: the field's own default stands for what it doesn't.
#[cfg(any(feature = "postgres", feature = "mysql"))]
fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}

/// Sets what the URLs of all servers have in common.
#[cfg(any(feature = "postgres", feature = "mysql"))]
macro_rules! set_server {
    ($config:ident, $url:ident, $place:expr) => {
        let certificates = $url.take("sslrootcert");
        $config.tls = tls($url, $place, certificates.is_some())?;
        $config.root_certificates = certificates.map(Into::into);
        $config.user = $url.url.user().map(Into::into);
        $config.password = $url.url.password().map(Into::into);
        $config.database = $url.database();
        set(
            &mut $config.connect_timeout,
            $url.take_seconds("connect_timeout")?,
        );
        set(
            &mut $config.answer_timeout,
            $url.take_seconds("answer_timeout")?,
        );
        set(
            &mut $config.tcp_user_timeout,
            $url.take_millis("tcp_user_timeout")?,
        );
        set(
            &mut $config.statement_cache,
            $url.take_number("statement_cache")?,
        );
    };
}

/// Returns the driver that an engine for `url` would use, and the dialects that its connections may report. A program
/// can wrap the driver, for instance to count statements or to inject faults, and pass both to
/// [`Engine::with_driver`](super::Engine::with_driver).
///
/// Options of the engine itself, such as `pool_size`, are not accepted in this URL.
///
/// # Errors
/// As [`Engine::connect`](super::Engine::connect).
pub fn driver_for(url: impl IntoUrl) -> Result<Target> {
    let url = Url::parse(&url.into_text())?;
    driver(UrlReader::new(url), false)
}

/// Holds a driver and the dialects of the servers that it may connect to.
pub type Target = (Arc<dyn Driver>, Vec<&'static dyn Dialect>);

/// `url_options.md` documents the options in the URL of each database.
#[cfg_attr(
    not(feature = "postgres"),
    expect(
        unused_variables,
        reason = "only PostgreSQL's driver has a runtime to block"
    )
)]
#[cfg_attr(
    not(any(feature = "sqlite", feature = "postgres", feature = "mysql")),
    expect(unused_mut, reason = "only drivers take options")
)]
pub(super) fn driver(mut url: UrlReader, allow_blocking_in_async: bool) -> Result<Target> {
    let target = match url.url.scheme() {
        #[cfg(feature = "sqlite")]
        "sqlite" => sqlite(&mut url),
        #[cfg(feature = "postgres")]
        "postgresql" | "postgres" => postgres(&mut url, allow_blocking_in_async),
        #[cfg(feature = "mysql")]
        "mysql" | "mariadb" => mysql(&mut url),
        other => Err(no_driver(other)),
    }?;
    url.finish()?;
    Ok(target)
}

/// The dialects that are built into the program.
pub(crate) fn linked_dialects() -> &'static [&'static dyn Dialect] {
    &[
        #[cfg(feature = "sqlite")]
        &dialect_sqlite::SqliteDialect,
        #[cfg(feature = "postgres")]
        &dialect_postgres::PostgresDialect,
        #[cfg(feature = "mysql")]
        &dialect_mysql::MysqlDialect::MySql,
        #[cfg(feature = "mysql")]
        &dialect_mysql::MysqlDialect::MariaDb,
    ]
}

fn no_driver(scheme: &str) -> Error {
    let feature = match scheme {
        "sqlite" => "sqlite",
        "postgresql" | "postgres" => "postgres",
        "mysql" | "mariadb" => "mysql",
        other => {
            return wrong(format!("unknown scheme {other} in the database URL")).with_hint(
                "the known schemes are sqlite, postgresql, postgres, mysql and mariadb",
            );
        }
    };
    wrong(format!("the Cargo feature {feature} of orm is off")).with_hint(format!(
        "add it to Cargo.toml: orm = {{ features = [\"{feature}\"] }}"
    ))
}

#[cfg(feature = "postgres")]
fn postgres(url: &mut UrlReader, allow_blocking_in_async: bool) -> Result<Target> {
    use dialect_postgres::{PostgresConfig, PostgresDialect, PostgresDriver};
    // A socket's folder may also stand where a host can't be written: ?host=/run/postgresql
    let host = url.take("host").unwrap_or_else(|| url.host().to_owned());
    let port = url.take_number("port")?.or(url.url.port());
    let mut config = PostgresConfig::new(&host, port.unwrap_or(5432));
    set_server!(config, url, &host);
    set(&mut config.application_name, url.take("application_name"));
    config.options = url.take("options");
    config.allow_cleartext_password = url.take_switch("allow_cleartext_password")? == Some(true);
    config.allow_blocking_in_async = allow_blocking_in_async;
    for parameter in ["search_path", "statement_timeout", "lock_timeout"] {
        let value = url.take(parameter);
        config
            .parameters
            .extend(value.map(|value| (parameter.to_owned(), value)));
    }
    let driver = PostgresDriver::new(config);
    Ok((Arc::new(driver), vec![&PostgresDialect]))
}

#[cfg(feature = "mysql")]
fn mysql(url: &mut UrlReader) -> Result<Target> {
    use dialect_mysql::{MysqlConfig, MysqlDialect, MysqlDriver};
    let mut config = MysqlConfig::new(url.host(), url.url.port().unwrap_or(3306));
    let socket = url.take("socket");
    let place = socket.clone().unwrap_or_else(|| url.host().to_owned());
    set_server!(config, url, &place);
    config.socket = socket.map(Into::into);
    config.server_public_key = url.take("server_public_key").map(Into::into);
    config.allow_public_key_retrieval =
        url.take_switch("allow_public_key_retrieval")? == Some(true);
    for variable in ["innodb_lock_wait_timeout", "auto_increment_increment"] {
        let value = url.take(variable);
        config
            .variables
            .extend(value.map(|value| (variable.to_owned(), value)));
    }
    let driver = MysqlDriver::new(config);
    Ok((
        Arc::new(driver),
        vec![&MysqlDialect::MariaDb, &MysqlDialect::MySql],
    ))
}

/// The TLS mode of a URL to `place`, in the words of the driver: disable, require, insecure.
#[cfg(any(feature = "postgres", feature = "mysql"))]
fn tls(url: &mut UrlReader, place: &str, has_certificate: bool) -> Result<TlsMode> {
    let modes = [
        ("disable", TlsMode::Disable),
        ("require", TlsMode::Require),
        ("insecure", TlsMode::Insecure),
    ];
    let mode = url.take_choice("sslmode", &modes).map_err(|error| {
        error.with_hint(
            "require verifies the certificate and the host name; there is no fallback to an unencrypted connection",
        )
    })?;
    let chosen = mode.unwrap_or(TlsMode::Disable);
    if has_certificate && chosen == TlsMode::Disable {
        return Err(
            wrong("sslrootcert has no effect on an unencrypted connection")
                .with_hint("add sslmode=require, or remove sslrootcert"),
        );
    }
    if mode.is_none() && !is_this_machine(place) {
        warn_once(place);
    }
    Ok(chosen)
}

/// Whether what goes to a host, or to a path of a unix socket, stays on this machine.
#[cfg(any(feature = "postgres", feature = "mysql"))]
fn is_this_machine(host: &str) -> bool {
    let address: Result<std::net::IpAddr, _> = host.parse();
    host.starts_with('/')
        || host.eq_ignore_ascii_case("localhost")
        || address.is_ok_and(|address| address.to_canonical().is_loopback())
}

/// Logs that a connection to another machine is in plain text, once for each.
#[cfg(any(feature = "postgres", feature = "mysql"))]
fn warn_once(host: &str) {
    use std::collections::BTreeSet;
    use std::sync::{Mutex, PoisonError};
    static WARNED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let mut warned = WARNED.lock().unwrap_or_else(PoisonError::into_inner);
    if warned.insert(host.to_owned()) {
        tracing::warn!(
            target: "orm",
            host,
            "connections to another host are not encrypted: add sslmode=require, or sslmode=disable to silence this warning",
        );
    }
}

#[cfg(feature = "sqlite")]
fn sqlite(url: &mut UrlReader) -> Result<Target> {
    use dialect_sqlite::{SqliteDialect, SqliteDriver};
    let mut driver = match relative_if_single(url.url.database()) {
        "" | ":memory:" => SqliteDriver::memory(),
        path => SqliteDriver::file(path),
    };
    let modes = [("ro", Some(true)), ("rw", Some(false)), ("rwc", None)];
    let only_reads = url.take_choice("mode", &modes)?.flatten();
    if only_reads.is_some() && driver.is_private() {
        return Err(
            wrong("mode=ro and mode=rw are not valid for an in-memory database")
                .with_hint("remove mode, or name a file"),
        );
    }
    driver = match only_reads {
        Some(true) => driver.read_only(),
        Some(false) => driver.must_exist(),
        None => driver,
    };
    if url.take_choice("journal", &[("wal", false), ("keep", true)])? == Some(true) {
        driver = driver.without_wal();
    }
    if let Some(timeout) = url.take_millis("busy_timeout")? {
        driver = driver.busy_timeout(timeout);
    }
    if let Some(statements) = url.take_number("statement_cache")? {
        driver = driver.statement_cache(statements);
    }
    Ok((Arc::new(driver), vec![&SqliteDialect]))
}

/// What follows three slashes is relative if it is a single name, or begins with a dot and a slash, as in
/// SQLAlchemy's and Peewee's URLs; a file directly in the root folder takes four slashes.
#[cfg(feature = "sqlite")]
fn relative_if_single(path: &str) -> &str {
    match path.strip_prefix('/') {
        Some(rest) if rest.starts_with('/') => rest,
        Some(rest) if rest.starts_with("./") || rest.starts_with("../") => rest,
        Some(rest) if !rest.contains('/') => rest,
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use orm_core::error::ErrorKind;

    use super::*;

    #[cfg(feature = "sqlite")]
    #[test]
    fn sqlite_paths() {
        for (path, file) in [
            ("a.db", "a.db"),
            ("/a.db", "a.db"),
            ("//a.db", "/a.db"),
            ("/tmp/a.db", "/tmp/a.db"),
            ("dir/a.db", "dir/a.db"),
            ("/./a.db", "./a.db"),
            ("/../a.db", "../a.db"),
            ("/:memory:", ":memory:"),
        ] {
            assert_eq!(relative_if_single(path), file);
        }
    }

    #[cfg(feature = "sqlite")]
    #[test]
    fn a_target_leads_to_the_same_database() {
        for url in [
            "sqlite://",
            "sqlite:///:memory:",
            "sqlite://a.db",
            "sqlite:///a.db",
            "sqlite:////a.db",
            "sqlite:///dir/a.db",
            "sqlite:///./a%3F%25.db",
            "sqlite://a%3Ab%40c.db",
        ] {
            let target = driver_for(url).unwrap().0.target();
            let again = driver_for(&target).unwrap().0;
            assert_eq!(again.target(), target, "{url}");
        }
        assert!(driver_for("sqlite://?mode=ro").is_err());
        assert_eq!(
            driver_for("sqlite:////a.db").unwrap().0.target(),
            "sqlite:////a.db"
        );
    }

    #[cfg(any(feature = "postgres", feature = "mysql"))]
    #[test]
    fn targets_of_servers_are_urls() {
        let mut urls: Vec<String> = Vec::new();
        for scheme in ["postgresql", "mysql"] {
            if cfg!(feature = "postgres") && scheme == "postgresql" {
                urls.push("postgresql:///db?host=/run/x&port=5433".into());
            } else if !(cfg!(feature = "mysql") && scheme == "mysql") {
                continue;
            }
            urls.push(format!("{scheme}://[::1]:77/my%3Fdb%40"));
            urls.push(format!("{scheme}://h:77/db"));
        }
        for url in urls {
            let target = driver_for(&url).unwrap().0.target();
            assert_eq!(target, url);
            assert_eq!(driver_for(&target).unwrap().0.target(), target);
        }
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn a_certificate_without_encryption_is_a_mistake() {
        for url in [
            "postgres://h/db?sslrootcert=x",
            "postgres://h/db?sslrootcert=x&sslmode=disable",
        ] {
            let error = driver_for(url).err().unwrap();
            assert_eq!(error.kind(), ErrorKind::Configuration);
        }
    }

    #[cfg(feature = "sqlite")]
    #[test]
    fn the_journal_of_a_file_can_be_kept() {
        assert!(driver_for("sqlite://a.db?journal=keep").is_ok());
        let error = driver_for("sqlite://a.db?journal=off").err().unwrap();
        assert!(error.message().contains("wal, keep"), "{error}");
    }

    /// The options of a database in the table of the documentation, each with an example.
    fn documented(database: &str) -> Vec<(&'static str, &'static str)> {
        let rows = include_str!("url_options.md").lines();
        let rows = rows.filter_map(|row| row.strip_prefix("| `")?.split_once("` | "));
        let of = rows.filter(|(_, rest)| {
            let (databases, _) = rest.split_once(" | ").unwrap();
            databases
                .split(", ")
                .any(|one| one == "all" || one == database)
        });
        of.map(|(example, _)| (example.split_once('=').unwrap().0, example))
            .collect()
    }

    #[test]
    fn the_table_of_options_is_complete_and_its_examples_are_right() {
        use super::super::Engine;
        let databases = [
            ("SQLite", "sqlite://a.db", cfg!(feature = "sqlite")),
            (
                "PostgreSQL",
                "postgresql://127.0.0.1/db",
                cfg!(feature = "postgres"),
            ),
            ("MySQL", "mysql://127.0.0.1/db", cfg!(feature = "mysql")),
        ];
        for (database, url, _) in databases.into_iter().filter(|(.., is_built)| *is_built) {
            let mut documented = documented(database);
            for (name, example) in &documented {
                let more = match *name {
                    "sslrootcert" => "&sslmode=require",
                    // Else a thread would try to open some.
                    "min_idle" => continue,
                    _ => "",
                };
                Engine::connect(format!("{url}?{example}{more}"))
                    .unwrap_or_else(|error| panic!("{database} {example}: {error}"));
            }
            let refused = Engine::connect(format!("{url}?unknown")).unwrap_err();
            let known = refused
                .hint()
                .unwrap()
                .strip_prefix("the known options are ")
                .unwrap();
            let mut known: Vec<&str> = known.split(", ").collect();
            documented.sort_unstable();
            known.sort_unstable();
            let names: Vec<_> = documented.iter().map(|(name, _)| *name).collect();
            assert_eq!(names, known, "{database}");
        }
    }

    #[cfg(any(feature = "postgres", feature = "mysql"))]
    #[test]
    fn what_stays_on_this_machine_is_known() {
        for host in [
            "localhost",
            "127.0.0.1",
            "127.8.8.8",
            "::1",
            "::ffff:127.0.0.1",
            "/run/x",
        ] {
            assert!(is_this_machine(host), "{host}");
        }
        for host in ["db.example", "10.0.0.1", "localhost.example", "::2"] {
            assert!(!is_this_machine(host), "{host}");
        }
    }

    #[test]
    fn unknown_schemes_are_told() {
        let error = driver_for("oracle://h/db").err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(
            error.to_string().contains("the known schemes are sqlite"),
            "{error}"
        );
    }

    #[cfg(not(feature = "postgres"))]
    #[test]
    fn a_database_that_is_not_built_in_is_told() {
        let error = driver_for("postgresql://u:secret@h/db").err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        let text = error.to_string();
        assert!(
            text.contains("the Cargo feature postgres of orm is off"),
            "{text}"
        );
        assert!(
            text.contains("features = [\"postgres\"]") && !text.contains("secret"),
            "{text}"
        );
    }
}
