//! [`Raw`]: a statement of SQL text whose values are binds.
//!
//! `bind_value.rs` has the values that can be bound; `named_binds.rs` converts names to placeholders.

use std::borrow::Cow;
use std::time::Duration;

use orm_core::driver::Row;
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::sql::Dialect;
use orm_core::stmt::Query;
use orm_core::value::ValueRef;

use super::bind_value::RawValue;
use super::named_binds::{Bound, NamedSql};
use crate::engine::{Connection, StatementLimit};
use crate::mapping::{Entity, Model};
use crate::query::compile::compiled_sql::CompiledSql;
use crate::query::executor::{Access, Executor, ReadStatement};
use crate::query::rows::column_index::{ColumnIndex, RemappedRow};
use crate::query::rows::from_row::{FromRow, Reader};
use crate::query::rows::stream::{Stream, StreamSource};

/// Represents a statement of SQL text. `:name` is a bind parameter; `\:` is a literal colon.
///
/// ```
/// use orm::prelude::*;
///
/// let engine = Engine::connect("sqlite://")?;
/// let mut conn = engine.connection()?;
/// let sum = raw("SELECT :a + :b, 'what :a is'").bind("a", 1).bind("b", 2);
/// let rows: Vec<(i64, String)> = sum.all(&mut conn)?;
/// assert_eq!(rows, [(3, "what :a is".to_owned())]);
/// # Ok::<(), orm::Error>(())
/// ```
#[must_use = "a raw statement does nothing until it is run"]
#[derive(Clone, Debug)]
pub struct Raw {
    pub(super) sql: Cow<'static, str>,
    pub(super) binds: Vec<(Cow<'static, str>, Bound)>,
    pub(super) limit: StatementLimit,
}

/// Creates a statement of SQL text, in which `:name` is a bind parameter.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// # let (engine, sent) = database()?;
/// # let mut conn = engine.connection()?;
/// let query = raw("SELECT name FROM users WHERE age > :age").bind("age", 18);
/// let names: Vec<(String,)> = query.all(&mut conn)?;
/// assert_eq!(names, [("ada".to_owned(),)]);
/// assert_eq!(sent.take_sql(), ["SELECT name FROM users WHERE age > ?"]);
/// # Ok::<(), orm::Error>(())
/// ```
pub fn raw(sql: impl Into<Cow<'static, str>>) -> Raw {
    Raw {
        sql: sql.into(),
        binds: Vec::new(),
        limit: StatementLimit::Outer,
    }
}

impl Raw {
    /// Binds a value to every `:name` in the text. A `Vec` is an array of the database, on PostgreSQL; the list of an IN is
    /// bound by [`bind_list`](Raw::bind_list).
    ///
    /// # Errors
    /// A verb of the statement returns:
    /// - `Unsupported`: the value is an array, and the database has none. Nothing is sent.
    /// - `Usage`: the value is an array, and IN stands before the name. Nothing is sent.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = raw("SELECT :low <= age AND age <= :high FROM users").bind("low", 18).bind("high", 65);
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     "SELECT $1 <= age AND age <= $2 FROM users"
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn bind<V: RawValue<Kind>, Kind>(
        mut self,
        name: impl Into<Cow<'static, str>>,
        value: V,
    ) -> Self {
        let bound = Bound::of(value.into_value(), const { &V::TYPE });
        self.binds.push((name.into(), bound));
        self
    }

    /// Binds a list to `:name`, which expands to the list in parentheses: `WHERE id IN :ids`, or with parentheses in
    /// the text, `WHERE id IN (:ids)`. For an empty list, `IN` is false and `NOT IN` is true. The length of the list
    /// is limited by the database's number of bind parameters; `in_` of a column has no limit.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = raw("SELECT name FROM users WHERE id IN :ids").bind_list("ids", [1, 2, 3]);
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     "SELECT name FROM users WHERE id IN (?, ?, ?)"
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn bind_list<V, Kind>(
        mut self,
        name: impl Into<Cow<'static, str>>,
        values: impl IntoIterator<Item = V>,
    ) -> Self
    where
        V: RawValue<Kind>,
    {
        let values = values.into_iter().map(RawValue::into_value).collect();
        self.binds.push((name.into(), Bound::List(values, V::TYPE)));
        self
    }

    /// Sets the time that the statement may take, as [`Select::time_limit`](crate::Select::time_limit). With `execute_many` it is
    /// that of a thousand executions.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// use std::time::Duration;
    ///
    /// let query = raw("SELECT name FROM users").time_limit(Duration::from_secs(5));
    /// # let query = query.time_limit(None);
    /// let names: Vec<(String,)> = query.all(&mut conn)?;
    /// assert_eq!(names, [("ada".to_owned(),)]);
    /// assert_eq!(sent.take_sql(), ["SELECT name FROM users"]);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn time_limit(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.limit = StatementLimit::Own(limit.into());
        self
    }

