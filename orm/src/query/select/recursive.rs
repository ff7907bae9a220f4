//! [`recursive`]: common table expressions that refer to themselves.

use std::borrow::Cow;

use orm_core::stmt::{FromItem, QueryBody, SetOperation, SetOperator, Source};

use super::builder::Select;
use super::derived::{Derived, RowColumns, cte, numbered};
use super::named_source::{Ctes, NamedSource, QueryPart};
use super::set_operations::SameRow;
use crate::mapping::interned;
use crate::query::expressions::build_error::BuildError;
use crate::query::expressions::table_ref::TableRef;

/// Creates a recursive common table expression: the rows of `anchor`, then those that `step` finds from the rows before, until
/// it finds none. `step` gets the expression itself, which its query has in FROM or joins. The queries are combined by UNION
/// ALL; [`recursive_distinct`] combines them by UNION, which ends where rows form a cycle.
///
/// On MySQL and MariaDB a text column of the result has the length of the column in `anchor`, and MySQL returns an error after 1,000
/// steps, its `cte_max_recursion_depth`.
///
/// # Errors
/// A verb of the query that has the expression returns:
/// - `Usage`: as for [`Select::cte`], of either query.
///
/// # Examples
///
/// ```
/// use orm::prelude::*;
/// use orm::query::recursive;
///
/// #[derive(Model)]
/// #[orm(table = "nodes")]
/// struct Node {
///     #[orm(primary_key)]
///     id: i64,
///     #[orm(references = Node.id)]
///     parent_id: Option<i64>,
///     label: String,
/// }
///
/// let root = select((Node.id, Node.label)).filter(Node.id.eq(1));
/// let tree = recursive("tree", root, |tree| {
///     let (id, _) = tree.columns();
///     select((Node.id, Node.label)).join_on(&tree, Node.parent_id.eq(id))
/// });
/// let (_, label) = tree.columns();
/// let labels = select(label).from(&tree).order_by(label);
/// assert_eq!(
///     labels.to_sql(&orm::sqlite::SqliteDialect)?,
///     r#"WITH RECURSIVE "tree" AS (SELECT "id" AS "c0", "label" AS "c1" FROM "nodes" WHERE "id" = ? UNION ALL SELECT "nodes"."id", "nodes"."label" FROM "nodes" INNER JOIN "tree" ON "nodes"."parent_id" = "tree"."c0") SELECT "c1" FROM "tree" ORDER BY "c1" ASC"#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn recursive<S: RowColumns, T: SameRow<S>>(
    name: impl Into<Cow<'static, str>>,
    anchor: Select<S>,
    step: impl FnOnce(Derived<S>) -> Select<T>,
) -> Derived<S> {
    build(interned(name.into()), anchor, step, true)
}

/// As [`recursive`], by UNION: each row is there once, and only new rows are followed. It ends where rows form a cycle.
///
/// # Errors
/// As [`recursive`].
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::recursive_distinct;
///
/// let numbers = recursive_distinct("n", select(User.id), |n| {
///     let id = n.columns();
///     select(id + 1).from(&n).filter(id.lt(9))
/// });
/// let query = select(numbers.columns()).from(&numbers);
/// assert_eq!(
///     query.to_sql(&SqliteDialect)?,
///     r#"WITH RECURSIVE "n" AS (SELECT "id" AS "c0" FROM "users" UNION SELECT "c0" + ? FROM "n" WHERE "c0" < ?) SELECT "c0" FROM "n""#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn recursive_distinct<S: RowColumns, T: SameRow<S>>(
    name: impl Into<Cow<'static, str>>,
    anchor: Select<S>,
    step: impl FnOnce(Derived<S>) -> Select<T>,
) -> Derived<S> {
    build(interned(name.into()), anchor, step, false)
}

fn build<S: RowColumns, T: SameRow<S>>(
    name: &'static str,
    anchor: Select<S>,
    step: impl FnOnce(Derived<S>) -> Select<T>,
    all: bool,
) -> Derived<S> {
    let table = TableRef::derived(name);
    let itself = NamedSource {
        table,
        item: FromItem::new(Source::Cte(name.into())),
        ctes: Ctes::new(),
        error: None,
    };
    let step = step(Derived::of(itself));
    let combined = || -> Result<QueryPart, BuildError> {
        let first = numbered::<S>(name, *anchor.query)?;
        let next = step.query.into_part()?;
        let mut operation = SetOperation::new(SetOperator::Union, first.query, next.query);
        operation.all = all;
        let mut ctes = first.ctes;
        ctes.extend(next.ctes);
        Ok(QueryPart {
            query: QueryBody::SetOperation(Box::new(operation)).into(),
            ctes,
        })
    };
    match combined() {
        Ok(part) => Derived::of(cte(table, part, true)),
        Err(error) => Derived::refused(name, error),
    }
}
