//! [`Select::page`]: the rows of a query by the number of a page, with LIMIT and OFFSET. Pages that begin after a row are in
//! `keyset.rs`.

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::stmt::Limit;

use super::builder::Select;
use super::clauses::Clauses;
use super::query_state::QueryState;
use super::selectable::Selectable;
use crate::query::compile::verb::Verb;
use crate::query::executor::Executor;

/// Represents a page of a query, made by [`Select::page`].
#[derive(Clone, Debug)]
#[must_use = "a page does nothing until `fetch` is called"]
pub struct PageQuery<S> {
    query: Select<S>,
    number: u64,
    size: u64,
    counts: bool,
}

/// Holds the rows of a page.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Whether there are rows after those of the page.
    pub has_next: bool,
    /// The number of rows of the query, if [`with_total`](PageQuery::with_total) was called.
    pub total: Option<i64>,
}

impl<S: Selectable> Select<S> {
    /// Returns the query of a page: `size` rows, of which page 1 has the first ones. One row more is read, which shows
    /// whether there is a next page.
    ///
    /// Rows that are equal in `order_by` are ordered by the primary keys of the tables, so that no row is on two pages. With
    /// DISTINCT and GROUP BY, `order_by` must do that. The database reads and skips the rows of the pages before; rows that
    /// are added or deleted meanwhile move the others: [`keyset`](Select::keyset) has neither of the two disadvantages.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let page = select(User.name).order_by(User.age).page(1, 20).with_total().fetch(&mut conn)?;
    /// assert_eq!(page.rows, ["ada"]);
    /// assert_eq!((page.has_next, page.total), (false, Some(1)));
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [
    ///         r#"SELECT "name" FROM "users" ORDER BY "age" ASC, "id" ASC LIMIT ?"#, // 21
    ///         r#"SELECT COUNT(*) FROM "users""#,
    ///     ]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn page(&self, number: u64, size: u64) -> PageQuery<S> {
        PageQuery {
            query: self.clone(),
            number,
            size,
            counts: false,
        }
    }
}

impl<S: Selectable> PageQuery<S> {
    /// Also counts all rows of the query, by a second statement.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let page = select(User).page(2, 20).with_total().fetch(&mut conn)?;
    /// assert_eq!((page.rows.len(), page.total), (0, Some(1)));
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn with_total(mut self) -> Self {
        self.counts = true;
        self
    }

    /// Returns the page. It has no rows if the query has fewer.
    ///
    /// # Errors
    /// - `Usage`: the number or the size is 0; the query has LIMIT or OFFSET, or a common table expression that writes.
    /// - As [`Select::all`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let page = select(User.name).page(2, 20).fetch(&mut conn)?;
    /// assert!(page.rows.is_empty() && !page.has_next);
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"SELECT "name" FROM "users" ORDER BY "id" ASC LIMIT ? OFFSET ?"#] // 21, 20
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn fetch<X: Executor>(&self, conn_or_session: &mut X) -> Result<Page<S::Output<X>>> {
        let query = self.limited()?;
        let (mut rows, mut has_next) = (Vec::new(), false);
        conn_or_session.read(&query.verb(Verb::All), |row, sink| {
            has_next = rows.len() as u64 == self.size;
            if !has_next {
                rows.push(S::decode::<X>(row, 0, sink)?);
            }
            Ok(())
        })?;
        let total = if self.counts {
            Some(self.query.count(conn_or_session)?)
        } else {
            None
        };
        Ok(Page {
            rows,
            has_next,
            total,
        })
    }

    /// The query of the rows of the page and one more.
    fn limited(&self) -> Result<Box<QueryState>> {
        self.query.query.refuse_limit("page")?;
        self.query.query.refuse_writes("page")?;
        if self.number == 0 || self.size == 0 {
            return Err(no_page(self.number));
        }
        let mut query = self.query.query.clone();
        query.complete_order();
        let skipped = (self.number - 1).saturating_mul(self.size);
        let clauses = query.clauses_mut();
        clauses.limit = Some(Limit::Rows(self.size.saturating_add(1)));
        clauses.offset = (skipped > 0).then_some(skipped);
        Ok(query)
    }
}

impl QueryState {
    /// Orders rows that are equal otherwise by the primary keys of their tables, unless they are merged.
    fn complete_order(&mut self) {
        if self.clauses.as_deref().is_some_and(Clauses::merges_rows) {
            return;
        }
        let default = self.default_order();
        let joined = self.sources.joined.iter();
        let joined = joined.filter(|joined| !joined.is_subtype());
        let tables = self.sources.root.into_iter();
        let tables: Vec<_> = tables.chain(joined.map(|joined| joined.table)).collect();
        let orders = &mut self.clauses_mut().order_by;
        orders.extend(default);
        for table in tables {
            for position in table.def.primary_key {
                let order = table.order((*position, false));
                if !orders.iter().any(|known| known.expr == order.expr) {
                    orders.push(order);
                }
            }
        }
    }
}

#[cold]
fn no_page(number: u64) -> Error {
    let (message, hint) = if number == 0 {
        ("there is no page 0", "number pages from 1")
    } else {
        (
            "a page of 0 rows is not possible",
            "give a size of at least 1",
        )
    };
    Error::with_message(ErrorKind::Usage, message).with_hint(hint)
}
