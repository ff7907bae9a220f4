//! 500 random queries with a fresh seed, which is printed, on the databases of this build whose servers are there.

use std::time::{SystemTime, UNIX_EPOCH};

use orm_differential::run::Tester;

const QUERIES: u64 = 500;

#[test]
fn random_queries_return_the_same_everywhere() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    // Short enough to type, and far apart from that of the run before.
    let seed = now.map_or(1, |now| {
        u64::try_from(now.as_micros()).unwrap_or(1) % 1_000_000_000
    });
    let mut tester = Tester::new(seed).expect("the databases are created");
    eprintln!(
        "{QUERIES} queries on {}: --seed {seed} --data {seed}",
        tester.names().join(", ")
    );
    let found = (seed..seed + QUERIES).find_map(|query| Some((query, tester.check(query)?)));
    if let Some((query, difference)) = found {
        panic!("--seed {query} --data {seed}: {difference}");
    }
    eprintln!("{}", tester.summary);
    // Most queries must be about something.
    let summary = &tester.summary;
    assert!(summary.with_rows * 2 > summary.queries, "{summary}");
}
