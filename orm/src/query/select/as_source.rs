//! Makes a query a source of rows: a derived table, or a common table expression. What they are is in `derived.rs`.

use std::borrow::Cow;

use super::builder::Select;
use super::derived::{Derived, RowColumns, TableOf, cte, derived_table, numbered, whole};
use crate::mapping::interned;
use crate::query::expressions::build_error::BuildError;
use crate::query::expressions::table_ref::TableRef;

impl<S> Select<S> {
    /// Makes the query a derived table: a source of rows under a name.
    ///
    /// # Errors
    /// A verb of the query that has the table returns:
    /// - `Usage`: this query is not valid, locks rows, loads relations or is exempt from criteria; the name is empty or
    ///   reserved.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let oldest = select((User.name, User.age)).order_by(User.age.desc()).limit(10);
    /// let oldest = oldest.as_table("oldest");
    /// let (name, age) = oldest.columns();
    /// let query = select((name, age)).from(&oldest).order_by(name);
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "oldest"."c0", "oldest"."c1" FROM (SELECT "name" AS "c0", "age" AS "c1" FROM "users" ORDER BY "age" DESC LIMIT ?) AS "oldest" ORDER BY "oldest"."c0" ASC"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn as_table(self, name: impl Into<Cow<'static, str>>) -> Derived<S>
    where
        S: RowColumns,
    {
        let name = interned(name.into());
        let table = TableRef::derived(name);
        match numbered::<S>(name, *self.query) {
            Ok(part) => Derived::of(derived_table(table, part)),
            Err(error) => Derived::refused(name, error),
        }
    }

    /// Makes the query a common table expression. A statement that has it, or a derived table over it, has it once in its
    /// WITH clause.
    ///
    /// # Errors
    /// A verb of the query that has the expression returns:
    /// - `Usage`: as for [`as_table`](Self::as_table); two different expressions have the name; it is the name of a table
    ///   that the statement reads.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let adults = select((User.id, User.name)).filter(User.age.ge(18)).cte("adults");
    /// let (id, name) = adults.columns();
    /// let query = select((name, Post.title)).from(&adults).join_on(Post, Post.author_id.eq(id));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"WITH "adults" AS (SELECT "id" AS "c0", "name" AS "c1" FROM "users" WHERE "age" >= ?) SELECT "adults"."c1", "posts"."title" FROM "adults" INNER JOIN "posts" ON "posts"."author_id" = "adults"."c0""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn cte(self, name: impl Into<Cow<'static, str>>) -> Derived<S>
    where
        S: RowColumns,
    {
        let name = interned(name.into());
        match numbered::<S>(name, *self.query) {
            Ok(part) => Derived::of(cte(TableRef::derived(name), part, false)),
            Err(error) => Derived::refused(name, error),
        }
    }

    /// Makes the query a derived table that stands for the table of `entity`: the model, or an alias of it. What is selected
    /// of the model is then selected of the rows of this query.
    ///
    /// # Errors
    /// As [`as_table`](Self::as_table); `Usage` for a query that leaves out other columns than queries mostly do.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let oldest = select(User).order_by(User.age.desc()).limit(10).as_entity(User);
    /// let query = select((User, Post.title)).from(&oldest).join(User.posts);
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "users"."id", "users"."name", "users"."email", "users"."age", "users"."active", "posts"."title" FROM (SELECT "id", "name", "email", "age", "active" FROM "users" ORDER BY "age" DESC LIMIT ?) AS "users" INNER JOIN "posts" ON "posts"."author_id" = "users"."id""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn as_entity<E: TableOf<S>>(self, entity: E) -> Derived<E> {
        let table = TableRef::of(&entity);
        match whole(*self.query) {
            Ok(part) => Derived::of(derived_table(table, part)),
            Err(error) => Derived::refused(table.name(), error),
        }
    }

    /// Makes the query a common table expression under the name of an alias of its model, for which it stands.
    ///
    /// # Errors
    /// As [`cte`](Select::cte); `Usage` for a model without an alias.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let adult = User.alias("adult");
    /// let adults = select(User).filter(User.age.ge(18)).entity_cte(adult);
    /// let query = select(adult.name).from(&adults);
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"WITH "adult" AS (SELECT "id", "name", "email", "age", "active" FROM "users" WHERE "age" >= ?) SELECT "name" FROM "adult""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn entity_cte<E: TableOf<S>>(self, entity: E) -> Derived<E> {
        let table = TableRef::of(&entity);
        if entity.alias_name().is_none() {
            return Derived::refused(table.name(), no_alias(table));
        }
        match whole(*self.query) {
            Ok(part) => Derived::of(cte(table, part, false)),
            Err(error) => Derived::refused(table.name(), error),
        }
    }
}

#[cold]
fn no_alias(table: TableRef) -> BuildError {
    let model = table.def.name;
    BuildError::new(
        format!("a common table expression can't have the name of the table of {model}"),
        format!("give the model an alias: .entity_cte({model}.alias(\"some\"))"),
    )
}
