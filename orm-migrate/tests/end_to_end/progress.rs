//! The progress of a run: lines on a terminal, nothing in a pipe, and calls in a program.

use std::fs::File;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use orm_migrate::command::{Options, connect, run};
use orm_migrate::migration::{Locking, Migrations, Observer};

use crate::support::{Database, Project};

/// Takes a second or so on SQLite.
const LONG: &str = "SELECT max(i) FROM (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000) \
     SELECT i FROM n);\n";

fn hold_lock(project: &Project) -> File {
    let path = project.path("test.db.orm-migrate.lock");
    std::fs::write(&path, "process 4711 on elsewhere").unwrap();
    let held = File::options().read(true).open(&path).unwrap();
    held.lock().unwrap();
    held
}

#[test]
#[cfg(target_os = "linux")]
fn a_terminal_shows_what_a_run_waits_for_and_how_far_it_is() {
    let project = Project::empty("progress");
    let database = Database::sqlite(&project);
    project.migration("1_a", &format!("SELECT 1;\n{LONG}"), "SELECT 1");
    let held = hold_lock(&project);
    let program = env!("CARGO_BIN_EXE_orm-migrate");
    // `script` runs a command on a terminal of its own.
    let on_terminal = || {
        let command = format!(
            "stty cols 200; {program} run --lock-timeout 2 --url {}",
            database.url
        );
        let shell = format!("script -qec '{command}' /dev/null");
        let ran = project.run_program(std::path::Path::new("/bin/sh"), &["-c", &shell], &[]);
        ran.out
    };
    let out = on_terminal();
    let waits = "waiting for the migration lock, held by process 4711 on elsewhere";
    assert!(out.contains(waits), "{out:?}");
    let piped = project
        .run(&["run", "--lock-timeout", "1", "--url", &database.url])
        .ends(8);
    assert!(!piped.err.contains("waiting"), "{}", piped.err);
    drop(held);
    let out = on_terminal();
    assert!(out.contains("2/2"), "{out:?}");
    assert!(out.contains("applied 1_a (2 statements"), "{out:?}");
}

#[derive(Debug, Default)]
struct Calls(Mutex<Vec<String>>);

impl Calls {
    fn add(&self, call: String) {
        self.0.lock().unwrap().push(call);
    }
}

impl Observer for Calls {
    fn waits(&self, holder: &str, waited: Duration) {
        assert!(waited < Duration::from_secs(20));
        self.add(format!("waits for {}", &holder[..12]));
    }

    fn statement(&self, migration: &str, number: usize, total: usize) {
        self.add(format!("{migration} {number}/{total}"));
    }

    fn ends(&self) {
        self.add("ends".to_owned());
    }
}

#[test]
fn a_program_is_called_for_each_statement() {
    let project = Project::empty("observer");
    let database = Database::sqlite(&project);
    project.migration("1_a", "SELECT 1;\nSELECT 2;\n", "SELECT 1");
    let migrations = Migrations::open(project.path("migrations")).unwrap();
    let calls = Arc::new(Calls::default());
    let options = Options::new()
        .locking(Locking::Wait(Duration::from_millis(100)))
        .observer(Arc::clone(&calls) as Arc<dyn Observer>);
    let run = || {
        let connection = connect(&database.url).unwrap();
        run::run_with(&migrations, connection, &options, &mut |_| {})
    };
    let held = hold_lock(&project);
    assert!(run().is_err());
    drop(held);
    assert_eq!(run().unwrap().len(), 1);
    let expected = [
        "waits for process 4711",
        "ends",
        "1_a 1/2",
        "1_a 2/2",
        "ends",
    ];
    assert_eq!(*calls.0.lock().unwrap(), expected);
}
