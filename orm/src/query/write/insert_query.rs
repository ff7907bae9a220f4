//! [`InsertQuery`]: INSERT of the rows of a query.

use std::fmt;
use std::marker::PhantomData;

use orm_core::driver::Row;
use orm_core::error::Result;
use orm_core::sql::{Capabilities, Dialect};
use orm_core::stmt::{self, InsertSource, Query, Statement};
use orm_core::types::DbType;

use super::check::check_not_generated;
use super::clauses::note_written;
use super::insert::{INSERT_RETURNING, InsertInto};
use super::printed_rows::printed;
use super::returning::{Prepared, Returning, WriteRows, check_returning, text_of};
use super::stored_rows::stored_rows;
use super::written_rows::WriteInWith;
use crate::engine::{Connection, StatementLimit};
use crate::mapping::{Column, ColumnSet, Criteria, Exempt, KeySource, Model};
use crate::query::executor::{DmlKind, Executor, RowsWrite};
use crate::query::expressions::build_error::BuildError;
use crate::query::expressions::expr::Expr;
use crate::query::expressions::operand::FitsIn;
use crate::query::limited::limited;
use crate::query::select::builder::Select;
use crate::query::select::named_source::WrittenTable;
use crate::query::select::returning_list::ReturningList;
use crate::query::select::selectable::Selectable;

/// Is implemented by what a query selects, for the columns of the model `M` that its rows can be inserted into: a column or
/// an expression of the same type for each of them.
#[diagnostic::on_unimplemented(
    message = "what the query selects can't be inserted into these columns",
    label = "expected a column or an expression of the same type for each column, in their order",
    note = "only a column whose field is an `Option` takes nullable values"
)]
pub trait InsertedInto<M, C> {
    /// Adds the positions of the columns to `positions`.
    #[doc(hidden)]
    fn positions(columns: C, positions: &mut Vec<usize>);
}

#[diagnostic::do_not_recommend]
impl<M, N, T, U> InsertedInto<M, Column<M, T>> for Column<N, U>
where
    T: DbType,
    U: DbType<Base = T::Base, Null: FitsIn<T::Null>>,
{
    fn positions(column: Column<M, T>, positions: &mut Vec<usize>) {
        positions.push(column.position());
    }
}

#[diagnostic::do_not_recommend]
impl<M, T, U> InsertedInto<M, Column<M, T>> for Expr<U>
where
    T: DbType,
    U: DbType<Base = T::Base, Null: FitsIn<T::Null>>,
{
    fn positions(column: Column<M, T>, positions: &mut Vec<usize>) {
        positions.push(column.position());
    }
}

macro_rules! tuples {
    ($(($($selected:ident $column:ident $index:tt),+)),+ $(,)?) => {$(
        #[diagnostic::do_not_recommend]
        impl<M, $($selected, $column),+> InsertedInto<M, ($($column,)+)> for ($($selected,)+)
        where
            $($selected: InsertedInto<M, $column>),+
        {
            fn positions(columns: ($($column,)+), positions: &mut Vec<usize>) {
                $($selected::positions(columns.$index, positions);)+
            }
        }
    )+};
}

tuples! {
    (A CA 0),
    (A CA 0, B CB 1),
    (A CA 0, B CB 1, C CC 2),
    (A CA 0, B CB 1, C CC 2, D CD 3),
    (A CA 0, B CB 1, C CC 2, D CD 3, E CE 4),
    (A CA 0, B CB 1, C CC 2, D CD 3, E CE 4, F CF 5),
    (A CA 0, B CB 1, C CC 2, D CD 3, E CE 4, F CF 5, G CG 6),
    (A CA 0, B CB 1, C CC 2, D CD 3, E CE 4, F CF 5, G CG 6, H CH 7),
}

/// Represents an INSERT of the rows of a query. The database copies them; nothing of them is sent to the program.
///
/// The query's [criteria](crate::Criteria) apply. [`Hooks`](crate::Hooks) of the model are not called, and defaults of the
/// program are not set: the columns that are left out get the defaults of the database. On a session, pending changes are
/// flushed first, and what it has loaded of the model is stale.
#[must_use = "an insert does nothing until it is executed"]
pub struct InsertQuery<M> {
    columns: Vec<usize>,
    query: std::result::Result<Box<Query>, Box<BuildError>>,
    /// The criteria that the query is exempt from.
    exempt: Option<Box<Exempt>>,
    /// What the query writes in its WITH clause.
    written: Vec<WrittenTable>,
    pub(super) limit: StatementLimit,
    marker: PhantomData<fn() -> M>,
}

impl<M: Model> fmt::Debug for InsertQuery<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut insert = f.debug_struct("InsertQuery");
        insert.field("table", &M::def().table);
        insert.field("query", &self.query).finish_non_exhaustive()
    }
}

impl<M: Model> InsertInto<M> {
    /// Sets the rows to those of a query, which selects a column or an expression for each of `columns`. Tuples of more than
    /// eight nest on both sides: `((a, b), c)`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let copies = select((Post.author_id, Post.title)).filter(Post.title.ne(""));
    /// let copied = insert(Post).from_select((Post.author_id, Post.title), copies);
    /// assert_eq!(copied.execute(&mut conn)?, 1);
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"INSERT INTO "posts" ("author_id", "title") SELECT "author_id", "title" FROM "posts" WHERE "title" <> ?"#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn from_select<C, S: InsertedInto<M, C>>(
        self,
        columns: C,
        query: Select<S>,
    ) -> InsertQuery<M> {
        let mut positions = Vec::new();
        S::positions(columns, &mut positions);
        let exempt = query.query.exempt();
        let written = query.query.written().collect();
        InsertQuery {
            columns: positions,
            query: query.query.into_query().map(Box::new).map_err(Box::new),
            exempt,
            written,
            limit: StatementLimit::Outer,
            marker: PhantomData,
        }
    }
}

