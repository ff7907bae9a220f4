//! Queries whose rows are read as [`DynRow`]s, and queries whose columns are known at run time: [`select_columns`].

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use orm_core::error::Result;
use orm_core::stmt::Expr;
use orm_core::types::{DbType, Type};

use super::builder::Select;
use super::query_state::QueryState;
use crate::engine::Connection;
use crate::query::compile::compiled_sql::CompiledSql;
use crate::query::compile::verb::Verb;
use crate::query::executor::Executor;
use crate::query::expressions::build_error::BuildError;
use crate::query::expressions::expr::IntoExpr;
use crate::query::expressions::select_item::{ItemNullability, SelectItem};
use crate::query::expressions::table_ref::TableRef;
use crate::query::rows::dyn_names::DynNames;
use crate::query::rows::dyn_row::DynRow;
use crate::query::rows::from_row::Reader;
use crate::query::rows::stream::{Stream, StreamSource};

/// Represents a column of a query whose columns are known at run time: a column or an expression without its type, with a
/// name. See [`select_columns`].
#[derive(Clone)]
pub struct DynColumn {
    item: SelectItem,
    origin: Option<TableRef>,
    name: Option<Cow<'static, str>>,
}

impl DynColumn {
    /// Creates the column of a value. Its name is that of the model's column; an expression is named by its position, `c0` for
    /// the first column.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// use orm::query::{DynColumn, select_columns};
    ///
    /// let columns = vec![DynColumn::new(User.id), DynColumn::new(User.age + 1)];
    /// assert_eq!(
    ///     select_columns(columns).to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id", "age" + ? FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn new<E: IntoExpr>(value: E) -> Self {
        let value = value.into_expr();
        let name = if let Expr::Column { name, .. } = &value.ast {
            Some(name.clone())
        } else {
            value.label.map(Cow::Borrowed)
        };
        // A row of any type may have NULL.
        let ty = Some(const { &<E::Value as DbType>::TYPE });
        Self {
            item: SelectItem::typed(value.ast, ItemNullability::Nullable, ty).labelled(value.label),
            origin: value.origin,
            name,
        }
    }

    /// Sets the name of the column in the rows.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// use orm::query::{DynColumn, select_columns};
    ///
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let next = DynColumn::new(User.age + 1).named("next");
    /// let rows = select_columns([next]).rows(&mut conn)?;
    /// assert_eq!(rows[0].get::<i32>("next")?, 37);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn named(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.name = Some(name.into());
        self
    }
}

impl fmt::Debug for DynColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut column = f.debug_struct("DynColumn");
        column.field("name", &self.name).finish_non_exhaustive()
    }
}

/// Marks a query whose columns are known at run time; see [`select_columns`]. No value has this type.
#[derive(Debug)]
pub enum DynColumns {}

/// Creates a query of columns that are known at run time: what a user of the program chose, for instance. FROM is the table of
/// the first column that has one; see [`Select::from`]. Conditions, joins and the other clauses are those of any query. Its rows
/// are read by [`Select::rows`] and [`Select::stream_rows`].
///
/// A column of the nullable side of an outer join needs no [`optional`](crate::query::optional()).
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::{DynColumn, select_columns};
///
/// # let (engine, sent) = database()?;
/// # let mut conn = engine.connection()?;
/// let mut columns = vec![DynColumn::new(User.name)];
/// for choice in ["age", "posts"] {
///     columns.push(match choice {
///         "age" => DynColumn::new(User.age),
///         _ => DynColumn::new(User.posts.count()).named("posts"),
///     });
/// }
/// let rows = select_columns(columns).filter(User.active).rows(&mut conn)?;
/// assert_eq!(rows[0].names().collect::<Vec<_>>(), ["name", "age", "posts"]);
/// assert_eq!(rows[0].get::<i64>("posts")?, 1);
/// assert_eq!(
///     sent.take_sql(),
///     [r#"SELECT "name", "age", (SELECT COUNT(*) FROM "posts" WHERE "posts"."author_id" = "users"."id") FROM "users" WHERE "active" = ?"#]
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn select_columns(columns: impl IntoIterator<Item = DynColumn>) -> Select<DynColumns> {
    let mut query = Box::<QueryState>::default();
    let mut names = Vec::new();
    for DynColumn { item, origin, name } in columns {
        query.sources.root = query.sources.root.or(origin);
        names.push(name);
        query.selected.push(item);
    }
    if names.is_empty() {
        query.refuse(BuildError::new(
            "the query selects no columns",
            "give select_columns at least one of them",
        ));
    }
    query.clauses_mut().column_names = names;
    Select {
        query,
        marker: PhantomData,
    }
}

