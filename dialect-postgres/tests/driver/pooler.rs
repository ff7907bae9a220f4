//! Behind PgBouncer in transaction mode: what it refuses, what it ignores, and what works all the same.
//!
//! Debian's 1.18 passes no startup parameter `options` on.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use dialect_postgres::{PostgresConfig, PostgresDriver};
use orm_core::driver::{Connection, Driver};
use orm_core::error::{Error, ErrorKind};
use orm_core::testing::with;

use crate::{Server, rows, text};

/// A pooler of a test's own in front of the server, with two connections to it.
struct Bouncer {
    child: Child,
    port: u16,
    _folder: Folder,
}

struct Folder(std::path::PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Bouncer {
    fn start(name: &str, settings: &str) -> Self {
        let server = Server::new();
        let folder = std::env::temp_dir().join(format!("orm-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let folder = Folder(folder);
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let Server {
            host,
            port: behind,
            user,
            password,
            database,
        } = &server;
        let file = folder.0.join("pgbouncer.ini");
        let ini = format!(
            "[databases]\n{database} = host={host} port={behind} user={user} password={password}\n\
             [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n\
             pool_mode = transaction\ndefault_pool_size = 2\n{settings}\n"
        );
        fs::write(&file, ini).unwrap();
        let users = format!("\"{user}\" \"{password}\"\n");
        fs::write(folder.0.join("users.txt"), users).unwrap();
        let mut command = Command::new("pgbouncer");
        // It refuses to run as root.
        if fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0)
        {
            command.args(["-u", "nobody"]);
        }
        let path = std::env::var("PATH").unwrap_or_default();
        let child = command
            .arg("pgbouncer.ini")
            .current_dir(&folder.0)
            .env("PATH", format!("{path}:/usr/sbin"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect(
                "pgbouncer is not installed: tests/run installs it, or apt-get install pgbouncer",
            );
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(
                start.elapsed() < Duration::from_secs(20),
                "pgbouncer does not listen"
            );
            sleep(Duration::from_millis(20));
        }
        Self {
            child,
            port,
            _folder: folder,
        }
    }

    fn config(&self) -> PostgresConfig {
        Server::new().login(PostgresConfig::new("127.0.0.1", self.port))
    }

    fn connect(
        &self,
        more: impl FnOnce(&mut PostgresConfig),
    ) -> Result<Box<dyn Connection>, Error> {
        PostgresDriver::new(with(self.config(), more)).connect()
    }
}

impl Drop for Bouncer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const IGNORE: &str = "auth_type = any\nignore_startup_parameters = options";

fn one(connection: &mut dyn Connection, sql: &str) -> orm_core::value::Value {
    rows(connection, sql, &[]).unwrap().remove(0).remove(0)
}

#[test]
fn a_pooler_that_refuses_the_parameters_is_told_of_with_the_way_out() {
    let bouncer = Bouncer::start("refusing", "auth_type = any");
    let error = bouncer.connect(|_| ()).err().expect("a refusal");
    assert!(
        error
            .message()
            .ends_with("unsupported startup parameter: options"),
        "{error}"
    );
    assert!(
        error.hint().unwrap().contains("ignore_startup_parameters"),
        "{error}"
    );
}

#[test]
fn behind_a_pooler_that_ignores_the_parameters_the_time_zone_is_set() {
    let bouncer = Bouncer::start("zone", IGNORE);
    let mut admin = PostgresDriver::new(crate::config()).connect().unwrap();
    let zone = |zone: &str| format!("ALTER ROLE {} {zone}", Server::new().user);
    admin.control(&zone("SET TimeZone = 'Asia/Tokyo'")).unwrap();
    let connected: Vec<_> = (0..4)
        .map(|_| bouncer.connect(|c| c.statement_cache = 0))
        .collect();
    admin.control(&zone("RESET TimeZone")).unwrap();
    let mut connections: Vec<_> = connected.into_iter().map(Result::unwrap).collect();
    // More clients than connections, so that each works on all of them, in transactions and without.
    for round in 0..20 {
        for connection in &mut connections {
            let connection = connection.as_mut();
            assert_eq!(
                one(connection, "SELECT current_setting('TimeZone')"),
                text("UTC")
            );
            if round % 5 == 0 {
                connection.control("BEGIN").unwrap();
                assert_eq!(
                    one(connection, "SELECT current_setting('TimeZone')"),
                    text("UTC")
                );
                connection.control("COMMIT").unwrap();
                connection.reset().unwrap();
            }
        }
    }
}

#[test]
fn a_parameter_that_a_pooler_ignores_is_an_error() {
    type More = fn(&mut PostgresConfig);
    let bouncer = Bouncer::start("ignoring", IGNORE);
    let ignored: [(&str, More); 4] = [
        ("search_path", |c| add(c, "search_path", "elsewhere")),
        ("statement_timeout", |c| add(c, "statement_timeout", "5000")),
        ("orm.mark", |c| add(c, "orm.mark", "5")),
        ("work_mem", |c| c.options = Some("-c work_mem=3MB".into())),
    ];
    for (name, more) in ignored {
        let error = bouncer.connect(more).err().expect(name);
        assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
        assert!(
            error.message().contains(&format!("the parameter {name} ")),
            "{error}"
        );
        let way = format!("ALTER ROLE … SET {name}");
        assert!(error.hint().unwrap().contains(&way), "{error}");
        // The server itself takes it, whatever it makes of the text.
        PostgresDriver::new(with(crate::config(), more))
            .connect()
            .unwrap();
    }
    // What is so in any case is no reason to refuse.
    let usual = |c: &mut PostgresConfig| {
        add(c, "geqo", "true");
        add(c, "statement_timeout", "0ms");
    };
    bouncer.connect(usual).unwrap();
}

fn add(config: &mut PostgresConfig, name: &str, value: &str) {
    config.parameters.push((name.into(), value.into()));
}

#[test]
fn a_kept_statement_of_another_client_is_told_of_with_the_way_out() {
    let bouncer = Bouncer::start("kept", IGNORE);
    let mut connection = bouncer.connect(|_| ()).unwrap();
    // Another program's statements, whose names the native client numbers in the same way.
    let names = (0..5000).map(|number| format!("PREPARE s{number} AS SELECT 1;"));
    connection.control(&names.collect::<String>()).unwrap();
    let error = connection.execute("SELECT 2", &[]).unwrap_err();
    assert_eq!(error.code(), Some("42P05"));
    let hint = error.hint().unwrap();
    assert!(hint.contains("statement_cache=0"), "{hint}");
}

#[test]
fn a_password_is_not_sent_in_clear_text_unless_that_is_allowed() {
    let asks = "auth_type = plain\nauth_file = users.txt\nignore_startup_parameters = options";
    let bouncer = Bouncer::start("cleartext", asks);
    let error = bouncer.connect(|_| ()).err().expect("a refusal");
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert!(
        error
            .message()
            .ends_with("the server requests the password in clear text"),
        "{error}"
    );
    assert!(
        error
            .hint()
            .unwrap()
            .contains("allow_cleartext_password=true"),
        "{error}"
    );
    bouncer
        .connect(|config| config.allow_cleartext_password = true)
        .unwrap();
}
