//! [`Pages`]: the rows of a query page by page. Each page begins after the last row of the one before, by a condition on the
//! columns of ORDER BY: keyset pagination. No cursor stays open, so that the connection is free between two pages.
//!
//! Used by the session's `chunks`, which reads the pages and says where each ended, and by `keyset.rs`, where a cursor says
//! it.

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::stmt::{CompareOp, Direction, EnumRank, Expr, Limit, Order};
use orm_core::types::Type;
use orm_core::value::Value;

use super::builder::Select;
use super::query_state::QueryState;
use crate::mapping::{Model, ModelDef};
use crate::query::compile::verb::Verb;
use crate::query::executor::ReadStatement;
use crate::query::expressions::rank::{is_of_order, rank};
use crate::query::expressions::table_ref::TableRef;
use crate::query::expressions::term::Term;

/// The pages of a query of entities.
pub(crate) struct Pages {
    query: Box<QueryState>,
    table: TableRef,
    /// The columns of ORDER BY, the primary key among them, each with whether it is DESC.
    order: Vec<(usize, bool)>,
    /// The rows of a page.
    size: u64,
    /// What is left of LIMIT.
    left: Option<u64>,
    /// The condition that the rows come after those of the pages before.
    after: Option<Expr>,
    is_over: bool,
}

/// The query of one page.
pub(crate) struct OnePage {
    query: Box<QueryState>,
    /// How many rows it has, unless the query ends with it.
    pub(crate) rows: u64,
}

impl<S> Select<S> {
    /// The query, whose first item is an entity of the model, `size` rows at a time. Messages call the pages `what`.
    ///
    /// # Errors
    /// `Usage` for a page of no rows, for GROUP BY and HAVING, and for an order by anything but NOT NULL columns of the model.
    pub(crate) fn pages(
        &self,
        def: &'static ModelDef,
        size: usize,
        what: &'static str,
    ) -> Result<Pages> {
        self.query.refuse_kept_rows(what)?;
        self.query.refuse_writes(what)?;
        let mut query = self.query.clone();
        let table = query.entity_table(def);
        let default = query.default_order();
        let clauses = query.clauses_mut();
        if size == 0 {
            return Err(refused(
                table,
                "a chunk of 0 entities is not possible",
                "give a size of at least 1",
            ));
        }
        if !clauses.group_by.is_empty() || !clauses.having.is_empty() {
            return Err(grouped(table, what));
        }
        if clauses.limit_by.is_some() {
            return Err(refused(
                table,
                format!("`{what}` is not allowed with LIMIT and OFFSET by an expression"),
                "give numbers to limit and offset",
            ));
        }
        clauses.order_by.extend(default);
        let order = total_order(table, &clauses.order_by, what)?;
        let left = clauses.limit.take().map(|limit| match limit {
            Limit::Rows(rows) => rows,
            Limit::Fixed(rows) => u64::from(rows),
        });
        clauses.order_by = order.iter().map(|item| table.order(*item)).collect();
        Ok(Pages {
            query,
            table,
            order,
            size: size as u64,
            left,
            after: None,
            is_over: false,
        })
    }
}

impl Pages {
    /// The next page; `None` if the query has ended.
    pub(crate) fn page(&self) -> Option<OnePage> {
        let rows = self.left.map_or(self.size, |left| left.min(self.size));
        if self.is_over || rows == 0 {
            return None;
        }
        let mut query = self.query.clone();
        query.clauses_mut().limit = Some(Limit::Rows(rows));
        if let Some(after) = &self.after {
            query.filter(Term::Expr(after.clone()));
            query.clauses_mut().offset = None;
        }
        Some(OnePage { query, rows })
    }

    /// The columns of ORDER BY, each with whether it is DESC.
    pub(super) fn order(&self) -> &[(usize, bool)] {
        &self.order
    }

    /// Turns the order around.
    pub(super) fn reverse(&mut self) {
        for (_, is_descending) in &mut self.order {
            *is_descending = !*is_descending;
        }
        let order = self.order.iter();
        let order = order.map(|item| self.table.order(*item)).collect();
        self.query.clauses_mut().order_by = order;
    }

    /// Begins after the row with these values in the columns of the order.
    pub(super) fn begin_after(&mut self, values: Vec<Value>) {
        self.after = after(self.table, &self.order, values);
    }

