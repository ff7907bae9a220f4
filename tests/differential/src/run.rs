//! [`Tester`]: runs queries on all databases and compares what they return.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use orm::{ErrorKind, Result};

use crate::build::Env;
use crate::build::cells::Cell;
use crate::build::shapes::{Runnable, runnable};
use crate::data::Data;
use crate::databases::{self, Database};
use crate::generate;
use crate::shrink;
use crate::tree::Query;

/// What a database returns.
type Outcome = std::result::Result<Vec<Vec<Cell>>, (ErrorKind, String)>;

/// Databases with the same rows.
#[derive(Debug)]
pub struct Tester {
    databases: Vec<Database>,
    /// What the queries returned so far.
    pub summary: Summary,
}

/// How many queries returned what.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// All queries.
    pub queries: usize,
    /// Those that returned a row at least.
    pub with_rows: usize,
    /// Those that all databases answered with an error, by its kind.
    pub errors: BTreeMap<String, usize>,
    /// Those that the library did not send, by the database.
    pub unsupported: BTreeMap<&'static str, usize>,
}

/// Databases that disagree about a query.
#[derive(Clone, Debug)]
pub struct Difference {
    /// Which of them, and how. A smaller query has the same difference if that is the same.
    what: String,
    /// The query for each database, and what it returned.
    text: String,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}\n{}", self.what, self.text)
    }
}

impl Difference {
    /// Which databases disagree, and how.
    pub fn what(&self) -> &str {
        &self.what
    }

    pub(crate) fn is_like(&self, other: &Self) -> bool {
        self.what == other.what
    }
}

impl Tester {
    /// Creates the databases with the rows of a seed.
    ///
    /// # Errors
    /// A database can't be created or filled.
    pub fn new(seed: u64) -> Result<Self> {
        Ok(Self {
            databases: databases::open(&Data::new(seed))?,
            summary: Summary::default(),
        })
    }

    /// The databases' names.
    pub fn names(&self) -> Vec<&'static str> {
        self.databases.iter().map(|it| it.name).collect()
    }

    /// Runs the query of a seed. Returns the difference of the smallest query that has it.
    pub fn check(&mut self, seed: u64) -> Option<Difference> {
        let query = generate::query(seed);
        let outcomes = self.outcomes(&query)?;
        self.count(&outcomes);
        let found = self.difference(&query, &outcomes)?;
        Some(shrink::smallest(&query, found, |query| {
            let outcomes = self.outcomes(query)?;
            self.difference(query, &outcomes)
        }))
    }

    /// Returns the SQL of a seed's query, with literals.
    ///
    /// # Errors
    /// The query is no query of the library's.
    pub fn sql(&self, seed: u64) -> Vec<(&'static str, String)> {
        let query = generate::query(seed);
        let built = runnable(&Env::default(), &query);
        let databases = self.databases.iter();
        databases
            .map(|it| {
                (
                    it.name,
                    built
                        .as_ref()
                        .map_or_else(String::new, |built| literals(built.as_ref(), it)),
                )
            })
            .collect()
    }

    fn outcomes(&mut self, query: &Query) -> Option<Vec<Outcome>> {
        let built = runnable(&Env::default(), query)?;
        let outcomes = self.databases.iter_mut().map(|it| {
            let rows = built.rows(&mut it.conn);
            if matches!(&rows, Err(error) if error.kind() == ErrorKind::ConnectionLost) {
                it.reconnect();
            }
            let mut rows = rows.map_err(|error| (error.kind(), error_text(&error)))?;
            if query.order.is_empty() {
                rows.sort_by(|one, other| order(one, other));
            }
            Ok(rows)
        });
        Some(outcomes.collect())
    }

    fn count(&mut self, outcomes: &[Outcome]) {
        self.summary.queries += 1;
        let has_rows = |it: &Outcome| it.as_ref().is_ok_and(|rows| !rows.is_empty());
        self.summary.with_rows += usize::from(outcomes.iter().any(has_rows));
        for (database, outcome) in self.databases.iter().zip(outcomes) {
            if is_unsupported(outcome) {
                *self.summary.unsupported.entry(database.name).or_default() += 1;
            }
        }
        if let Some(Err((kind, _))) = outcomes.iter().find(|it| !is_unsupported(it)) {
            *self.summary.errors.entry(format!("{kind:?}")).or_default() += 1;
        }
    }

    fn difference(&self, query: &Query, outcomes: &[Outcome]) -> Option<Difference> {
        let what = self.what(outcomes)?;
        let built = runnable(&Env::default(), query)?;
        let mut text = String::new();
        for (database, outcome) in self.databases.iter().zip(outcomes) {
            let sql = literals(built.as_ref(), database);
            let _ = writeln!(text, "{}: {sql}\n    {}", database.name, shown(outcome));
        }
        Some(Difference { what, text })
    }

    /// How the outcomes differ, if they do.
    fn what(&self, outcomes: &[Outcome]) -> Option<String> {
        let named = self.databases.iter().map(|it| it.name).zip(outcomes);
        let named = named.filter(|(_, outcome)| !is_unsupported(outcome));
        let named: Vec<_> = named.collect();
        for (name, outcome) in &named {
            if let Err((kind, _)) = outcome
                && is_internal(*kind)
            {
                return Some(format!("{kind:?} on {name}"));
            }
        }
        let ((first, expected), others) = named.split_first()?;
        for (name, outcome) in others {
            let what = match (expected, outcome) {
                (Ok(rows), Ok(other)) if same(rows, other) => continue,
                (Err((kind, _)), Err((other, _))) if kind == other => continue,
                (Ok(_), Ok(_)) => format!("other rows on {name} than on {first}"),
                (Err((kind, _)), Ok(_)) => format!("{kind:?} on {first}, and not on {name}"),
                (Ok(_), Err((kind, _))) => format!("{kind:?} on {name}, and not on {first}"),
                (Err((one, _)), Err((two, _))) => {
                    format!("{one:?} on {first}, and {two:?} on {name}")
                }
            };
            return Some(what);
        }
        None
    }
}

