//! The queries, one file each: a function that returns the query, and the type of its rows. What several of them need is here.

pub mod q01;
pub mod q02;
pub mod q03;
pub mod q04;
pub mod q05;
pub mod q06;
pub mod q07;
pub mod q08;
pub mod q09;
pub mod q10;
pub mod q11;
pub mod q12;
pub mod q13;
pub mod q14;
pub mod q15;
pub mod q16;
pub mod q17;
pub mod q18;
pub mod q19;
pub mod q20;
pub mod q21;
pub mod q22;

use std::fmt::Debug;

use chrono::{Months, NaiveDate};
use orm::Result;
use orm::mapping::Column;
use orm::prelude::*;
use orm::query::{Expr, Selectable};
use orm::sql::Dialect;
use rust_decimal::Decimal;

use crate::models::LineItem;

/// A query of the benchmark, without the type of its rows.
#[derive(Clone, Copy, Debug)]
pub struct Query {
    /// The name of its module.
    pub name: &'static str,
    /// Whether its ORDER BY leaves no two rows equal.
    pub has_total_order: bool,
    sql: fn(&dyn Dialect) -> Result<String>,
    rows: fn(&mut Connection) -> Result<Vec<String>>,
}

impl Query {
    /// Returns the text of the query.
    ///
    /// # Errors
    /// As [`Select::to_sql`].
    pub fn sql(&self, dialect: &dyn Dialect) -> Result<String> {
        (self.sql)(dialect)
    }

    /// Returns each row as [`Debug`] writes it.
    ///
    /// # Errors
    /// As [`Select::all`].
    pub fn rows(&self, conn: &mut Connection) -> Result<Vec<String>> {
        (self.rows)(conn)
    }
}

/// Writes rows as texts, for comparing them with others.
pub fn texts<R: Debug>(rows: impl IntoIterator<Item = R>) -> Vec<String> {
    rows.into_iter().map(|row| format!("{row:?}")).collect()
}

macro_rules! queries {
    ($($name:ident $has_total_order:literal),+ $(,)?) => {
        /// The queries, in the order of their numbers.
        pub const ALL: &[Query] = &[$(Query {
            name: stringify!($name),
            has_total_order: $has_total_order,
            sql: |dialect| $name::query().to_sql(dialect),
            rows: |conn| Ok(texts($name::query().all(conn)?)),
        }),+];
    };
}

queries! {
    q01 true,
    q02 true,
    q03 false,
    q04 true,
    q05 false,
    q06 true,
    q07 true,
    q08 true,
    q09 true,
    q10 false,
    q11 false,
    q12 true,
    q13 true,
    q14 true,
    q15 true,
    q16 true,
    q17 true,
    q18 false,
    q19 true,
    q20 true,
    q21 true,
    q22 true,
}

/// Is implemented by what a query selects whose rows on a connection are of the type `R`.
pub trait RowsOf<R>: Selectable<Output<Connection> = R> {}

impl<R, S: Selectable<Output<Connection> = R>> RowsOf<R> for S {}

/// What a line is worth: an attribute that is computed of columns.
pub trait Revenue {
    /// Returns the price without the discount.
    fn revenue(&self) -> Expr<Decimal>;
}

impl Revenue for <LineItem as Model>::Entity {
    fn revenue(&self) -> Expr<Decimal> {
        self.extended_price * (Decimal::ONE - self.discount)
    }
}

/// Returns the condition that a date is in the months from the first day of one on.
pub fn within<M: Model>(date: Column<M, NaiveDate>, first: NaiveDate, months: u32) -> Predicate {
    date.ge(first) & date.lt(first + Months::new(months))
}

/// Returns the day.
///
/// # Panics
/// There is no such day.
pub const fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day)
        .expect("invariant: the program has the day as literals")
}
