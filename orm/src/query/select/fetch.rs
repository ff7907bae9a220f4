//! Executes a query: `all`, `first`, `one`, `one_or_none`, `stream`, `count`, `exists`.

use orm_core::driver::Row;
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::stmt::Query;

use super::builder::Select;
use super::joined_loads::JoinedLoads;
use super::query_state::QueryState;
use super::selectable::Selectable;
use crate::engine::Connection;
use crate::mapping::{Exempt, LoadPath, ModelDef};
use crate::query::compile::compiled_sql::CompiledSql;
use crate::query::compile::verb::Verb;
use crate::query::executor::{Access, Executor, ReadStatement};
use crate::query::rows::column_index::remapped;
use crate::query::rows::from_row::read_value;
use crate::query::rows::stream::{Stream, StreamSource};

impl<S: Selectable> Select<S> {
    /// Returns all rows.
    ///
    /// # Errors
    /// - `Usage`: the query is not valid.
    /// - `Decode`: a value can't be converted to its type.
    /// - Any error of the database.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let names: Vec<String> = select(User.name).all(&mut conn)?;
    /// assert_eq!(names, ["ada"]);
    /// assert_eq!(sent.take_sql(), [r#"SELECT "name" FROM "users""#]);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn all<X: Executor>(&self, conn_or_session: &mut X) -> Result<Vec<S::Output<X>>> {
        let mut rows = Vec::new();
        conn_or_session.read(&self.query.verb(Verb::All), |row, sink| {
            if rows.capacity() == 0 {
                // As many as a vector that grows starts with.
                rows = Vec::with_capacity(4.max(1 + row.rows_left()));
            }
            rows.push(S::decode::<X>(row, 0, sink)?);
            Ok(())
        })?;
        Ok(rows)
    }

    /// Returns the first row, or `None` if there is no row. Without `order_by` it may be any row.
    ///
    /// # Errors
    /// As [`Select::all`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let oldest = select(User.name).order_by(User.age.desc()).first(&mut conn)?;
    /// assert_eq!(oldest.as_deref(), Some("ada"));
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"SELECT "name" FROM "users" ORDER BY "age" DESC LIMIT 1"#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn first<X: Executor>(&self, conn_or_session: &mut X) -> Result<Option<S::Output<X>>> {
        let mut first = None;
        conn_or_session.read(&self.query.verb(Verb::First), |row, sink| {
            first = Some(S::decode::<X>(row, 0, sink)?);
            Ok(())
        })?;
        Ok(first)
    }

    /// Returns the only row. The statement has `LIMIT 2`, unless its conditions compare the whole primary key of its only
    /// table.
    ///
    /// # Errors
    /// - `NotFound`: there is no row.
    /// - `MultipleRows`: there are several rows.
    /// - As [`Select::all`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let ada = select(User.age).filter(User.name.eq("ada")).one(&mut conn)?;
    /// assert_eq!(ada, 36);
    /// let missing = select(User.age).filter(User.name.eq("eve")).one(&mut conn);
    /// assert_eq!(missing.unwrap_err().kind(), ErrorKind::NotFound);
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"SELECT "age" FROM "users" WHERE "name" = ? LIMIT 2"#; 2]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn one<X: Executor>(&self, conn_or_session: &mut X) -> Result<S::Output<X>> {
        let mut only = None;
        self.read_only_row(conn_or_session, &mut only)?;
        only.ok_or_else(|| self.query.wrong_number(ErrorKind::NotFound))
    }

    /// Returns the only row, or `None` if there is no row.
    ///
    /// # Errors
    /// - `MultipleRows`: there are several rows.
    /// - As [`Select::all`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let eve = select(User.age).filter(User.name.eq("eve")).one_or_none(&mut conn)?;
    /// assert_eq!(eve, None);
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"SELECT "age" FROM "users" WHERE "name" = ? LIMIT 2"#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn one_or_none<X: Executor>(
        &self,
        conn_or_session: &mut X,
    ) -> Result<Option<S::Output<X>>> {
        let mut only = None;
        self.read_only_row(conn_or_session, &mut only)?;
        Ok(only)
    }

    /// Puts the row where the caller has its place: it is large to move.
    #[inline]
    fn read_only_row<X: Executor>(
        &self,
        conn_or_session: &mut X,
        only: &mut Option<S::Output<X>>,
    ) -> Result<()> {
        conn_or_session.read(&self.query.verb(Verb::One), |row, sink| {
            if only.is_some() {
                return Err(self.query.wrong_number(ErrorKind::MultipleRows));
            }
            *only = Some(S::decode::<X>(row, 0, sink)?);
            Ok(())
        })
    }

    /// Returns the rows one at a time, with constant use of memory. Entities are returned as owned structs; a session reads
    /// entities in [`chunks`](Select::chunks). See [`Stream`] for an early end.
    ///
    /// ```
    /// # use orm::prelude::*;
    /// # #[derive(Model)]
    /// # #[orm(table = "users")]
    /// # struct User { #[orm(primary_key)] id: i64, name: String }
    /// # let engine = Engine::connect("sqlite://")?;
    /// # Metadata::of((User,)).create_all(&engine)?;
    /// # let mut conn = engine.connection()?;
    /// # insert(User).values(User::builder().name("ada")).execute(&mut conn)?;
    /// // SQLite, MariaDB, MySQL: SELECT "id", "name" FROM "users" ORDER BY "id" ASC
    /// // PostgreSQL: BEGIN; DECLARE orm_stream NO SCROLL CURSOR FOR SELECT …; FETCH 1 FROM orm_stream;
    /// //             FETCH 8 FROM orm_stream; …; COMMIT, or inside a transaction CLOSE orm_stream
    /// for user in select(User).order_by(User.id.asc()).stream(&mut conn)? {
    ///     let user = user?;
    ///     println!("{} {}", user.id, user.name);
    /// }
    /// # Ok::<(), orm::Error>(())
    /// ```
    ///
    /// # Errors
    /// - `Usage`: the query is not valid, or it locks rows outside a transaction.
    /// - Errors of the database are returned by the first or a later row.
    pub fn stream<'c, C: StreamSource>(
        &self,
        conn: &'c mut C,
    ) -> Result<Stream<'c, S::Output<Connection>>> {
        let conn = conn.source();
        let has_loads = !self.query.loads.is_empty() || self.query.joined_loads.is_some();
        conn.allow(self.query.access(), has_loads)?;
        let statement = self.query.verb(Verb::All);
        let (mut place, mut compiled) = (None, CompiledSql::default());
        conn.compile(&statement, (&mut place, &mut compiled))?;
        let cursor = conn.cursor(compiled.text(), compiled.binds())?;
        let places = self.query.places(Verb::All);
        Ok(Stream::of_models(cursor, places, |row| {
            S::decode::<Connection>(row, 0, &mut ())
        }))
    }
}