impl<M: Model> InsertQuery<M> {
    /// Adds RETURNING: what is selected of each inserted row. PostgreSQL, SQLite and MariaDB support it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let copies = select((Post.author_id, Post.title));
    /// let copied = insert(Post).from_select((Post.author_id, Post.title), copies);
    /// assert_eq!(copied.returning(Post.id).all(&mut conn)?, [2]);
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"INSERT INTO "posts" ("author_id", "title") SELECT "author_id", "title" FROM "posts" RETURNING "id""#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn returning<S: Selectable>(self, selected: S) -> Returning<Self, S> {
        Returning::new(self, selected)
    }

    /// Executes the INSERT and returns the number of inserted rows.
    ///
    /// # Errors
    /// - `Usage`: the query is not valid, or has a handle on a connection.
    /// - Any error of the database.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let longer = select((Post.author_id, Post.title)).filter(Post.id.gt(7));
    /// let copied = insert(Post).from_select((Post.author_id, Post.title), longer);
    /// assert_eq!(copied.execute(&mut conn)?, 0);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn execute<X: Executor>(&self, conn_or_session: &mut X) -> Result<u64> {
        let executor = limited(&mut *conn_or_session, self.limit);
        let inserted = executor.write(M::def(), DmlKind::Insert, |conn, keys| {
            let statement = self.lower(conn.dialect().capabilities(), conn.criteria(), None)?;
            Prepared::new((conn, keys), statement)?.execute(conn)
        })?;
        note_written(self.written.iter().copied(), conn_or_session)?;
        Ok(inserted)
    }

    /// Returns the SQL text for a dialect, with placeholders instead of values.
    ///
    /// # Errors
    /// - `Usage`: the query is not valid.
    /// - `Unsupported`: the dialect does not support the query.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let copied = insert(Post).from_select((Post.author_id, Post.title), select((User.id, User.name)));
    /// assert_eq!(
    ///     copied.to_sql(&MysqlDialect::MySql)?,
    ///     "INSERT INTO `posts` (`author_id`, `title`) SELECT `id`, `name` FROM `users`"
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn to_sql(&self, dialect: &dyn Dialect) -> Result<String> {
        let statement = self.lower(dialect.capabilities(), &Criteria::default(), None)?;
        text_of(&statement, dialect)
    }

    pub(super) fn lower(
        &self,
        capabilities: &Capabilities,
        criteria: &Criteria,
        list: Option<&ReturningList>,
    ) -> Result<Statement> {
        let def = M::def();
        let mut seen = ColumnSet::new();
        for position in &self.columns {
            check_not_generated(def, *position)?;
            if seen.contains(*position) {
                let (table, column) = (def.table, def.names[*position]);
                let message = format!("the INSERT into {table} has the column {column} twice");
                return Err(BuildError::new(message, "remove one of the two").to_error());
            }
            seen.insert(*position);
        }
        let mut query = match &self.query {
            Ok(query) => query.clone(),
            Err(error) => return Err(error.to_error()),
        };
        if !capabilities.typed_columns {
            stored_rows(def, &self.columns, &mut query);
        }
        let names = self
            .columns
            .iter()
            .map(|position| def.names[*position].into());
        let source = InsertSource::Query(query);
        let mut insert = stmt::Insert::new(def.table, names.collect(), source);
        criteria
            .without(self.exempt.as_deref())
            .apply_to_insert(&mut insert)?;
        if let Some(list) = list {
            insert.returning.extend(list.projections());
        }
        Ok(Statement::Insert(insert))
    }
}

impl<M: Model> WriteRows for InsertQuery<M> {
    type Model = M;

    fn write_rows<X: Executor>(
        &self,
        conn_or_session: &mut X,
        list: &ReturningList,
        each: impl FnMut(&dyn Row, &mut X::Sink<'_>) -> Result<()>,
    ) -> Result<()> {
        let write = RowsWrite {
            model: M::def(),
            kind: DmlKind::Insert,
            has_entities: list.has_entities(),
            check: &|dialect| check_returning(dialect, INSERT_RETURNING),
            keys: None,
        };
        let prepare = |conn: &mut Connection, keys: &dyn KeySource| {
            let capabilities = conn.dialect().capabilities();
            let statement = self.lower(capabilities, conn.criteria(), Some(list))?;
            Prepared::new((conn, keys), statement)
        };
        let executor = limited(&mut *conn_or_session, self.limit);
        executor.write_rows(&write, prepare, Prepared::query, each)?;
        note_written(self.written.iter().copied(), conn_or_session)
    }

    fn most_rows(&self) -> Option<usize> {
        None
    }

    fn text_returning(&self, dialect: &dyn Dialect, list: &ReturningList) -> Result<String> {
        let statement = self.lower(dialect.capabilities(), &Criteria::default(), Some(list))?;
        text_of(&statement, dialect)
    }

    fn printed_returning(&self, dialect: &dyn Dialect, list: &ReturningList) -> Result<String> {
        let statement = self.lower(dialect.capabilities(), &Criteria::default(), Some(list))?;
        printed(&statement, dialect)
    }
}

#[diagnostic::do_not_recommend]
impl<M: Model> WriteInWith for InsertQuery<M> {
    const KIND: DmlKind = DmlKind::Insert;

    fn statement(&self, list: &ReturningList) -> Result<Statement> {
        // A database with statements in WITH has typed columns.
        self.lower(&Capabilities::STANDARD, &Criteria::default(), Some(list))
    }
}
