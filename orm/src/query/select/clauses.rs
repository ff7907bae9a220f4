//! The clauses of a query that most queries don't have, with their shape and their values. FROM, WHERE and the select
//! list are in `query_state.rs`.

use std::borrow::Cow;
use std::convert::Infallible;
use std::hash::{Hash, Hasher};
use std::ops::ControlFlow;
use std::sync::Arc;

use orm_core::sql::EachBind;
use orm_core::stmt::{Expr, GroupingSets, Hint, Limit, LimitBy, Lock, Order, Visit, hash_values};
use orm_core::value::ValueRef;

use super::compound::Compound;
use super::named_source::NamedSource;
use crate::query::expressions::select_item::SelectItem;

/// The clauses that most queries don't have.
#[derive(Clone, Debug, Default)]
pub(in crate::query) struct Clauses {
    pub(super) hints: Vec<Hint>,
    pub(super) distinct: bool,
    pub(super) distinct_on: Vec<Expr>,
    pub(super) group_by: Vec<Expr>,
    pub(super) grouping_sets: Option<GroupingSets>,
    pub(super) having: Vec<Expr>,
    pub(super) order_by: Vec<Order>,
    /// Whether the order of the model does not stand for one of its own.
    pub(super) unordered: bool,
    pub(super) limit: Option<Limit>,
    pub(super) with_ties: bool,
    pub(super) offset: Option<u64>,
    /// LIMIT and OFFSET whose numbers are expressions.
    pub(super) limit_by: Option<Box<LimitBy>>,
    pub(super) locks: Vec<Lock>,
    /// The set operation that it is instead of a plain SELECT.
    pub(super) compound: Option<Box<Compound>>,
    /// The sources in FROM that are no tables.
    pub(super) sources: Vec<Arc<NamedSource>>,
    /// The names of the columns in dynamic rows, where they are given. The text knows nothing of them.
    pub(super) column_names: Vec<Option<Cow<'static, str>>>,
}

impl Clauses {
    /// Whether a row of the result may stand for several rows of the tables.
    pub(super) fn merges_rows(&self) -> bool {
        self.distinct
            || !self.distinct_on.is_empty()
            || !self.group_by.is_empty()
            || !self.having.is_empty()
            || self.compound.is_some()
    }

    /// Whether there is LIMIT or OFFSET.
    pub(super) fn is_limited(&self) -> bool {
        self.limit.is_some() || self.offset.is_some() || self.limit_by.is_some()
    }

    /// Feeds what decides which statement it is.
    pub(super) fn hash_shape(&self, selected: &[SelectItem], state: &mut impl Hasher) {
        let Self {
            hints,
            distinct,
            distinct_on,
            group_by,
            grouping_sets,
            having,
            order_by,
            unordered,
            limit,
            with_ties,
            offset,
            limit_by,
            locks,
            compound,
            sources,
            column_names: _,
        } = self;
        let has_more = compound.is_some()
            || !sources.is_empty()
            || grouping_sets.is_some()
            || limit_by.is_some()
            || !hints.is_empty();
        let flags = u8::from(*unordered) << 3
            | u8::from(*with_ties) << 2
            | u8::from(has_more) << 1
            | u8::from(offset.is_some());
        (distinct, distinct_on, group_by, having, order_by).hash(state);
        (limit, flags, locks).hash(state);
        if has_more {
            (compound, sources, grouping_sets, limit_by, hints).hash(state);
        }
        if *distinct || !distinct_on.is_empty() || !group_by.is_empty() {
            let selected = selected.iter().filter_map(SelectItem::expr);
            let orders = order_by.iter().map(|order| &order.expr);
            let exprs = selected
                .chain(distinct_on)
                .chain(group_by)
                .chain(having)
                .chain(orders);
            hash_values(exprs, state);
        } else if !order_by.is_empty() && selected.iter().any(|item| item.label().is_some()) {
            // An order that is equal to a labelled expression is written by the label.
            for order in order_by {
                let is_it = |item: &SelectItem| item.expr() == Some(&order.expr);
                selected.iter().position(is_it).hash(state);
            }
        }
    }

    /// Visits the values of the clauses, in the order of the statement's parts.
    pub(super) fn visit<'q, F: FnMut(ValueRef<'q>, usize)>(
        &'q self,
        visitor: &mut EachBind<F>,
    ) -> ControlFlow<Infallible> {
        if let Some(compound) = &self.compound {
            for cte in &compound.ctes {
                visitor.query(&cte.cte.query)?;
            }
            visitor.query(&compound.operation.left)?;
            visitor.query(&compound.operation.right)?;
        }
        let orders = self.order_by.iter().map(|order| &order.expr);
        let mut exprs = self
            .distinct_on
            .iter()
            .chain(&self.group_by)
            .chain(&self.having)
            .chain(orders);
        exprs.try_for_each(|expr| visitor.expr(expr))?;
        if let Some(by) = &self.limit_by {
            by.exprs().try_for_each(|expr| visitor.expr(expr))?;
        }
        if let Some(Limit::Rows(rows)) = &self.limit {
            visitor.rows(rows);
        }
        if let Some(offset) = &self.offset {
            visitor.rows(offset);
        }
        ControlFlow::Continue(())
    }
}
