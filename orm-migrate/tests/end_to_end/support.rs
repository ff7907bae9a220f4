//! What all cases use: a generated project outside of the workspace, the real program, databases of
//! their own, and the databases' own shells.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use orm::engine::{Connection, Engine};
use orm_core::value::ValueRef;

/// Two related models in a private module.
pub(crate) const MODELS: &str = r#"
mod models {
    use orm::prelude::*;

    #[derive(Model, Clone, Debug)]
    #[orm(table = "posts")]
    pub struct Post {
        #[orm(primary_key)]
        pub id: i64,
        #[orm(length = 200, index)]
        pub title: String,
        #[orm(references = User.id, on_delete = cascade)]
        pub author_id: i64,
    }

    #[derive(Model, Clone, Debug)]
    #[orm(table = "users")]
    pub struct User {
        #[orm(primary_key)]
        pub id: i64,
        #[orm(unique, length = 50)]
        pub username: String,
        pub email: Option<String>,
    }
}
"#;

/// A folder with generated files, in which the program is run.
pub(crate) struct Project {
    folder: PathBuf,
}

impl Project {
    /// An empty folder. It is made anew for each run, and stays for a look at what went wrong.
    pub(crate) fn empty(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("end_to_end")
            .join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self { folder }
    }

    /// A crate that is no member of any workspace, with `lib` as its lib.rs. It bears the project's name:
    /// of two libraries of one name in one target folder, the later one would replace the other.
    pub(crate) fn new(name: &str, lib: &str) -> Self {
        let project = Self::empty(name);
        project.write("Cargo.toml", &format!("{}\n[workspace]\n", manifest(name)));
        project.write("src/lib.rs", lib);
        project.lock();
        project
    }

    /// The versions that the workspace has built already.
    pub(crate) fn lock(&self) {
        fs::copy(root().join("Cargo.lock"), self.folder.join("Cargo.lock")).unwrap();
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.join(path)
    }

    /// A migration with its scripts.
    pub(crate) fn migration(&self, name: &str, up: &str, down: &str) {
        self.write(&format!("migrations/{name}/up.sql"), up);
        self.write(&format!("migrations/{name}/down.sql"), down);
    }

    /// The name of the only migration.
    pub(crate) fn only_migration(&self) -> String {
        let mut names = fs::read_dir(self.path("migrations")).unwrap();
        let name = names
            .next()
            .unwrap()
            .unwrap()
            .file_name()
            .into_string()
            .unwrap();
        assert!(names.next().is_none(), "there is more than one migration");
        name
    }

    /// Runs the program in the project's folder.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.run_program(Path::new(env!("CARGO_BIN_EXE_orm-migrate")), arguments, &[])
    }

    /// Runs a program in the project's folder, with variables.
    pub(crate) fn run_program(
        &self,
        program: &Path,
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> Ran {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(&self.folder)
            .stdin(Stdio::null());
        command.env_remove("DATABASE_URL");
        // One target folder for all generated crates, so that dependencies are built once.
        command.env(
            "CARGO_TARGET_DIR",
            Path::new(env!("CARGO_TARGET_TMPDIR")).join("target"),
        );
        command.env("CARGO_TERM_COLOR", "never");
        command.envs(variables.iter().copied());
        let output = command.output().unwrap();
        Ran::new(arguments, &output)
    }
}

/// A manifest of a package that depends on `orm` without any driver.
pub(crate) fn manifest(name: &str) -> String {
    let orm = root().join("orm");
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
         [dependencies]\norm = {{ path = {:?}, default-features = false }}\n",
        orm.display().to_string()
    )
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// What a run of the program printed, and how it ended.
pub(crate) struct Ran {
    command: String,
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    fn new(arguments: &[&str], output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_owned()).unwrap();
        Self {
            command: arguments.join(" "),
            code: output.status.code(),
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    }

    /// Asserts the exit code.
    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Self {
        let Self {
            command, out, err, ..
        } = &self;
        assert_eq!(
            self.code,
            Some(code),
            "{command}\n--- stdout\n{out}\n--- stderr\n{err}"
        );
        self
    }

    /// Asserts that stderr holds each of `expected`.
    #[track_caller]
    pub(crate) fn says(self, expected: &[&str]) -> Self {
        for expected in expected {
            let Self { command, err, .. } = &self;
            assert!(
                err.contains(expected),
                "{command}\n--- expected\n{expected}\n--- stderr\n{err}"
            );
        }
        self
    }

    /// Asserts all of stdout.
    #[track_caller]
    pub(crate) fn prints(self, expected: &str) -> Self {
        assert_eq!(self.out, expected, "{}", self.command);
        self
    }
}

/// A database of one test's own, dropped at its end.
pub(crate) struct Database {
    /// The name for `--dialect`.
    pub(crate) dialect: &'static str,
    pub(crate) url: String,
    /// What made it, and its name there; none for a file.
    server: Option<(String, String)>,
}

impl Database {
    pub(crate) fn sqlite(project: &Project) -> Self {
        let url = format!("sqlite://{}", project.path("test.db").display());
        Self {
            dialect: "sqlite",
            url,
            server: None,
        }
    }

