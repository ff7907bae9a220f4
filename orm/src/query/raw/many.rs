//! [`Raw::execute_many`]: one statement of SQL text for many rows of values.

use std::borrow::Cow;
use std::cell::RefCell;

use orm_core::driver::Row;
use orm_core::error::{Error, Result};
use orm_core::stmt::Query;
use orm_core::types::Type;
use orm_core::value::{Value, ValueRef};

use super::bind_value::RawValue;
use super::named_binds::{Bound, NamedSql};
use super::statement::Raw;
use crate::engine::{Connection, StatementLimit};
use crate::query::compile::compiled_sql::CompiledSql;
use crate::query::executor::{Access, Executor, ReadStatement};

/// How many rows are in memory at a time.
const CHUNK: usize = 1000;

/// Is implemented by tuples of up to eight values that raw SQL can bind: a row of [`Raw::execute_many`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a row of {N} values for `execute_many`",
    label = "expected a tuple of as many values as there are names",
    note = "a row of one value is `(value,)`"
)]
pub trait BindRow<const N: usize, Kinds> {
    /// Returns the values in order.
    fn into_values(self) -> [Value; N];

    /// Returns the types of the values.
    #[doc(hidden)]
    fn types() -> [Type; N];
}

macro_rules! rows {
    ($($count:literal: $($value:ident $kind:ident),+;)+) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($value: RawValue<$kind>, $kind),+> BindRow<$count, ($($kind,)+)> for ($($value,)+) {
            #[expect(non_snake_case, reason = "the names of the type parameters")]
            fn into_values(self) -> [Value; $count] {
                let ($($value,)+) = self;
                [$($value.into_value()),+]
            }

            fn types() -> [Type; $count] {
                [$($value::TYPE),+]
            }
        }
    )+};
}

rows! {
    1: A Ka;
    2: A Ka, B Kb;
    3: A Ka, B Kb, C Kc;
    4: A Ka, B Kb, C Kc, D Kd;
    5: A Ka, B Kb, C Kc, D Kd, E Ke;
    6: A Ka, B Kb, C Kc, D Kd, E Ke, F Kf;
    7: A Ka, B Kb, C Kc, D Kd, E Ke, F Kf, G Kg;
    8: A Ka, B Kb, C Kc, D Kd, E Ke, F Kf, G Kg, H Kh;
}

impl Raw {
    /// Executes the statement once for each row, with the row's values for the bind parameters `names`, and returns
    /// the number of rows that all executions affected together. Values of [`Raw::bind`] are the same for all.
    ///
    /// The statement is prepared once. All executions succeed, or none: outside a transaction they run in one of their
    /// own. The rows are read from the iterator in chunks of 1,000. Without rows, nothing is executed.
    ///
    /// # Errors
    /// - As [`Raw::execute`]. The hint of an error has the index of the row, unless the error has another hint.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let insert = raw("INSERT INTO posts (author_id, title) VALUES (:author, :title)").bind("author", 1);
    /// let stored = insert.execute_many(["title"], [("On tides",), ("On moons",)], &mut conn)?;
    /// assert_eq!(stored, 2);
    /// assert_eq!(
    ///     sent.take_lines(),
    ///     [
    ///         "BEGIN",
    ///         "INSERT INTO posts (author_id, title) VALUES (?, ?) -- 2 runs of 2 binds",
    ///         "COMMIT",
    ///     ]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn execute_many<const N: usize, R, Kinds, X>(
        &self,
        names: [&'static str; N],
        rows: impl IntoIterator<Item = R>,
        conn_or_session: &mut X,
    ) -> Result<u64>
    where
        R: BindRow<N, Kinds>,
        X: Executor,
    {
        let mut rows = rows.into_iter().map(BindRow::into_values).peekable();
        if rows.peek().is_none() {
            return Ok(0);
        }
        let mut binds = self.binds.clone();
        // They are placeholders alone, of which it is known whether they are arrays.
        let bounds = R::types().map(|ty| Bound::of(Value::Null, &ty));
        binds.extend(names.into_iter().map(Cow::Borrowed).zip(bounds));
        let many = RawMany {
            sql: &self.sql,
            common: self.binds.len(),
            binds,
            rows: RefCell::new(&mut rows),
            limit: self.limit,
        };
        conn_or_session.read(&many, |_, _| Ok(()))
    }
}

/// Raw SQL for many rows.
struct RawMany<'q, const N: usize> {
    sql: &'q str,
    /// The values for all rows, and behind them a placeholder for each value of a row.
    binds: Vec<(Cow<'static, str>, Bound)>,
    common: usize,
    rows: RefCell<&'q mut dyn Iterator<Item = [Value; N]>>,
    limit: StatementLimit,
}

impl<const N: usize> RawMany<'_, N> {
    fn named(&self) -> NamedSql<'_> {
        NamedSql {
            sql: self.sql,
            binds: &self.binds,
        }
    }

    /// Executes the statement for all rows, chunk by chunk.
    fn send(&self, connection: &mut Connection, sql: &str) -> Result<u64> {
        let order = self.named().order(connection.dialect())?;
        let (mut affected, mut done) = (0, 0_usize);
        let mut rows = self.rows.borrow_mut();
        loop {
            let chunk: Vec<[Value; N]> = (&mut **rows).take(CHUNK).collect();
            if chunk.is_empty() {
                return Ok(affected);
            }
            let binds: Vec<ValueRef<'_>> = chunk
                .iter()
                .flat_map(|row| order.iter().map(move |place| (row, *place)))
                .flat_map(|(row, place)| self.values(row, place))
                .collect();
            let width = binds.len() / chunk.len();
            let sent = connection.raw_execute_each(sql, width, &binds, &mut |outcome| {
                (affected, done) = (affected + outcome.affected, done + 1);
                Ok(())
            });
            sent.map_err(|error| at_row(error, done))?;
        }
    }

    /// The values that a name stands for in the execution for a row.
    fn values<'v>(
        &'v self,
        row: &'v [Value; N],
        place: usize,
    ) -> impl Iterator<Item = ValueRef<'v>> {
        let values = match (place.checked_sub(self.common), &self.binds[place].1) {
            (Some(index), _) => std::slice::from_ref(&row[index]),
            (None, Bound::One(value) | Bound::Array(value)) => std::slice::from_ref(value),
            (None, Bound::List(values, _)) => values,
        };
        values.iter().map(Value::as_ref)
    }
}

impl<const N: usize> ReadStatement for RawMany<'_, N> {
    type Outcome = u64;

    fn access(&self) -> Access {
        Access::Raw
    }

    fn compile<'q>(
        &'q self,
        connection: &mut Connection,
        (_, compiled): (&'q mut Option<Box<Query>>, &mut CompiledSql<'q>),
    ) -> Result<()> {
        compiled.set_own(self.named().compile(connection.dialect())?);
        Ok(())
    }

    fn execute(
        &self,
        connection: &mut Connection,
        compiled: &CompiledSql<'_>,
        _each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<u64> {
        connection.within(self.limit, |connection| {
            if connection.in_transaction() {
                return self.send(connection, compiled.text());
            }
            connection.transaction(|connection| self.send(connection, compiled.text()))
        })
    }
}

#[cold]
fn at_row(error: Error, index: usize) -> Error {
    if error.hint().is_some() {
        return error;
    }
    error.with_hint(format!(
        "it was row {index} of execute_many, counted from 0"
    ))
}