impl<S> Select<S> {
    /// Returns the number of rows of the query, counted by the database.
    ///
    /// # Errors
    /// As [`Select::all`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// assert_eq!(select(User).filter(User.active).count(&mut conn)?, 1);
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"SELECT COUNT(*) FROM "users" WHERE "active" = ?"#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn count<X: Executor>(&self, conn_or_session: &mut X) -> Result<i64> {
        let mut count = 0_i64;
        conn_or_session.read(&self.query.verb(Verb::Count), |row, _| {
            count = read_value(row, 0)?;
            Ok(())
        })?;
        Ok(count)
    }

    /// Returns whether the query returns any row.
    ///
    /// # Errors
    /// As [`Select::all`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// assert!(select(User).filter(User.name.eq("ada")).exists(&mut conn)?);
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"SELECT 1 FROM "users" WHERE "name" = ? LIMIT 1"#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn exists<X: Executor>(&self, conn_or_session: &mut X) -> Result<bool> {
        let mut exists = false;
        conn_or_session.read(&self.query.verb(Verb::Exists), |_, _| {
            exists = true;
            Ok(())
        })?;
        Ok(exists)
    }
}

/// A query with its verb.
pub(super) struct VerbOf<'q> {
    query: &'q QueryState,
    verb: Verb,
}

impl ReadStatement for VerbOf<'_> {
    type Outcome = ();

    fn row_access(&self) -> Access {
        match self.access() {
            Access::Lock if !self.query.locks_rows() => Access::Plain,
            access => access,
        }
    }

    fn access(&self) -> Access {
        match self.verb {
            Verb::All | Verb::First | Verb::One => self.query.access(),
            // They refuse a lock themselves, since they hand out no row to lock.
            Verb::Count | Verb::Exists if self.query.writes() => Access::Raw,
            Verb::Count | Verb::Exists => Access::Plain,
        }
    }

    #[inline]
    fn loads(&self) -> &[LoadPath] {
        match self.verb {
            Verb::All | Verb::First | Verb::One => &self.query.loads,
            Verb::Count | Verb::Exists => &[],
        }
    }

    #[inline]
    fn joined_loads(&self) -> Option<(&JoinedLoads, &'static ModelDef)> {
        let joined = self.query.joined_loads(self.verb)?;
        Some((joined, self.query.sources.root?.def))
    }

    #[inline]
    fn populates_existing(&self) -> bool {
        self.query.populates_existing
    }

    #[inline]
    fn exempt(&self) -> Option<&Exempt> {
        self.query.exempt.as_deref()
    }

    #[inline]
    fn compile<'q>(
        &'q self,
        connection: &mut Connection,
        into: (&'q mut Option<Box<Query>>, &mut CompiledSql<'q>),
    ) -> Result<()> {
        self.query.compile(self.verb, connection, into)
    }

    #[inline]
    fn execute(
        &self,
        connection: &mut Connection,
        compiled: &CompiledSql<'_>,
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()> {
        let (text, binds) = (compiled.text(), compiled.binds());
        let places = self.query.places(self.verb);
        connection.within(self.query.time_limit, |connection| {
            if places.is_some() {
                return connection.read(text, binds, &mut |row| {
                    remapped(places.as_ref(), row, &mut *each)
                });
            }
            if compiled.has_one_row() {
                connection.read_row(text, binds, each)
            } else {
                connection.read(text, binds, each)
            }
        })
    }
}

impl<S: Selectable> Select<S> {
    /// The statement of [`Select::all`].
    pub(crate) fn all_rows(&self) -> impl ReadStatement {
        self.query.verb(Verb::All)
    }
}

impl QueryState {
    pub(super) fn verb(&self, verb: Verb) -> VerbOf<'_> {
        VerbOf { query: self, verb }
    }

    #[cold]
    fn wrong_number(&self, kind: ErrorKind) -> Error {
        let mut error = Error::new(kind);
        if let Some(root) = self.sources.root {
            error = error.with_table(root.def.table);
        }
        match kind {
            ErrorKind::NotFound => error.with_hint("use one_or_none if there may be no row"),
            _ => error.with_hint("use first for one of them, or add a filter"),
        }
    }
}
