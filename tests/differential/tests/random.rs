//! 500 random queries on the databases of this build whose servers are there.
//!
//! The seed is fresh each time and printed; `ORM_TEST_SEED` repeats one. A query that differs is printed with the options by
//! which the program repeats it alone.

use std::hash::{BuildHasher, RandomState};

use orm_differential::run::Tester;

const QUERIES: u64 = 500;

/// The seed of the first query.
fn seed() -> u64 {
    match std::env::var("ORM_TEST_SEED") {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("ORM_TEST_SEED is no number: {text}")),
        Err(_) => RandomState::new().hash_one(0) >> 32,
    }
}

#[test]
fn random_queries_return_the_same_everywhere() {
    let first = seed();
    // The seed of the rows.
    let data = first % 1_000;
    let mut tester = Tester::new(data).expect("the databases are created");
    let names = tester.names().join(", ");
    eprintln!("{QUERIES} queries on {names}: ORM_TEST_SEED={first} (--seed {first} --data {data})");
    let found = (first..first + QUERIES).find_map(|query| Some((query, tester.check(query)?)));
    if let Some((query, difference)) = found {
        panic!("--seed {query} --data {data}: {difference}");
    }
    eprintln!("{}", tester.summary);
    // Most queries must be about something.
    let summary = &tester.summary;
    assert!(summary.with_rows * 2 > summary.queries, "{summary}");
}
