//! [`Derived`]: a query under a name, to select from and to join: a derived table, or a common table expression. Its state is in
//! `named_source.rs`; VALUES are in `values_source.rs`, recursive queries in `recursive.rs`.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use orm_core::stmt::{Cte, FromItem, Source};
use orm_core::types::DbType;

use super::builder::Select;
use super::named_source::{Ctes, NamedCte, NamedSource, QueryPart, check_name, number_columns};
use super::query_state::QueryState;
use super::selectable::Optional;
use crate::mapping::{Column, DerivedRow, Entity, Model, interned};
use crate::query::expressions::build_error::BuildError;
use crate::query::expressions::expr::Expr;
use crate::query::expressions::table_ref::TableRef;

/// Represents a query under a name in FROM: a derived table, a common table expression, or VALUES. `S` is what the query
/// selects.
///
/// It is given to `from`, `join_on` and their siblings by reference. Its columns are values that can be copied, with all
/// operators of a model's columns.
#[must_use = "a derived table does nothing until it is given to a query: .from(&totals)"]
pub struct Derived<S> {
    pub(super) source: Arc<NamedSource>,
    marker: PhantomData<fn() -> S>,
}

/// Is implemented by what a derived table may select: columns, expressions, `optional(…)` of these, and tuples.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be selected by a derived table",
    label = "expected columns and expressions: `select((Post.author_id, count(Post.id)))`",
    note = "a query of entities stands for their table: `.as_entity(User)`"
)]
pub trait RowColumns {
    /// The columns of the derived table: one, or a tuple of them.
    type Columns: Copy;

    /// Returns the number of columns.
    #[doc(hidden)]
    fn count() -> usize;

    /// Returns the columns of the source of that name, from position `start` on.
    #[doc(hidden)]
    fn columns(source: &'static str, start: usize) -> Self::Columns;
}

/// Is implemented by a model's value for what is selected by queries of that model.
#[diagnostic::on_unimplemented(
    message = "a query of `{S}` can't stand for the table of `{Self}`",
    label = "expected the model of the query: `select(User).as_entity(User)`",
    note = "a query of columns is a table of its own: `.as_table(\"totals\")`"
)]
pub trait TableOf<S>: Entity {}

#[diagnostic::do_not_recommend]
impl<E: Entity, S: Entity<Model = E::Model>> TableOf<S> for E {}

impl<S> Derived<S> {
    pub(super) fn of(source: NamedSource) -> Self {
        Self {
            source: Arc::new(source),
            marker: PhantomData,
        }
    }

    /// One that no query can have.
    pub(super) fn refused(name: &'static str, error: BuildError) -> Self {
        let table = TableRef::derived(name);
        Self::of(NamedSource {
            table,
            item: table.item(),
            ctes: Ctes::new(),
            error: Some(error),
        })
    }

    /// Returns the source under another name, for joining it twice. A common table expression is still in the statement
    /// once.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let names = select((User.id, User.name)).cte("names");
    /// let others = names.alias("others");
    /// let ((_, name), (_, other)) = (names.columns(), others.columns());
    /// let pairs = select((name, other)).from(&names).join_on(&others, name.lt(other));
    /// assert_eq!(
    ///     pairs.to_sql(&SqliteDialect)?,
    ///     r#"WITH "names" AS (SELECT "id" AS "c0", "name" AS "c1" FROM "users") SELECT "names"."c1", "others"."c1" FROM "names" INNER JOIN "names" AS "others" ON "names"."c1" < "others"."c1""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn alias(&self, name: impl Into<Cow<'static, str>>) -> Self {
        let name = interned(name.into());
        let mut source = (*self.source).clone();
        source.table = source.table.aliased(name.into());
        let columns = source.item.alias.take().map(|alias| alias.columns);
        source.item = source.item.alias_columns(name, columns.unwrap_or_default());
        if let Err(error) = check_name(name) {
            source.error.get_or_insert(error);
        }
        Self::of(source)
    }

    /// Sets whether the database computes a common table expression once, as a temporary result: `MATERIALIZED` and `NOT
    /// MATERIALIZED` on PostgreSQL and SQLite. The other databases decide by themselves.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let names = select(User.name).cte("names").materialized(true);
    /// let query = select(names.columns()).from(&names);
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"WITH "names" AS MATERIALIZED (SELECT "name" AS "c0" FROM "users") SELECT "c0" FROM "names""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn materialized(self, materialized: bool) -> Self {
        let mut source = (*self.source).clone();
        let own = match &source.item.source {
            Source::Cte(name) => source.ctes.last_mut().filter(|cte| cte.cte.name == *name),
            Source::Table(_) | Source::Query(_) | Source::Values(_) | Source::Function { .. } => {
                None
            }
        };
        match own {
            Some(cte) => Arc::make_mut(cte).cte.materialized = Some(materialized),
            None => {
                source.error.get_or_insert_with(not_cte);
            }
        }
        Self::of(source)
    }
}

