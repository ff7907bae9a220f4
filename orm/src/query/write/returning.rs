//! [`Returning`]: a statement that writes, with a RETURNING list.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use orm_core::driver::Row;
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::sql::{Capabilities, Dialect, SqlWriter};
use orm_core::stmt::Statement;

use crate::engine::{Connection, StatementText, TextOf};
use crate::mapping::{KeySource, Model};
use crate::query::compile::handle_keys::HandleKeys;
use crate::query::compile::validate::validate_statement;
use crate::query::executor::Executor;
use crate::query::select::returning_list::ReturningList;
use crate::query::select::selectable::Selectable;

/// Represents an INSERT, UPDATE or DELETE that returns rows: what `returning(…)` selects, as `select(…)` would. On a
/// connection entities are structs; on a session they are tracked, and have the values of their rows.
///
/// PostgreSQL and SQLite return rows of all three statements, MariaDB of INSERT and DELETE. MySQL returns the generated
/// keys of an INSERT alone. Anything else is `Unsupported`, before anything is sent.
///
/// ```
/// # use orm_doctest::*;
/// # let (engine, sent) = database()?;
/// # let mut session = Session::new(&engine);
/// let older = update(User).set(User.age, User.age + 1).filter(User.active);
/// let users: Vec<Ref<User>> = older.returning(User).all(&mut session)?;
/// assert_eq!(session[users[0]].age, 37);
/// assert_eq!(
///     sent.take_sql(),
///     [
///         "BEGIN IMMEDIATE",
///         r#"UPDATE "users" SET "age" = integer_store("age" + ?, 32) WHERE "active" = ? RETURNING "id", "name", "email", "age", "active""#,
///     ]
/// );
/// # Ok::<(), orm::Error>(())
/// ```
#[must_use = "a statement does nothing until it is executed"]
pub struct Returning<W, S> {
    write: W,
    list: ReturningList,
    marker: PhantomData<fn() -> S>,
}

impl<W: fmt::Debug, S> fmt::Debug for Returning<W, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut returning = f.debug_tuple("Returning");
        returning.field(&self.write).field(&self.list).finish()
    }
}

/// Is implemented by the statements that can return rows.
pub trait WriteRows {
    /// The model that is written.
    type Model: Model;

    /// Executes the statement and passes each row that it returns to `each`.
    ///
    /// # Errors
    /// As [`Returning::all`].
    #[doc(hidden)]
    fn write_rows<X: Executor>(
        &self,
        conn_or_session: &mut X,
        list: &ReturningList,
        each: impl FnMut(&dyn Row, &mut X::Sink<'_>) -> Result<()>,
    ) -> Result<()>;

    /// Returns how many rows come back at most, if that is known.
    #[doc(hidden)]
    fn most_rows(&self) -> Option<usize>;

    /// Returns the text with a RETURNING list.
    ///
    /// # Errors
    /// As [`Returning::to_sql`].
    #[doc(hidden)]
    fn text_returning(&self, dialect: &dyn Dialect, list: &ReturningList) -> Result<String>;

    /// The text with literals instead of binds.
    #[doc(hidden)]
    fn printed_returning(&self, dialect: &dyn Dialect, list: &ReturningList) -> Result<String>;
}

impl<W: WriteRows, S: Selectable> Returning<W, S> {
    pub(super) fn new(write: W, selected: S) -> Self {
        Self {
            write,
            list: ReturningList::of(selected),
            marker: PhantomData,
        }
    }

    /// Executes the statement and returns its rows, in the database's order.
    ///
    /// # Errors
    /// - `Unsupported`: the database does not return rows of this statement. Nothing is sent.
    /// - `Usage`: the statement is not valid; or, on a session, a DELETE returns entities.
    /// - `Decode`: a value can't be converted to its type.
    /// - The errors of the statement's `execute`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let gone: Vec<(i64, String)> = delete(Post)
    ///     .filter(Post.author_id.eq(1))
    ///     .returning((Post.id, Post.title))
    ///     .all(&mut conn)?;
    /// assert_eq!(gone.len(), 1);
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"DELETE FROM "posts" WHERE "author_id" = ? RETURNING "id", "title""#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn all<X: Executor>(&self, conn_or_session: &mut X) -> Result<Vec<S::Output<X>>> {
        let mut rows = Vec::with_capacity(self.write.most_rows().unwrap_or_default());
        self.each(conn_or_session, |row, sink| {
            rows.push(S::decode::<X>(row, 0, sink)?);
            Ok(())
        })?;
        Ok(rows)
    }

