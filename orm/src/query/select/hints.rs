//! Hints for optimizers: of a [`Select`] for a named dialect, and of the indexes of a table.

use std::borrow::Cow;
use std::sync::Arc;

use orm_core::stmt::{Hint, IndexHint, IndexHintKind};

use super::builder::Select;
use super::named_source::{Ctes, NamedSource};
use super::table_source::TableSource;
use crate::mapping::Entity;
use crate::query::expressions::build_error::BuildError;
use crate::query::expressions::table_ref::TableRef;

impl<S> Select<S> {
    /// Adds an optimizer hint for a dialect: `/*+ … */` behind SELECT, or before the query on PostgreSQL, where the extension
    /// pg_hint_plan reads it. Other databases get the query without it. The name is that of
    /// [`Dialect::name`](crate::sql::Dialect::name): `mysql`, `mariadb`, `postgres` or `sqlite`.
    ///
    /// The text is part of the SQL and not escaped.
    ///
    /// # Errors
    /// A verb of the query returns:
    /// - `Usage`: the text is empty, or begins or ends a comment.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.name).hint("mysql", "MAX_EXECUTION_TIME(1000)");
    /// assert_eq!(
    ///     query.to_sql(&MysqlDialect::MySql)?,
    ///     "SELECT /*+ MAX_EXECUTION_TIME(1000) */ `name` FROM `users`"
    /// );
    /// assert_eq!(query.to_sql(&SqliteDialect)?, r#"SELECT "name" FROM "users""#);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn hint(mut self, dialect: &'static str, text: &'static str) -> Self {
        let hint = Hint::new(dialect, text);
        if hint.is_comment() {
            self.query.clauses_mut().hints.push(hint);
        } else {
            self.query.refuse(no_comment());
        }
        self
    }
}

#[cold]
fn no_comment() -> BuildError {
    BuildError::new(
        "the text of a hint is empty, or begins or ends a comment",
        "give the text between the signs of the comment: .hint(\"mysql\", \"NO_ICP(users)\")",
    )
}

/// Represents a table with a hint that names its indexes; see [`use_index`], [`force_index`] and
/// [`ignore_index`].
#[derive(Clone, Debug)]
#[must_use = "it does nothing until it is given to a query: .from(use_index(User, [\"ix_users_name\"]))"]
pub struct Indexed<E> {
    entity: E,
    hint: IndexHint,
}

/// Restricts the indexes that may be used for a table: `USE INDEX`, on MySQL and MariaDB. Other databases get the table alone.
/// It stands in `from` and in the joins on a condition.
///
/// # Errors
/// A verb of the query returns:
/// - `Usage`: there is no name of an index.
/// - `Database`: the table has no such index.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::use_index;
///
/// let query = select(User.id).from(use_index(User, ["ix_users_name"])).filter(User.name.eq("ada"));
/// assert_eq!(
///     query.to_sql(&MysqlDialect::MySql)?,
///     "SELECT `id` FROM `users` USE INDEX (`ix_users_name`) WHERE `name` = ?"
/// );
/// assert_eq!(query.to_sql(&SqliteDialect)?, r#"SELECT "id" FROM "users" WHERE "name" = ?"#);
/// # Ok::<(), orm::Error>(())
/// ```
pub fn use_index<E: Entity, N: Into<Cow<'static, str>>>(
    table: E,
    names: impl IntoIterator<Item = N>,
) -> Indexed<E> {
    hinted(table, IndexHintKind::Use, names)
}

/// Makes the optimizer use an index of a table: `FORCE INDEX` on MySQL and MariaDB, `INDEXED BY` on SQLite if one index is named.
/// SQLite returns an error if the index can't be used. Otherwise as [`use_index`].
///
/// # Errors
/// As [`use_index`].
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::force_index;
///
/// let query = select(User.id).from(force_index(User, ["ix_users_name"])).filter(User.name.eq("ada"));
/// assert_eq!(
///     query.to_sql(&SqliteDialect)?,
///     r#"SELECT "id" FROM "users" INDEXED BY "ix_users_name" WHERE "name" = ?"#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn force_index<E: Entity, N: Into<Cow<'static, str>>>(
    table: E,
    names: impl IntoIterator<Item = N>,
) -> Indexed<E> {
    hinted(table, IndexHintKind::Force, names)
}

/// Keeps the optimizer from using indexes of a table: `IGNORE INDEX`, on MySQL and MariaDB. Otherwise as [`use_index`].
///
/// # Errors
/// As [`use_index`].
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::ignore_index;
///
/// let query = select(User.id).from(ignore_index(User, ["ix_users_name", "ix_users_age"]));
/// assert_eq!(
///     query.to_sql(&MysqlDialect::MariaDb)?,
///     "SELECT `id` FROM `users` IGNORE INDEX (`ix_users_name`, `ix_users_age`)"
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn ignore_index<E: Entity, N: Into<Cow<'static, str>>>(
    table: E,
    names: impl IntoIterator<Item = N>,
) -> Indexed<E> {
    hinted(table, IndexHintKind::Ignore, names)
}

fn hinted<E: Entity, N: Into<Cow<'static, str>>>(
    entity: E,
    kind: IndexHintKind,
    names: impl IntoIterator<Item = N>,
) -> Indexed<E> {
    let names = names.into_iter().map(Into::into).collect();
    let hint = IndexHint::new(kind, names);
    Indexed { entity, hint }
}

#[diagnostic::do_not_recommend]
impl<E: Entity> TableSource for Indexed<E> {
    fn into_source(self) -> (TableRef, Option<Arc<NamedSource>>) {
        let table = TableRef::of(&self.entity);
        let has_names =
            !self.hint.names.is_empty() && self.hint.names.iter().all(|name| !name.is_empty());
        let mut item = table.item();
        item.index_hint = Some(self.hint);
        let source = NamedSource {
            table,
            item,
            ctes: Ctes::new(),
            error: (!has_names).then(no_index),
        };
        (table, Some(Arc::new(source)))
    }
}

#[cold]
fn no_index() -> BuildError {
    BuildError::new(
        "a hint names no index",
        "name one: use_index(User, [\"ix_users_name\"])",
    )
}
