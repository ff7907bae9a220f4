//! [`Truncate`]: deletes all rows of a table at once.

use std::marker::PhantomData;

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::sql::{Dialect, TruncateStyle, write_truncate};
use orm_core::stmt;

use crate::engine::Connection;
use crate::mapping::{Entity, KeySource, Model};
use crate::query::executor::{DmlKind, Executor};

/// Represents a TRUNCATE: it deletes all rows of a model's table, however many, and calls neither hooks nor ON DELETE.
///
/// ```
/// # use orm::prelude::*;
/// # #[derive(Model)]
/// # #[orm(table = "users")]
/// # struct User { #[orm(primary_key)] id: i64 }
/// let statement = truncate(User).restart_identity();
/// let sql = statement.to_sql(&orm::sqlite::SqliteDialect)?;
/// assert_eq!(sql, r#"DELETE FROM "users"; DELETE FROM sqlite_sequence WHERE name = 'users'"#);
/// # Ok::<(), orm::Error>(())
/// ```
///
/// On MySQL and MariaDB it commits the transaction, so it is refused in one, and on a session; the keys always restart. SQLite
/// has DELETE in its place, which follows ON DELETE. PostgreSQL, MySQL and MariaDB refuse it for a table that another one
/// references.
#[must_use = "a truncate does nothing until it is executed"]
#[derive(Clone, Debug)]
pub struct Truncate<M> {
    restart_identity: bool,
    cascade: bool,
    marker: PhantomData<fn() -> M>,
}

/// Creates a TRUNCATE of a model's table.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// assert_eq!(truncate(Post).to_sql(&PostgresDialect)?, r#"TRUNCATE TABLE "posts""#);
/// assert_eq!(truncate(Post).to_sql(&MysqlDialect::MySql)?, "TRUNCATE TABLE `posts`");
/// assert_eq!(truncate(Post).to_sql(&SqliteDialect)?, r#"DELETE FROM "posts""#);
/// # Ok::<(), orm::Error>(())
/// ```
pub fn truncate<E: Entity>(_entity: E) -> Truncate<E::Model> {
    Truncate {
        restart_identity: false,
        cascade: false,
        marker: PhantomData,
    }
}

impl<M: Model> Truncate<M> {
    /// Restarts the generated keys: the next row gets the first one.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// assert_eq!(
    ///     truncate(User).restart_identity().to_sql(&PostgresDialect)?,
    ///     r#"TRUNCATE TABLE "users" RESTART IDENTITY"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn restart_identity(mut self) -> Self {
        self.restart_identity = true;
        self
    }

    /// Truncates the tables that reference the table as well, and those that reference these. PostgreSQL supports it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// assert_eq!(
    ///     truncate(User).cascade().to_sql(&PostgresDialect)?,
    ///     r#"TRUNCATE TABLE "users" CASCADE"#
    /// );
    /// assert!(truncate(User).cascade().to_sql(&SqliteDialect).unwrap_err().is_unsupported());
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn cascade(mut self) -> Self {
        self.cascade = true;
        self
    }

    /// Executes the statement on a connection or a session. A session flushes first, and what it has loaded of the table and
    /// of those that reference it is stale afterwards.
    ///
    /// # Errors
    /// - `Unsupported`: the database does not support an option, or refuses it for a table that is referenced.
    /// - `Usage`: a transaction is open which the statement would commit, or a criterion applies to the model.
    /// - `ForeignKeyViolation`: a row is referenced, on SQLite.
    /// - Any error of the database.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// truncate(Post).execute(&mut conn)?;
    /// assert_eq!(sent.take_sql(), [r#"DELETE FROM "posts""#]);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn execute<X: Executor>(&self, conn_or_session: &mut X) -> Result<()> {
        let write = |conn: &mut Connection, _keys: &dyn KeySource| self.run(conn);
        conn_or_session.write(M::def(), DmlKind::Truncate, write)
    }

    /// Returns the SQL text for a dialect: one statement, or two with `; ` in between.
    ///
    /// # Errors
    /// - `Unsupported`: the dialect does not support an option.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let statement = truncate(Post).restart_identity().cascade();
    /// assert_eq!(
    ///     statement.to_sql(&PostgresDialect)?,
    ///     r#"TRUNCATE TABLE "posts" RESTART IDENTITY CASCADE"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn to_sql(&self, dialect: &dyn Dialect) -> Result<String> {
        Ok(self.statements(dialect)?.join("; "))
    }

    fn statements(&self, dialect: &dyn Dialect) -> Result<Vec<String>> {
        let mut statement = stmt::Truncate::new(M::def().table);
        // Where the keys need a statement of their own, only those of a table that generates keys can restart.
        let is_own = dialect.capabilities().truncate == TruncateStyle::Delete;
        let mut columns = M::def().columns.iter();
        let has_keys = columns.any(|column| column.auto_increment && !column.reuses_keys);
        statement.restart_identity = self.restart_identity && (has_keys || !is_own);
        statement.cascade = self.cascade;
        write_truncate(dialect, &statement)
    }

    fn run(&self, conn: &mut Connection) -> Result<()> {
        let dialect = conn.dialect();
        let statements = self.statements(dialect)?;
        if dialect.capabilities().truncate == TruncateStyle::Commits && conn.in_transaction() {
            return Err(commits(M::def().table, dialect.name()));
        }
        let mut all = stmt::Delete::new(M::def().table);
        if conn.criteria().apply_to_delete(&mut all)? {
            let message = format!(
                "a criterion applies to {}, but TRUNCATE has no conditions",
                M::def().table
            );
            return Err(Error::with_message(ErrorKind::Usage, message)
                .with_table(M::def().table)
                .with_hint("delete the rows that it selects by `delete`"));
        }
        for sql in statements {
            conn.execute(&sql, &[])?;
        }
        Ok(())
    }
}

#[cold]
fn commits(table: &str, dialect: &str) -> Error {
    let message = format!("TRUNCATE of {table} would commit the transaction on {dialect}");
    Error::with_message(ErrorKind::Usage, message)
        .with_table(table)
        .with_hint("run it on a connection without a transaction, or delete the rows by `delete`")
}
