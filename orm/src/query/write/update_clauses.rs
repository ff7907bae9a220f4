//! FROM and RETURNING of an [`Update`].

use orm_core::driver::Row;
use orm_core::error::Result;
use orm_core::sql::{Capabilities, Dialect};
use orm_core::stmt::Statement;

use super::check::explain_range;
use super::printed_rows::printed;
use super::returning::{Prepared, Returning, WriteRows, check_returning, text_of};
use super::update::Update;
use super::written_rows::WriteInWith;
use crate::engine::Connection;
use crate::mapping::{KeySource, Model};
use crate::query::executor::{DmlKind, Executor, RowsWrite};
use crate::query::limited::limited;
use crate::query::select::returning_list::ReturningList;
use crate::query::select::selectable::Selectable;
use crate::query::select::table_source::TableSource;

impl<M: Model> Update<M> {
    /// Adds a table, an alias of one, a derived table or a common table expression, whose columns values and conditions can
    /// use: UPDATE … FROM. A condition must say which of its rows belongs to a row that is updated; if several do, it is not
    /// defined which of them is used.
    ///
    /// MariaDB has no WITH before UPDATE: there a common table expression is `Unsupported`, and a derived table is not.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let statement = update(Post).from(User).set(Post.title, User.name).filter(User.id.eq(Post.author_id));
    /// assert_eq!(
    ///     statement.to_sql(&PostgresDialect)?,
    ///     r#"UPDATE "posts" SET "title" = "users"."name" FROM "users" WHERE "users"."id" = "posts"."author_id""#
    /// );
    /// assert_eq!(
    ///     statement.to_sql(&MysqlDialect::MySql)?,
    ///     "UPDATE `posts`, `users` SET `posts`.`title` = `users`.`name` WHERE `users`.`id` = `posts`.`author_id`"
    /// );
    /// let first = select((Post.author_id, min(Post.title))).group_by(Post.author_id).as_table("first");
    /// let (author, title) = first.columns();
    /// let statement = update(User).from(&first).set(User.email, title).filter(author.eq(User.id));
    /// assert_eq!(
    ///     statement.to_sql(&SqliteDialect)?,
    ///     r#"UPDATE "users" SET "email" = "first"."c1" FROM (SELECT "author_id" AS "c0", MIN("title") AS "c1" FROM "posts" GROUP BY "author_id") AS "first" WHERE "first"."c0" = "users"."id""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn from(mut self, source: impl TableSource) -> Self {
        self.parts.clauses.add_table(source);
        self
    }

    /// Adds RETURNING: what is selected of each updated row, with its new values. On a session, entities are tracked. PostgreSQL
    /// and SQLite support it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let older = update(User).set(User.age, User.age + 1).filter(User.name.eq("ada"));
    /// assert_eq!(older.returning((User.id, User.age)).all(&mut conn)?, [(1, 37)]);
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"UPDATE "users" SET "age" = integer_store("age" + ?, 32) WHERE "name" = ? RETURNING "id", "age""#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn returning<S: Selectable>(self, selected: S) -> Returning<Self, S> {
        Returning::new(self, selected)
    }

    /// The statement with a RETURNING list, or without one, ready to be sent.
    pub(super) fn prepare(
        &self,
        (conn, keys): (&mut Connection, &dyn KeySource),
        list: Option<&ReturningList>,
    ) -> Result<Prepared> {
        self.check_set()?;
        let statement = self.under_criteria(conn)?;
        let mut statement = statement.unwrap_or_else(|| self.lower());
        statement
            .returning
            .extend(list.into_iter().flat_map(ReturningList::projections));
        Prepared::new((conn, keys), Statement::Update(statement))
    }
}

impl<M: Model> WriteRows for Update<M> {
    type Model = M;

    fn write_rows<X: Executor>(
        &self,
        conn_or_session: &mut X,
        list: &ReturningList,
        each: impl FnMut(&dyn Row, &mut X::Sink<'_>) -> Result<()>,
    ) -> Result<()> {
        self.check_values()?;
        let keys = |conn: &mut Connection, keys: &dyn KeySource| self.matching_keys(conn, keys);
        let write = RowsWrite {
            model: M::def(),
            kind: DmlKind::Update,
            has_entities: list.has_entities(),
            check: &|dialect| {
                let supported = |capabilities: &Capabilities| capabilities.update_returning;
                check_returning(dialect, ("UPDATE … RETURNING", supported))
            },
            keys: self.parts.is_in_step.then_some(&keys),
        };
        let prepare =
            |conn: &mut Connection, keys: &dyn KeySource| self.prepare((conn, keys), Some(list));
        let executor = limited(&mut *conn_or_session, self.parts.limit);
        let updated = executor.write_rows(&write, prepare, Prepared::query, each);
        updated.map_err(explain_range::<M>)?;
        self.parts.clauses.note_written(conn_or_session)
    }

    fn most_rows(&self) -> Option<usize> {
        None
    }

    fn text_returning(&self, dialect: &dyn Dialect, list: &ReturningList) -> Result<String> {
        text_of(&self.statement(list)?, dialect)
    }

    fn printed_returning(&self, dialect: &dyn Dialect, list: &ReturningList) -> Result<String> {
        printed(&self.statement(list)?, dialect)
    }
}

#[diagnostic::do_not_recommend]
impl<M: Model> WriteInWith for Update<M> {
    const KIND: DmlKind = DmlKind::Update;

    fn statement(&self, list: &ReturningList) -> Result<Statement> {
        self.check_values()?;
        self.check_set()?;
        let mut update = self.lower();
        update.returning.extend(list.projections());
        Ok(Statement::Update(update))
    }
}
