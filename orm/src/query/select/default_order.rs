//! The order of a model, `#[orm(order_by = …)]`, for the verbs that return entities in an order: it stands where a query of
//! entities has no order of its own.
//!
//! It is no part of the query itself, so that subqueries, derived tables, set operations and counts never have it.

use orm_core::stmt::Order;

use super::builder::Select;
use super::clauses::Clauses;
use super::query_state::QueryState;
use crate::query::expressions::select_item::SelectItem;
use crate::query::expressions::table_ref::TableRef;

impl<S> Select<S> {
    /// Leaves the rows in the order of the database, where the model has an order of its own: `#[orm(order_by = …)]`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm::prelude::*;
    /// # use orm::sqlite::SqliteDialect;
    /// #[derive(Model)]
    /// #[orm(table = "cities", order_by = (name, id.desc()))]
    /// struct City {
    ///     #[orm(primary_key)]
    ///     id: i64,
    ///     name: String,
    /// }
    /// assert_eq!(
    ///     select(City).to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id", "name" FROM "cities" ORDER BY "name" ASC, "id" DESC"#
    /// );
    /// assert_eq!(
    ///     select(City).unordered().to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id", "name" FROM "cities""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn unordered(mut self) -> Self {
        self.query.clauses_mut().unordered = true;
        self
    }
}

impl QueryState {
    /// The order of the model of the first table, if the query selects its entities first, a row for each row of the
    /// tables, and has no order itself.
    pub(super) fn default_order(&self) -> Vec<Order> {
        let Some(table) = self.ordered_by_model() else {
            return Vec::new();
        };
        let order = table.def.order.iter();
        order.map(|item| table.order(*item)).collect()
    }

    fn ordered_by_model(&self) -> Option<TableRef> {
        let root = self
            .sources
            .root
            .filter(|root| !root.def.order.is_empty())?;
        let Some(SelectItem::Entity { table, .. }) = self.selected.iter().next() else {
            return None;
        };
        let has_own = |clauses: &Clauses| {
            clauses.unordered
                || clauses.with_ties
                || !clauses.order_by.is_empty()
                || clauses.merges_rows()
        };
        let has_own = self.clauses.as_deref().is_some_and(has_own);
        (table.name() == root.name() && !has_own && !self.has_one_row()).then_some(root)
    }
}