    /// Returns all rows, as tuples or as structs that derive `FromRow`.
    ///
    /// ```
    /// use orm::prelude::*;
    ///
    /// #[derive(FromRow)]
    /// struct Town {
    ///     name: String,
    ///     people: i64,
    /// }
    ///
    /// let engine = Engine::connect("sqlite://")?;
    /// let mut conn = engine.connection()?;
    /// let towns: Vec<Town> = raw("SELECT 3 AS people, 'Ulm' AS name").all(&mut conn)?;
    /// assert_eq!((towns[0].name.as_str(), towns[0].people), ("Ulm", 3));
    /// # Ok::<(), orm::Error>(())
    /// ```
    ///
    /// # Errors
    /// - `Usage`: a bind parameter has no value, or a value has no bind parameter.
    /// - `Decode`: a value can't be converted to its type.
    /// - `UndefinedColumn`: the result set lacks a column of the struct.
    /// - Any error of the database.
    pub fn all<R: FromRow, X: Executor>(&self, conn_or_session: &mut X) -> Result<Vec<R>> {
        let (mut rows, mut reader) = (Vec::new(), Reader::default());
        conn_or_session.read(&RawRows(self), |row, _| {
            rows.push(reader.read(row)?);
            Ok(())
        })?;
        Ok(rows)
    }

    /// Returns the first row as a tuple or struct, or `None` if there is no row.
    ///
    /// # Errors
    /// As [`Raw::all`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let oldest = raw("SELECT name FROM users ORDER BY age DESC");
    /// let name: Option<(String,)> = oldest.first(&mut conn)?;
    /// assert_eq!(name, Some(("ada".to_owned(),)));
    /// assert_eq!(sent.take_sql(), ["SELECT name FROM users ORDER BY age DESC"]);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn first<R: FromRow, X: Executor>(&self, conn_or_session: &mut X) -> Result<Option<R>> {
        let (mut first, mut reader) = (None, Reader::default());
        conn_or_session.read(&RawRows(self), |row, _| {
            if first.is_none() {
                first = Some(reader.read(row)?);
            }
            Ok(())
        })?;
        Ok(first)
    }

    /// Returns the only row as a tuple or struct.
    ///
    /// # Errors
    /// - `NotFound`: there is no row.
    /// - `MultipleRows`: there are several rows.
    /// - As [`Raw::all`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let count: (i64,) = raw("SELECT count(*) FROM users").one(&mut conn)?;
    /// assert_eq!(count, (1,));
    /// assert_eq!(sent.take_sql(), ["SELECT count(*) FROM users"]);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn one<R: FromRow, X: Executor>(&self, conn_or_session: &mut X) -> Result<R> {
        let (mut only, mut reader) = (None, Reader::default());
        conn_or_session.read(&RawRows(self), |row, _| {
            if only.is_some() {
                return Err(Error::new(ErrorKind::MultipleRows).with_sql(&self.sql));
            }
            only = Some(reader.read(row)?);
            Ok(())
        })?;
        only.ok_or_else(|| Error::new(ErrorKind::NotFound).with_sql(&self.sql))
    }

    /// Returns the rows of a query one at a time, as tuples or structs, with constant use of memory. See [`Stream`]
    /// for an early end.
    ///
    /// ```
    /// use orm::prelude::*;
    ///
    /// let engine = Engine::connect("sqlite://")?;
    /// let mut conn = engine.connection()?;
    /// let numbers = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";
    /// for row in raw(numbers).stream(&mut conn)? {
    ///     let (number,): (i64,) = row?;
    ///     if number == 1000 {
    ///         break; // the query ends here
    ///     }
    /// }
    /// # Ok::<(), orm::Error>(())
    /// ```
    ///
    /// # Errors
    /// - `Usage`: a bind parameter has no value, a value has no bind parameter, or the statement may end the open
    ///   transaction.
    /// - Errors of the database are returned by the first or a later row. PostgreSQL rejects statements that return
    ///   no rows.
    pub fn stream<'c, R: FromRow, C: StreamSource>(
        &self,
        conn: &'c mut C,
    ) -> Result<Stream<'c, R>> {
        let conn = conn.source();
        let (sql, binds) = self.text(conn.dialect())?;
        Ok(Stream::new(conn.raw_cursor(&sql, &binds)?, Reader::read))
    }

    /// Returns all rows as entities. Columns are matched by name; further columns are ignored.
    ///
    /// # Errors
    /// - `UndefinedColumn`: the result set lacks a column of the entity.
    /// - As [`Raw::all`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let users = raw("SELECT * FROM users").entities(User, &mut session)?;
    /// assert_eq!(session[users[0]].name, "ada");
    /// assert_eq!(sent.take_sql(), ["SELECT * FROM users"]);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn entities<E: Entity, X: Executor>(
        &self,
        _entity: E,
        x: &mut X,
    ) -> Result<Vec<X::Of<E::Model>>> {
        let mut entities = Vec::new();
        let mut places = None;
        x.read(&RawRows(self), |row, sink| {
            let places = match &mut places {
                Some(places) => places,
                unknown => unknown.insert(places_of::<E::Model>(row)?),
            };
            let row = RemappedRow { row, places };
            entities.push(X::entity::<E::Model>(sink, &row, 0)?);
            Ok(())
        })?;
        Ok(entities)
    }

    /// Executes the statement and returns the number of affected rows.
    ///
    /// # Errors
    /// As [`Raw::all`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let moved = raw("UPDATE users SET age = age + :by").bind("by", 1).execute(&mut conn)?;
    /// assert_eq!(moved, 1);
    /// assert_eq!(sent.take_sql(), ["UPDATE users SET age = age + ?"]);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn execute<X: Executor>(&self, conn_or_session: &mut X) -> Result<u64> {
        conn_or_session.read(&RawAffected(self), |_, _| Ok(()))
    }

    /// Returns the SQL text for a dialect, with placeholders instead of names.
    ///
    /// # Errors
    /// - `Usage`: a bind parameter has no value, or a value has no bind parameter.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = raw("SELECT :a + :b").bind("a", 1).bind("b", 2);
    /// assert_eq!(query.to_sql(&PostgresDialect)?, "SELECT $1 + $2");
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn to_sql(&self, dialect: &dyn Dialect) -> Result<String> {
        Ok(self.text(dialect)?.0)
    }

    /// The statement in the words of a dialect, and the values in their order.
    /// Returns the SQL text with literals instead of binds, to read it. See [`Select::to_sql_with_literals`].
    ///
    /// [`Select::to_sql_with_literals`]: crate::query::Select::to_sql_with_literals
    ///
    /// # Errors
    /// - As [`Raw::to_sql`].
    /// - `Unsupported`: a value has no literal.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = raw("SELECT id FROM users WHERE name = :name AND id IN :ids");
    /// let query = query.bind("name", "o'brien").bind_list("ids", [1, 2]);
    /// assert_eq!(
    ///     query.to_sql_with_literals(&SqliteDialect)?,
    ///     "SELECT id FROM users WHERE name = 'o''brien' AND id IN (1, 2)"
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn to_sql_with_literals(&self, dialect: &dyn Dialect) -> Result<String> {
        let (sql, binds) = (&self.sql, &self.binds);
        NamedSql { sql, binds }.printed(dialect)
    }

    fn text<'a>(&'a self, dialect: &'a dyn Dialect) -> Result<(String, Vec<ValueRef<'a>>)> {
        let (sql, binds) = (&self.sql, &self.binds);
        NamedSql { sql, binds }.compile(dialect)
    }
}