/// The message, with what the driver says.
fn error_text(error: &orm::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        let _ = write!(text, ": {inner}");
        source = inner.source();
    }
    text
}

fn literals(built: &dyn Runnable, database: &Database) -> String {
    let dialect = database.dialect();
    built
        .literals(dialect)
        .or_else(|_| built.sql(dialect))
        .unwrap_or_else(|error| error.to_string())
}

fn shown(outcome: &Outcome) -> String {
    match outcome {
        Ok(rows) if rows.len() > 12 => format!("{} rows: {:?} …", rows.len(), &rows[..12]),
        Ok(rows) => format!("{} rows: {rows:?}", rows.len()),
        Err((kind, text)) => format!("{kind:?}: {text}"),
    }
}

/// Whether nothing was sent.
fn is_unsupported(outcome: &Outcome) -> bool {
    matches!(outcome, Err((ErrorKind::Unsupported, _)))
}

/// Whether the library has sent what the database does not take.
fn is_internal(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ConnectionLost
            | ErrorKind::Syntax
            | ErrorKind::Database
            | ErrorKind::UndefinedColumn
            | ErrorKind::UndefinedTable
    )
}

fn order(one: &[Cell], other: &[Cell]) -> std::cmp::Ordering {
    let is_float = |cell: &Cell| matches!(cell, Cell::Float(_));
    let pairs = || one.iter().zip(other);
    // Floats come last, so that one that differs by a bit does not move the others.
    let exact = pairs().filter(|(one, two)| !(is_float(one) && is_float(two)));
    let floats = pairs().filter(|(one, two)| is_float(one) && is_float(two));
    let mut orders = exact.chain(floats).map(|(one, two)| one.order(two));
    orders
        .find(|it| it.is_ne())
        .unwrap_or(std::cmp::Ordering::Equal)
}

fn same(one: &[Vec<Cell>], other: &[Vec<Cell>]) -> bool {
    let equal = |(one, other): (&Vec<Cell>, &Vec<Cell>)| {
        one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.same(other))
    };
    one.len() == other.len() && one.iter().zip(other).all(equal)
}

impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            queries,
            with_rows,
            errors,
            unsupported,
        } = self;
        write!(f, "{queries} queries, {with_rows} with rows")?;
        for (kind, count) in errors {
            write!(f, ", {count} × {kind}")?;
        }
        for (name, count) in unsupported {
            write!(f, ", {count} × Unsupported on {name}")?;
        }
        Ok(())
    }
}