    /// Continues after a page with so many entities, whose last row, if it was full, was that of `last`.
    pub(crate) fn advance<M: Model>(&mut self, entities: usize, last: Option<&M>) {
        let Some(last) = last else {
            self.is_over = true;
            return;
        };
        let columns = self.order.iter();
        let values = columns.map(|(column, _)| last.value(*column).to_value());
        self.after = after(self.table, &self.order, values.collect());
        self.left = self.left.map(|left| left.saturating_sub(entities as u64));
    }
}

impl OnePage {
    pub(crate) fn statement(&self) -> impl ReadStatement<Outcome = ()> {
        self.query.verb(Verb::All)
    }
}

/// The columns of an order, with those of the primary key behind them.
///
/// # Errors
/// `Usage` for anything but a NOT NULL column of the model.
fn total_order(table: TableRef, orders: &[Order], what: &str) -> Result<Vec<(usize, bool)>> {
    let mut order: Vec<(usize, bool)> = Vec::with_capacity(orders.len() + 1);
    for item in orders {
        let position = own_column(table, &item.expr, what)?;
        if !order.iter().any(|(known, _)| *known == position) {
            order.push((position, item.direction == Direction::Descending));
        }
    }
    table.def.complete_order(&mut order);
    Ok(order)
}

/// The position of a column by which rows can be continued.
fn own_column(table: TableRef, expr: &Expr, what: &str) -> Result<usize> {
    let def = table.def;
    let position = if let Expr::Column { source, name } = EnumRank::operand_of(expr)
        && *source == table.name()
    {
        def.names.iter().position(|own| *own == &**name)
    } else {
        None
    };
    let Some(position) = position else {
        let model = table.describe();
        let message = format!("{what} of {model} are ordered by columns of {model} only");
        return Err(refused(
            table,
            message,
            "remove the other expressions from order_by, or use all",
        ));
    };
    let column = &def.columns[position];
    let (name, field) = (&column.name, def.fields[position]);
    let problem = if column.nullable {
        format!(
            "{what} can't be ordered by `{}.{name}`, which is nullable",
            def.table
        )
    } else if def
        .deferred
        .iter()
        .any(|deferred| deferred.column == position)
    {
        format!(
            "{what} can't be ordered by `{}.{name}`, which is deferred",
            def.table
        )
    } else if column.ty == Type::Float32 {
        format!(
            "{what} can't be ordered by `{}.{name}`: databases compare f32 with rounding",
            def.table
        )
    } else {
        return Ok(position);
    };
    let hint = format!(
        "order by NOT NULL columns other than {}.{field}, or call unordered() if it is in the order of the model",
        def.name
    );
    Err(refused(table, problem, hint).with_column(name.clone()))
}

/// The condition of the rows behind the one with these values in the columns of the order: `a >= 1 AND (a > 1 OR a = 1 AND
/// b > 2)`. The first part is implied by the second, and lets each database begin in the middle of an index.
fn after(table: TableRef, order: &[(usize, bool)], values: Vec<Value>) -> Option<Expr> {
    let compare = |(position, op, value): (usize, CompareOp, Value)| {
        let (column, value) = (table.column(position), Expr::Value(value));
        let ty = &table.def.columns[position].ty;
        if is_of_order(op) && ty.native_enum().is_some() {
            return Expr::compare(op, rank(ty, column), rank(ty, value));
        }
        Expr::compare(op, column, value)
    };
    let mut keys = order.iter().zip(values).rev();
    let strictly = |is_descending| {
        if is_descending {
            CompareOp::Lt
        } else {
            CompareOp::Gt
        }
    };
    let ((position, is_descending), value) = keys.next()?;
    let mut behind = compare((*position, strictly(*is_descending), value));
    let mut first = None;
    for ((position, is_descending), value) in keys {
        let equal = compare((*position, CompareOp::Eq, value.clone()));
        let further = compare((*position, strictly(*is_descending), value.clone()));
        behind = further.or(equal.and(behind));
        let op = if *is_descending {
            CompareOp::Le
        } else {
            CompareOp::Ge
        };
        first = Some((*position, op, value));
    }
    Some(match first {
        Some(first) => compare(first).and(behind),
        None => behind,
    })
}

#[cold]
fn grouped(table: TableRef, what: &str) -> Error {
    let message = format!("{what} are not allowed with GROUP BY and HAVING");
    refused(
        table,
        message,
        "filter by a subquery, or by a relation: filter(User.posts.count().gt(3))",
    )
}

#[cold]
fn refused(
    table: TableRef,
    message: impl Into<std::borrow::Cow<'static, str>>,
    hint: impl Into<std::borrow::Cow<'static, str>>,
) -> Error {
    Error::with_message(ErrorKind::Usage, message)
        .with_table(table.def.table)
        .with_hint(hint)
}
