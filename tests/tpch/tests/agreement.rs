//! Loads each database of the run, runs the 22 queries on it, and compares the rows with what plain Rust computes of the
//! generated rows, so that the databases agree with each other, too.
//!
//! The databases are those of `orm-tests`: the features `postgres` and `mysql`, and the variables of `tests/run`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod truth;

use std::collections::BTreeMap;
use std::thread;

use orm::Engine;
use orm_conformance::Backend as _;
use orm_tests::databases::Database;
use orm_tpch::load::load;
use orm_tpch::models::Part;
use orm_tpch::queries::{ALL, q17, texts};
use truth::SMALL_QUANTITIES;

/// The rows of each query, by its name.
type Answers = BTreeMap<&'static str, Vec<String>>;

/// A database that is dropped with this.
struct Home {
    database: Database,
    name: String,
    url: String,
}

impl Home {
    fn new(database: Database) -> Self {
        let name = format!("orm_tpch_{}", std::process::id());
        let url = database.create(&name).unwrap();
        Self {
            database,
            name,
            url,
        }
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // What is left behind harms no other run.
        let _ = self.database.drop(&self.name);
    }
}

#[test]
fn all_databases_return_the_right_rows() {
    let databases = Database::enabled();
    let (expected, answers) = thread::scope(|scope| {
        let runs = databases.iter().map(|database| {
            let database = **database;
            scope.spawn(move || answers(database))
        });
        let runs: Vec<_> = runs.collect();
        let answers = runs.into_iter().map(|run| run.join().unwrap());
        (truth::answers(), answers.collect::<Vec<_>>())
    });
    // A query without rows would agree by itself.
    let empty: Vec<_> = expected
        .iter()
        .filter(|(_, rows)| rows.is_empty() || rows[0] == "None")
        .collect();
    assert_eq!(empty.len(), 1, "{empty:?}");
    let mut wrong = Vec::new();
    for (database, answers) in databases.iter().zip(&answers) {
        for (query, expected) in &expected {
            if answers[query] != *expected {
                let name = database.name();
                let difference = difference(&answers[query], expected);
                wrong.push(format!("{query} on {name}: {difference}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// The first row that is another one.
fn difference(found: &[String], expected: &[String]) -> String {
    let length = found.len().max(expected.len());
    let row = (0..length).find(|row| found.get(*row) != expected.get(*row));
    let row = row.unwrap_or_default();
    format!(
        "{} rows, expected {}; row {row} is\n{:?}, expected\n{:?}",
        found.len(),
        expected.len(),
        found.get(row),
        expected.get(row)
    )
}

fn answers(database: Database) -> Answers {
    let home = Home::new(database);
    let engine = Engine::connect(&*home.url).unwrap();
    load(&engine).unwrap();
    let mut conn = engine.connection().unwrap();
    let answers = ALL.iter().map(|query| {
        let rows = query.rows(&mut conn);
        let mut rows =
            rows.unwrap_or_else(|error| panic!("{} on {}: {error}", query.name, database.name()));
        if !query.has_total_order {
            rows.sort();
        }
        (query.name, rows)
    });
    let mut answers: Answers = answers.collect();
    let red = q17::of_parts(Part.name.contains("red"));
    answers.insert(SMALL_QUANTITIES, texts(red.all(&mut conn).unwrap()));
    answers
}
