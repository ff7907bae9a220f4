//! [`Derived`]: a query under a name, to select from and to join: a derived table, or a common table expression. Its state is in
//! `named_source.rs`; queries become one in `as_source.rs` and `recursive.rs`, values in `values_source.rs`.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use orm_core::stmt::{Cte, FromItem, QueryBody, Source, Statement};
use orm_core::types::DbType;

use super::named_source::{
    Ctes, NamedCte, NamedSource, QueryPart, WrittenTable, check_name, number_columns,
};
use super::query_state::QueryState;
use super::selectable::Optional;
use crate::mapping::{Column, DerivedRow, Entity, Model, interned};
use crate::query::expressions::build_error::BuildError;
use crate::query::expressions::expr::{Expr, check_depth};
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

    /// A source that uses no common table expressions, which no query can have if the name is wrong.
    pub(super) fn named(name: &'static str, item: FromItem) -> Self {
        Self::of(NamedSource {
            table: TableRef::derived(name),
            item,
            ctes: Ctes::new(),
            error: check_name(name).err(),
        })
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
            Source::Table(_)
            | Source::Query(_)
            | Source::Values(_)
            | Source::Function { .. }
            | Source::Call(_)
            | Source::List(_) => None,
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

/// The query of a derived table, whose columns are numbered.
///
/// # Errors
/// For a name that it can't have, and what is wrong with the query.
pub(super) fn numbered<S: RowColumns>(
    name: &str,
    query: QueryState,
) -> Result<QueryPart, BuildError> {
    check_name(name)?;
    check_width(S::count())?;
    let mut part = query.into_part()?;
    number_columns(&mut part.query);
    Ok(part)
}

/// The query of all columns of a model.
pub(super) fn whole(query: QueryState) -> Result<QueryPart, BuildError> {
    if query.left_out.is_some() {
        return Err(BuildError::new(
            "a derived table of entities has the columns that queries of the model mostly have",
            "call defer and undefer for the query around it",
        ));
    }
    query.into_part()
}

pub(super) fn derived_table(table: TableRef, part: QueryPart) -> NamedSource {
    let QueryPart { query, ctes } = part;
    NamedSource {
        table,
        item: FromItem::new(Source::Query(Box::new(query))).alias(table.name()),
        ctes,
        error: None,
    }
}

pub(super) fn cte(table: TableRef, part: QueryPart, recursive: bool) -> NamedSource {
    let QueryPart { query, ctes } = part;
    let cte = Cte::new(table.name(), query);
    let own = NamedCte {
        cte,
        recursive,
        written: None,
    };
    source_of(table, ctes, own)
}

/// The rows of a statement that writes.
pub(in crate::query) fn written_cte<S: RowColumns>(
    name: &'static str,
    statement: Result<Statement, BuildError>,
    written: WrittenTable,
) -> Derived<S> {
    let checked = || {
        let statement = statement?;
        check_name(name)?;
        check_width(S::count())?;
        Ok(statement)
    };
    let statement = match checked() {
        Ok(statement) => statement,
        Err(error) => return Derived::refused(name, error),
    };
    let mut cte = Cte::new(name, QueryBody::Returning(Box::new(statement)).into());
    let columns = DerivedRow::names(S::count()).iter();
    cte.columns = columns.map(|column| (*column).into()).collect();
    let own = NamedCte {
        cte,
        recursive: false,
        written: Some(written),
    };
    Derived::of(source_of(TableRef::derived(name), Ctes::new(), own))
}

/// A common table expression, behind those that it uses.
fn source_of(table: TableRef, mut ctes: Ctes, own: NamedCte) -> NamedSource {
    let item = FromItem::new(Source::Cte(table.name().into()));
    // A database may read those that one uses as subqueries in it.
    let error = check_depth(ctes.len()).err();
    if error.is_some() {
        ctes.clear();
    } else {
        ctes.push(Arc::new(own));
    }
    NamedSource {
        table,
        item,
        ctes,
        error,
    }
}

/// # Errors
/// For more columns than there are names.
fn check_width(columns: usize) -> Result<(), BuildError> {
    if DerivedRow::has_columns(columns) {
        return Ok(());
    }
    Err(BuildError::new(
        "a derived table has more than 256 columns",
        "select the columns that the query needs",
    ))
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