    /// Executes the statement and returns its only row.
    ///
    /// # Errors
    /// - `Usage`: an INSERT has not exactly one row. Nothing is sent.
    /// - `NotFound`: no row was written.
    /// - `MultipleRows`: several rows were written. They stay written, unless the transaction is rolled back.
    /// - As [`Returning::all`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let post = Post::builder().author_id(1).title("On tides");
    /// let title = insert(Post).values(post).returning(Post.title).one(&mut conn)?;
    /// assert_eq!(title, "On tides");
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"INSERT INTO "posts" ("author_id", "title") VALUES (?, ?) RETURNING "title""#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn one<X: Executor>(&self, conn_or_session: &mut X) -> Result<S::Output<X>> {
        if let Some(rows) = self.write.most_rows()
            && rows != 1
        {
            return Err(not_one::<W>(rows));
        }
        let row = self.one_or_none(conn_or_session)?;
        row.ok_or_else(|| wrong_number::<W>(ErrorKind::NotFound, "no row was written"))
    }

    /// Executes the statement and returns its only row, or `None` if no row was written.
    ///
    /// # Errors
    /// - `MultipleRows`: several rows were written. They stay written, unless the transaction is rolled back.
    /// - As [`Returning::all`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let eve = update(User).set(User.age, 37).filter(User.name.eq("eve"));
    /// assert_eq!(eve.returning(User.id).one_or_none(&mut conn)?, None);
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"UPDATE "users" SET "age" = ? WHERE "name" = ? RETURNING "id""#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn one_or_none<X: Executor>(
        &self,
        conn_or_session: &mut X,
    ) -> Result<Option<S::Output<X>>> {
        let (mut only, mut is_alone) = (None, true);
        self.each(conn_or_session, |row, sink| {
            is_alone = only.is_none();
            if is_alone {
                only = Some(S::decode::<X>(row, 0, sink)?);
            }
            Ok(())
        })?;
        if is_alone {
            return Ok(only);
        }
        let message = "several rows were written";
        Err(wrong_number::<W>(ErrorKind::MultipleRows, message))
    }

    /// Returns the SQL text for a dialect, with placeholders instead of values. If an INSERT is sent as several
    /// statements, returns the first.
    ///
    /// # Errors
    /// - `Usage`: the statement is not valid.
    /// - `Unsupported`: the dialect has no RETURNING for it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let statement = delete(Post).returning(Post.title);
    /// assert_eq!(
    ///     statement.to_sql(&MysqlDialect::MariaDb)?,
    ///     "DELETE FROM `posts` RETURNING `title`"
    /// );
    /// assert!(statement.to_sql(&MysqlDialect::MySql).unwrap_err().is_unsupported());
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn to_sql(&self, dialect: &dyn Dialect) -> Result<String> {
        self.list.check(W::Model::def())?;
        self.write.text_returning(dialect, &self.list)
    }

    pub(super) fn parts(&self) -> (&W, &ReturningList) {
        (&self.write, &self.list)
    }

    pub(super) fn into_parts(self) -> (ReturningList, W) {
        (self.list, self.write)
    }

    fn each<X: Executor>(
        &self,
        conn_or_session: &mut X,
        mut each: impl FnMut(&dyn Row, &mut X::Sink<'_>) -> Result<()>,
    ) -> Result<()> {
        self.list.check(W::Model::def())?;
        self.write
            .write_rows(conn_or_session, &self.list, |row, sink| {
                self.list.row(row, |row| each(row, sink))
            })
    }
}

#[cold]
fn not_one<W: WriteRows>(rows: usize) -> Error {
    let message = format!("the INSERT has {rows} rows instead of one");
    Error::with_message(ErrorKind::Usage, message)
        .with_table(W::Model::def().table)
        .with_hint("use .all(…)")
}

#[cold]
fn wrong_number<W: WriteRows>(kind: ErrorKind, message: &'static str) -> Error {
    let hint = match kind {
        ErrorKind::NotFound => "use one_or_none if there may be no row",
        _ => "use all, or add a filter",
    };
    Error::with_message(kind, message)
        .with_table(W::Model::def().table)
        .with_hint(hint)
}

/// Refuses what a dialect does not return.
///
/// # Errors
/// `Unsupported`.
pub(super) fn check_returning(
    dialect: &'static dyn Dialect,
    (feature, supported): (&str, fn(&Capabilities) -> bool),
) -> Result<()> {
    if supported(dialect.capabilities()) {
        return Ok(());
    }
    let hint = "execute the statement, and select the rows in the same transaction";
    Err(SqlWriter::new(dialect).unsupported(feature).with_hint(hint))
}

/// The text of a statement.
///
/// # Errors
/// As [`Returning::to_sql`].
pub(super) fn text_of(statement: &Statement, dialect: &dyn Dialect) -> Result<String> {
    validate_statement(statement).map_err(|error| error.to_error())?;
    Ok(StatementText::of(statement, dialect)?.to_string())
}

/// A statement that is ready to be sent, with the keys of the handles among its values.
pub(super) struct Prepared {
    statement: Box<Statement>,
    text: Arc<StatementText>,
    keys: Option<HandleKeys>,
}

impl Prepared {
    /// # Errors
    /// `Usage` for a statement that is not valid, `Unsupported` by the dialect; as [`KeySource::key`] for handles.
    pub(super) fn new(
        (conn, keys): (&mut Connection, &dyn KeySource),
        statement: Statement,
    ) -> Result<Self> {
        let dialect = conn.dialect();
        let text = conn.statement(&(TextOf::Write, &statement), || {
            validate_statement(&statement).map_err(|error| error.to_error())?;
            StatementText::of(&statement, dialect)
        })?;
        let keys = if text.has_handles {
            let binds = text.order.binds(&statement, dialect)?;
            Some(HandleKeys::of(&binds, keys)?)
        } else {
            None
        };
        Ok(Self {
            statement: Box::new(statement),
            text,
            keys,
        })
    }

    /// Executes the statement and passes each row that comes back to `each`.
    ///
    /// # Errors
    /// The database's refusal, and the error of `each`.
    pub(super) fn query(
        conn: &mut Connection,
        this: Self,
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()> {
        let Self {
            text,
            statement,
            keys,
            ..
        } = this;
        let mut binds = text.order.binds(&*statement, conn.dialect())?;
        if let Some(keys) = &keys {
            keys.replace(&mut binds);
        }
        conn.query(&text, &binds, each)
    }

    /// Executes the statement and returns how many rows it wrote.
    ///
    /// # Errors
    /// The database's refusal.
    pub(super) fn execute(&self, conn: &mut Connection) -> Result<u64> {
        let mut binds = self.text.order.binds(&*self.statement, conn.dialect())?;
        if let Some(keys) = &self.keys {
            keys.replace(&mut binds);
        }
        Ok(conn.execute(&self.text, &binds)?.affected)
    }
}
