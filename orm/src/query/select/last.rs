//! [`Select::last`] and [`Select::latest`]: the first row in another order. The other verbs are in `fetch.rs`.

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::stmt::{Direction, Nulls, Order};

use super::builder::Select;
use super::clauses::Clauses;
use super::query_state::QueryState;
use super::selectable::Selectable;
use crate::query::compile::verb::Verb;
use crate::query::executor::Executor;
use crate::query::expressions::expr::IntoExpr;
use crate::query::expressions::table_ref::TableRef;

impl<S: Selectable> Select<S> {
    /// Returns the last row, or `None` if there is no row: the first one in the reverse order of `order_by` or of
    /// the model, or without one the row with the highest primary key of the first table. Of rows that are equal in the order it may be any.
    ///
    /// # Errors
    /// - `Usage`: the query has LIMIT or OFFSET.
    /// - As [`Select::all`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let youngest = select(User.name).order_by(User.age.desc()).last(&mut conn)?;
    /// let newest = select(User.name).last(&mut conn)?;
    /// assert_eq!((youngest.as_deref(), newest.as_deref()), (Some("ada"), Some("ada")));
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [
    ///         r#"SELECT "name" FROM "users" ORDER BY "age" ASC LIMIT 1"#,
    ///         r#"SELECT "name" FROM "users" ORDER BY "id" DESC LIMIT 1"#,
    ///     ]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn last<X: Executor>(&self, conn_or_session: &mut X) -> Result<Option<S::Output<X>>> {
        let reversed = self.query.reversed()?;
        let mut last = None;
        conn_or_session.read(&reversed.verb(Verb::First), |row, sink| {
            last = Some(S::decode::<X>(row, 0, sink)?);
            Ok(())
        })?;
        Ok(last)
    }

    /// Returns the row with the greatest value, or `None` if there is no row. Rows in which it is NULL come last. The order of the
    /// query does not matter. Of rows that are equal in the value it may be any.
    ///
    /// # Errors
    /// - `Usage`: the query has LIMIT or OFFSET.
    /// - As [`Select::all`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let oldest = select(User.name).latest(User.age, &mut conn)?;
    /// assert_eq!(oldest.as_deref(), Some("ada"));
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"SELECT "name" FROM "users" ORDER BY "age" DESC NULLS LAST LIMIT 1"#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn latest<E: IntoExpr, X: Executor>(
        &self,
        by: E,
        conn_or_session: &mut X,
    ) -> Result<Option<S::Output<X>>> {
        self.query.refuse_limit("latest")?;
        self.query.refuse_kept_rows("latest")?;
        let mut query = self.clone();
        query.query.clauses_mut().order_by.clear();
        let ordered = query.order_by(by.into_expr().desc().nulls_last());
        ordered.first(conn_or_session)
    }
}

impl QueryState {
    /// The query in the reverse order.
    ///
    /// # Errors
    /// `Usage` for a limit, whose rows the reverse order would change.
    fn reversed(&self) -> Result<Box<Self>> {
        self.refuse_limit("last")?;
        self.refuse_kept_rows("last")?;
        let mut query = Box::new(self.clone());
        let (root, default) = (query.sources.root, query.default_order());
        let orders = &mut query.clauses_mut().order_by;
        orders.extend(default);
        match root {
            Some(root) if orders.is_empty() => orders.extend(by_key_descending(root)),
            _ => orders.iter_mut().for_each(reverse),
        }
        Ok(query)
    }

    /// # Errors
    /// `Usage` if the query has LIMIT or OFFSET, which the verb would apply to other rows.
    pub(super) fn refuse_limit(&self, verb: &'static str) -> Result<()> {
        if !self.clauses.as_deref().is_some_and(Clauses::is_limited) {
            return Ok(());
        }
        let message = format!("`{verb}` is not allowed with LIMIT and OFFSET");
        let error = Error::with_message(ErrorKind::Usage, message);
        let error = match self.sources.root {
            Some(root) => error.with_table(root.def.table),
            None => error,
        };
        Err(error.with_hint("remove limit and offset, or call all"))
    }
}

/// NULLs change their side along with the direction, on every database.
fn reverse(order: &mut Order) {
    order.direction = match order.direction {
        Direction::Ascending => Direction::Descending,
        Direction::Descending => Direction::Ascending,
    };
    order.nulls = order.nulls.map(|nulls| match nulls {
        Nulls::First => Nulls::Last,
        Nulls::Last => Nulls::First,
    });
}

fn by_key_descending(table: TableRef) -> impl Iterator<Item = Order> {
    let key = table.def.primary_key.iter();
    key.map(move |position| table.order((*position, true)))
}