/// Raw SQL for its rows.
struct RawRows<'q>(&'q Raw);

/// Raw SQL for the number of rows that it matches.
struct RawAffected<'q>(&'q Raw);

impl ReadStatement for RawRows<'_> {
    type Outcome = ();

    fn access(&self) -> Access {
        Access::Raw
    }

    fn compile<'q>(
        &'q self,
        connection: &mut Connection,
        (_, compiled): (&'q mut Option<Box<Query>>, &mut CompiledSql<'q>),
    ) -> Result<()> {
        compiled.set_own(self.0.text(connection.dialect())?);
        Ok(())
    }

    fn execute(
        &self,
        connection: &mut Connection,
        compiled: &CompiledSql<'_>,
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()> {
        connection.within(self.0.limit, |connection| {
            connection.raw_query(compiled.text(), compiled.binds(), each)
        })
    }
}

impl ReadStatement for RawAffected<'_> {
    type Outcome = u64;

    fn access(&self) -> Access {
        Access::Raw
    }

    fn compile<'q>(
        &'q self,
        connection: &mut Connection,
        (_, compiled): (&'q mut Option<Box<Query>>, &mut CompiledSql<'q>),
    ) -> Result<()> {
        compiled.set_own(self.0.text(connection.dialect())?);
        Ok(())
    }

    fn execute(
        &self,
        connection: &mut Connection,
        compiled: &CompiledSql<'_>,
        _each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<u64> {
        connection.within(self.0.limit, |connection| {
            let outcome = connection.raw_execute(compiled.text(), compiled.binds())?;
            Ok(outcome.affected)
        })
    }
}

/// The places of a model's columns.
fn places_of<M: Model>(row: &dyn Row) -> Result<ColumnIndex> {
    ColumnIndex::of_model(row, M::def()).map_err(|error| error.with_table(M::def().table))
}