impl<S> Select<S> {
    /// Returns all rows as [`DynRow`]s, whose columns are read by name, by index, or as JSON. No entity is tracked on a session.
    ///
    /// Columns have the names of the model's columns. Expressions are named by their positions, `c1` for the second column;
    /// [`Expr::label`](crate::query::Expr::label) and [`DynColumn::named`] give them names.
    ///
    /// # Errors
    /// - `Usage`: the query is not valid, or it loads relations.
    /// - Any error of the database.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let rows = select((User.name, count(Post.id))).left_join(Post).group_by(User).rows(&mut conn)?;
    /// assert_eq!(rows[0].get::<String>("name")?, "ada");
    /// assert_eq!(rows[0].get::<i64>("c1")?, 1);
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"SELECT "users"."name", COUNT("posts"."id") FROM "users" LEFT JOIN "posts" ON "posts"."author_id" = "users"."id" GROUP BY "users"."id""#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn rows<X: Executor>(&self, conn_or_session: &mut X) -> Result<Vec<DynRow>> {
        let mut reader = self.query.dynamic_reader()?;
        let mut rows = Vec::new();
        conn_or_session.read(&self.query.verb(Verb::All), |row, _| {
            rows.push(reader.read(row)?);
            Ok(())
        })?;
        Ok(rows)
    }

    /// Returns the rows of [`Select::rows`] one at a time, with constant use of memory. See [`Stream`] for an early end.
    ///
    /// # Errors
    /// - `Usage`: the query is not valid, it loads relations, or it locks rows outside a transaction.
    /// - Errors of the database are returned by the first or a later row.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// for row in select((User.id, User.name)).stream_rows(&mut conn)? {
    ///     assert_eq!(row?.get::<String>("name")?, "ada");
    /// }
    /// assert_eq!(sent.take_sql(), [r#"SELECT "id", "name" FROM "users""#]);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn stream_rows<'c, C: StreamSource>(&self, conn: &'c mut C) -> Result<Stream<'c, DynRow>> {
        let conn: &'c mut Connection = conn.source();
        conn.allow(self.query.access(), false)?;
        let reader = self.query.dynamic_reader()?;
        let statement = self.query.verb(Verb::All);
        let (mut place, mut compiled) = (None, CompiledSql::default());
        conn.compile(&statement, (&mut place, &mut compiled))?;
        let cursor = conn.cursor(compiled.text(), compiled.binds())?;
        Ok(Stream::of_reader(cursor, reader, Reader::read))
    }
}

impl QueryState {
    /// What reads the rows of the query as dynamic ones.
    ///
    /// # Errors
    /// `Usage` for relations to load.
    fn dynamic_reader(&self) -> Result<Reader> {
        if !self.loads.is_empty() || self.joined_loads.is_some() {
            let message = "rows that are read by name have no relations";
            let hint = "leave out `with`, or read the entities: all, graph, chunks";
            return Err(BuildError::new(message, hint).to_error());
        }
        Ok(Reader::of_names(Arc::new(self.column_names())))
    }

    /// The names and types of the columns in a row.
    fn column_names(&self) -> DynNames {
        let given = self.clauses.as_ref().map(|clauses| &clauses.column_names);
        let mut names = DynNames::default();
        for (index, item) in self.selected.iter().enumerate() {
            let position = names.names.len();
            match item {
                SelectItem::Entity { table, .. } => {
                    let left_out = self.left_out(*table);
                    let columns = table.def.columns.iter().enumerate();
                    let read = columns.filter(|(column, _)| !left_out.contains(*column));
                    for (column, described) in read {
                        let name = table.def.names[column].into();
                        names.push(name, Some(described.ty.clone()));
                    }
                }
                SelectItem::Column {
                    table, position, ..
                } => {
                    let column = *position as usize;
                    names.push(table.def.names[column].into(), type_of(*table, column));
                }
                SelectItem::Value(value) => {
                    let name = given.and_then(|names| names.get(index)?.clone());
                    let name = name.or(value.label.map(Cow::Borrowed));
                    let name = name.unwrap_or_else(|| format!("c{position}").into());
                    names.push(name, value.ty.cloned());
                }
            }
        }
        names
    }
}

/// The type of a column; that of a derived table's is not known.
fn type_of(table: TableRef, column: usize) -> Option<Type> {
    let column = table.def.columns.get(column)?;
    Some(column.ty.clone())
}