impl<S: RowColumns> Derived<S> {
    /// Returns the columns: one, or a tuple of them as the query selects them.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let totals = select((Post.author_id, count(Post.id))).group_by(Post.author_id);
    /// let totals = totals.as_table("totals");
    /// let (author, posts) = totals.columns();
    /// let query = select((User.name, posts)).join_on(&totals, author.eq(User.id)).filter(posts.gt(2));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "users"."name", "totals"."c1" FROM "users" INNER JOIN (SELECT "author_id" AS "c0", COUNT("id") AS "c1" FROM "posts" GROUP BY "author_id") AS "totals" ON "totals"."c0" = "users"."id" WHERE "totals"."c1" > ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn columns(&self) -> S::Columns {
        S::columns(self.source.table.name(), 0)
    }
}

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

/// The query of a derived table, whose columns are numbered.
///
/// # Errors
/// For a name that it can't have, and what is wrong with the query.
pub(super) fn numbered<S: RowColumns>(
    name: &str,
    query: QueryState,
) -> Result<QueryPart, BuildError> {
    check_name(name)?;
    if !DerivedRow::has_columns(S::count()) {
        return Err(BuildError::new(
            "a derived table has more than 256 columns",
            "select the columns that the query needs",
        ));
    }
    let mut part = query.into_part()?;
    number_columns(&mut part.query);
    Ok(part)
}

/// The query of all columns of a model.
fn whole(query: QueryState) -> Result<QueryPart, BuildError> {
    if query.left_out.is_some() {
        return Err(BuildError::new(
            "a derived table of entities has the columns that queries of the model mostly have",
            "call defer and undefer for the query around it",
        ));
    }
    query.into_part()
}

fn derived_table(table: TableRef, part: QueryPart) -> NamedSource {
    let QueryPart { query, ctes } = part;
    NamedSource {
        table,
        item: FromItem::new(Source::Query(Box::new(query))).alias(table.name()),
        ctes,
        error: None,
    }
}

pub(super) fn cte(table: TableRef, part: QueryPart, recursive: bool) -> NamedSource {
    let QueryPart { query, mut ctes } = part;
    let cte = Cte::new(table.name(), query);
    ctes.push(Arc::new(NamedCte { cte, recursive }));
    NamedSource {
        table,
        item: FromItem::new(Source::Cte(table.name().into())),
        ctes,
        error: None,
    }
}

impl<S> Clone for Derived<S> {
    fn clone(&self) -> Self {
        Self {
            source: Arc::clone(&self.source),
            marker: PhantomData,
        }
    }
}

impl<S> fmt::Debug for Derived<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Derived").field(&self.source.item).finish()
    }
}

#[diagnostic::do_not_recommend]
impl<M: Model, T: DbType> RowColumns for Column<M, T> {
    type Columns = Column<DerivedRow, T>;

    fn count() -> usize {
        1
    }

    fn columns(source: &'static str, start: usize) -> Self::Columns {
        DerivedRow::column(source, start)
    }
}

#[diagnostic::do_not_recommend]
impl<T: DbType> RowColumns for Expr<T> {
    type Columns = Column<DerivedRow, T>;

    fn count() -> usize {
        1
    }

    fn columns(source: &'static str, start: usize) -> Self::Columns {
        DerivedRow::column(source, start)
    }
}

#[diagnostic::do_not_recommend]
impl<M: Model, T: DbType> RowColumns for Optional<Column<M, T>> {
    type Columns = Column<DerivedRow, Option<T::Plain>>;

    fn count() -> usize {
        1
    }

    fn columns(source: &'static str, start: usize) -> Self::Columns {
        DerivedRow::column(source, start)
    }
}

#[diagnostic::do_not_recommend]
impl<T: DbType> RowColumns for Optional<Expr<T>> {
    type Columns = Column<DerivedRow, Option<T::Plain>>;

    fn count() -> usize {
        1
    }

    fn columns(source: &'static str, start: usize) -> Self::Columns {
        DerivedRow::column(source, start)
    }
}

macro_rules! tuples {
    ($(($($item:ident),+)),+ $(,)?) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($item: RowColumns),+> RowColumns for ($($item,)+) {
            type Columns = ($($item::Columns,)+);

            fn count() -> usize {
                0 $(+ $item::count())+
            }

            fn columns(source: &'static str, start: usize) -> Self::Columns {
                let mut next = start;
                let mut take = |width| {
                    next += width;
                    next - width
                };
                ($($item::columns(source, take($item::count())),)+)
            }
        }
    )+};
}

tuples! {
    (A),
    (A, B),
    (A, B, C),
    (A, B, C, D),
    (A, B, C, D, E),
    (A, B, C, D, E, F),
    (A, B, C, D, E, F, G),
    (A, B, C, D, E, F, G, H),
}

#[cold]
fn not_cte() -> BuildError {
    BuildError::new(
        "MATERIALIZED is for common table expressions, whose query is in WITH",
        "make the query one: .cte(\"totals\")",
    )
}

#[cold]
fn no_alias(table: TableRef) -> BuildError {
    let model = table.def.name;
    BuildError::new(
        format!("a common table expression can't have the name of the table of {model}"),
        format!("give the model an alias: .entity_cte({model}.alias(\"some\"))"),
    )
}
