//! [`Sampled`]: some rows of a table, chosen at random: TABLESAMPLE.

use std::sync::Arc;

use orm_core::stmt::{Sample, SampleMethod};

use super::named_source::{Ctes, NamedSource};
use super::table_source::TableSource;
use crate::mapping::Entity;
use crate::query::expressions::build_error::BuildError;
use crate::query::expressions::table_ref::TableRef;

/// Represents some rows of a table, chosen at random; see [`bernoulli`] and [`system`].
#[derive(Clone, Copy, Debug)]
#[must_use = "a sample does nothing until it is given to a query: .from(bernoulli(User, 1.0))"]
pub struct Sampled<E> {
    entity: E,
    method: SampleMethod,
    percent: f64,
    seed: Option<i64>,
}

/// Chooses each row of a table by itself, with a probability in percent: `TABLESAMPLE BERNOULLI`. On PostgreSQL.
///
/// # Errors
/// A verb of the query returns:
/// - `Unsupported`: the database has no TABLESAMPLE. Nothing is sent.
/// - `Usage`: it is no percentage from 0 to 100.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::bernoulli;
///
/// let query = select(avg(User.age)).from(bernoulli(User, 12.5).repeatable(7));
/// assert_eq!(
///     query.to_sql(&PostgresDialect)?,
///     r#"SELECT CAST(AVG("age") AS float8) FROM "users" TABLESAMPLE BERNOULLI (12.5) REPEATABLE (7)"#
/// );
/// assert!(query.to_sql(&SqliteDialect).unwrap_err().is_unsupported());
/// # Ok::<(), orm::Error>(())
/// ```
pub fn bernoulli<E: Entity>(table: E, percent: f64) -> Sampled<E> {
    Sampled {
        entity: table,
        method: SampleMethod::Bernoulli,
        percent,
        seed: None,
    }
}

/// Chooses pages of rows of a table, which is faster than [`bernoulli`] and less even: `TABLESAMPLE SYSTEM`. On PostgreSQL.
///
/// # Errors
/// As [`bernoulli`].
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::system;
///
/// let some = select(User.name).from(system(User, 1.0));
/// assert_eq!(
///     some.to_sql(&PostgresDialect)?,
///     r#"SELECT "name" FROM "users" TABLESAMPLE SYSTEM (1)"#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn system<E: Entity>(table: E, percent: f64) -> Sampled<E> {
    Sampled {
        method: SampleMethod::System,
        ..bernoulli(table, percent)
    }
}

impl<E> Sampled<E> {
    /// Sets the seed, by which the same rows are chosen each time while the table stays the same: REPEATABLE.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// use orm::query::system;
    ///
    /// let some = select(User.name).from(system(User, 50.0).repeatable(1));
    /// assert_eq!(
    ///     some.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "name" FROM "users" TABLESAMPLE SYSTEM (50) REPEATABLE (1)"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn repeatable(mut self, seed: i64) -> Self {
        self.seed = Some(seed);
        self
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range is checked"
    )]
    fn sample(&self) -> Option<Sample> {
        let share = (self.percent * 1e6).round();
        let is_percentage = (0.0..=1e8).contains(&share);
        is_percentage.then(|| {
            let mut sample = Sample::new(self.method, share as u32);
            sample.seed = self.seed;
            sample
        })
    }
}

#[diagnostic::do_not_recommend]
impl<E: Entity> TableSource for Sampled<E> {
    fn into_source(self) -> (TableRef, Option<Arc<NamedSource>>) {
        let table = TableRef::of(&self.entity);
        let mut item = table.item();
        item.sample = self.sample();
        let error = item.sample.is_none().then(no_percentage);
        let source = NamedSource {
            table,
            item,
            ctes: Ctes::new(),
            error,
        };
        (table, Some(Arc::new(source)))
    }
}

#[cold]
fn no_percentage() -> BuildError {
    BuildError::new(
        "the share of a sample is a percentage from 0 to 100",
        "give one: bernoulli(User, 12.5)",
    )
}