    /// One of each database that this build tests.
    pub(crate) fn all(project: &Project) -> Vec<Self> {
        #[cfg_attr(
            not(any(feature = "test-postgres", feature = "test-mysql")),
            expect(unused_mut)
        )]
        let mut all = vec![Self::sqlite(project)];
        #[cfg(feature = "test-postgres")]
        all.push(Self::postgres());
        #[cfg(feature = "test-mysql")]
        all.extend(Self::mariadb_and_mysql());
        all
    }

    #[cfg(feature = "test-postgres")]
    pub(crate) fn postgres() -> Self {
        Self::on_server("postgres", "ORM_TEST_POSTGRES_URL")
    }

    /// One of MariaDB and one of MySQL, without the server that the run leaves out: tests/run marks it by
    /// `ORM_TEST_MYSQL=not-run`, and prints the reason.
    #[cfg(feature = "test-mysql")]
    pub(crate) fn mariadb_and_mysql() -> impl Iterator<Item = Self> {
        ["ORM_TEST_MARIADB", "ORM_TEST_MYSQL"]
            .into_iter()
            .filter(|variable| std::env::var(variable).as_deref() != Ok("not-run"))
            .map(|variable| Self::on_server("mysql", &format!("{variable}_URL")))
    }

    #[cfg_attr(
        not(any(feature = "test-postgres", feature = "test-mysql")),
        expect(dead_code)
    )]
    fn on_server(dialect: &'static str, variable: &str) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let server = std::env::var(variable).unwrap_or_else(|_| {
            panic!("{variable} names no server; `tests/run` starts one and runs these tests")
        });
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("orm_migrate_{}_{number}", std::process::id());
        connect(&server)
            .raw_control(&format!("CREATE DATABASE {name}"))
            .unwrap();
        let (place, options) = match server.split_once('?') {
            Some((place, options)) => (place, format!("?{options}")),
            None => (server.as_str(), String::new()),
        };
        let (host, _) = place.rsplit_once('/').unwrap();
        let url = format!("{host}/{name}{options}");
        Self {
            dialect,
            url,
            server: Some((server, name)),
        }
    }

    #[cfg(any(feature = "test-postgres", feature = "test-mysql"))]
    pub(crate) fn is_mariadb(&self) -> bool {
        connect(&self.url).dialect().name() == "mariadb"
    }

    pub(crate) fn has_transactional_ddl(&self) -> bool {
        self.dialect != "mysql"
    }

    pub(crate) fn execute(&self, sql: &str) {
        connect(&self.url).raw_control(sql).unwrap();
    }

    /// The first column of a query's rows as text.
    pub(crate) fn query(&self, sql: &str) -> Vec<String> {
        let mut texts = Vec::new();
        let mut connection = connect(&self.url);
        connection
            .raw_query(sql, &[], &mut |row| {
                texts.push(match row.get(0)? {
                    ValueRef::Text(text) => text.to_owned(),
                    other => other.to_json(""),
                });
                Ok(())
            })
            .unwrap();
        texts
    }

    /// The tables, the migration history included and the migration log left out.
    pub(crate) fn tables(&self) -> Vec<String> {
        let mut tables = self.tables_and_log();
        tables.retain(|name| name != "__orm_migration_log");
        tables
    }

    /// All tables.
    pub(crate) fn tables_and_log(&self) -> Vec<String> {
        let sql = connect(&self.url).dialect().list_tables();
        let mut tables = self.query(sql);
        tables.sort();
        tables
    }

    /// Pipes a script into the database's own shell, which must take all of it.
    #[cfg(any(feature = "test-postgres", feature = "test-mysql"))]
    pub(crate) fn shell(&self, script: &str) {
        use std::io::Write as _;
        let mut command = match self.dialect {
            "sqlite" => {
                let mut command = Command::new("sqlite3");
                command
                    .arg("-bail")
                    .arg(self.url.trim_start_matches("sqlite://"));
                command
            }
            "postgres" => {
                let mut command = Command::new("psql");
                command.args(["-X", "-v", "ON_ERROR_STOP=1", "-d", &self.url]);
                command
            }
            _ => mysql_shell(
                if self.is_mariadb() {
                    "mariadb"
                } else {
                    "mysql"
                },
                &self.url,
            ),
        };
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?} can't be started: {error}"));
        child
            .stdin
            .take()
            .unwrap()
            .write_all(script.as_bytes())
            .unwrap();
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "{}'s shell: {said}\n{script}",
            self.dialect
        );
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some((server, name)) = &self.server {
            // A failed test must not fail twice.
            let _ = Engine::connect(server)
                .and_then(|engine| engine.connection())
                .and_then(|mut connection| {
                    connection.raw_control(&format!("DROP DATABASE {name}"))
                });
        }
    }
}

fn connect(url: &str) -> Connection {
    Engine::connect(url)
        .and_then(|engine| engine.connection())
        .unwrap()
}

/// The shell of MariaDB or MySQL, which takes no URL.
#[cfg(any(feature = "test-postgres", feature = "test-mysql"))]
fn mysql_shell(program: &str, url: &str) -> Command {
    let rest = url.split_once("://").unwrap().1;
    let (login, rest) = rest.rsplit_once('@').unwrap();
    let (user, password) = login.split_once(':').unwrap_or((login, ""));
    let (host, name) = rest.split_once('/').unwrap();
    let (host, port) = host.split_once(':').unwrap_or((host, "3306"));
    let name = name.split('?').next().unwrap();
    let mut command = Command::new(program);
    command.args([
        "--no-defaults",
        "--protocol=tcp",
        "-h",
        host,
        "-P",
        port,
        "-u",
        user,
        name,
    ]);
    command.env("MYSQL_PWD", password);
    command
}
