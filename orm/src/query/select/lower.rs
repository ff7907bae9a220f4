//! From the parts of a query to its statement, and what is known without it: its shape and its values.
//!
//! Most queries are built, run once and dropped, and their text is known. Their shape finds it, their values are its
//! binds, and the statement is not made at all.

use std::convert::Infallible;
use std::hash::{Hash, Hasher};
use std::ops::ControlFlow;

use orm_core::sql::{BindValues, EachBind};
use orm_core::stmt::{Few, Join, Projection, Query, QueryBody, Select, Visit};
use orm_core::value::ValueRef;

use super::clauses::Clauses;
use super::join::{JoinOn, Joined};
use super::named_source::with;
use super::query_state::{QueryKey, QueryState};
use crate::engine::TextOf;
use crate::query::expressions::select_item::SelectItem;
use crate::query::expressions::table_ref::TableRef;
use crate::query::expressions::term::Term;

impl QueryState {
    fn projections(&self) -> Few<Projection> {
        let selected = self.selected.iter();
        let (Some(left_out), Some(root)) = (&self.left_out, self.sources.root) else {
            return selected.map(SelectItem::lower).collect();
        };
        let mut columns = Few::new();
        for item in selected {
            match item {
                SelectItem::Entity { table, .. } if table.name() == root.name() => {
                    let read =
                        (0..table.def.columns.len()).filter(|column| !left_out.contains(*column));
                    columns.extend(read.map(|column| Projection::Expr(table.column(column))));
                }
                item => columns.push(item.lower()),
            }
        }
        columns
    }

    /// The statement.
    pub(in crate::query) fn lower(&self) -> Query {
        let mut query = self.lower_part();
        query.with = with(&self.each_cte());
        query
    }

    /// The statement without its WITH clause.
    pub(super) fn lower_part(&self) -> Query {
        let mut clauses = self.clauses.as_deref().cloned().unwrap_or_default();
        if let Some(compound) = clauses.compound.take() {
            compound.name_orders(&mut clauses.order_by);
            return around(compound.body(), clauses);
        }
        let mut select = Select::default();
        select.hints = std::mem::take(&mut clauses.hints);
        select.distinct = clauses.distinct;
        select.columns = self.projections();
        let item = |table: TableRef| match self.source(table) {
            Some(source) => source.item.clone(),
            None => table.item(),
        };
        select.from = self.sources.root.map(item);
        let join = |joined: &Joined| {
            Join::new(
                joined.kind,
                item(joined.table),
                joined.on.condition(joined.table),
            )
        };
        select.joins = self.sources.joined.iter().map(join).collect();
        select.filter = self.filter.iter().cloned().map(Term::into_expr).collect();
        select.distinct_on = std::mem::take(&mut clauses.distinct_on);
        select.group_by = std::mem::take(&mut clauses.group_by);
        select.grouping_sets = clauses.grouping_sets.take();
        select.having = std::mem::take(&mut clauses.having);
        around(QueryBody::Select(select), clauses)
    }
}

/// The query of a body, with the clauses that stand around it.
fn around(body: QueryBody, clauses: Clauses) -> Query {
    let mut query = Query::from(body);
    query.order_by = clauses.order_by;
    query.limit = clauses.limit;
    query.with_ties = clauses.with_ties;
    query.offset = clauses.offset;
    query.limit_by = clauses.limit_by;
    query.locks = clauses.locks;
    query
}

/// The shape: all that decides which statement it is, and which checks it has to pass.
impl Hash for QueryKey<'_> {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        let QueryState {
            sources,
            selected,
            filter,
            clauses,
            left_out,
            // Relations that are read after the rows, and whether loaded entities take the values of the rows.
            loads: _,
            populates_existing: _,
            time_limit: _,
            // Depends on the verb.
            joined_loads: _,
            // A query under criteria, or with an error, is not looked for.
            exempt: _,
            error: _,
            kept: _,
        } = self.query;
        let joined = self.query.joined_loads(self.verb);
        let flags = u64::from(left_out.is_some()) << 3
            | u64::from(joined.is_some()) << 2
            | u64::from(clauses.is_some()) << 1
            | u64::from(self.keeps_limit);
        let head = (self.verb as u64) << 12 | flags << 8 | TextOf::Query as u64;
        hash_lengths(
            head,
            [selected.len(), sources.joined.len(), filter.len()],
            state,
        );
        for item in selected {
            item.hash(state);
        }
        match sources.root {
            Some(root) => root.hash_with(0, state),
            None => state.write_u64(u64::from(u8::MAX)),
        }
        for joined in &sources.joined {
            joined.hash(state);
        }
        for term in filter {
            term.hash(state);
        }
        if let Some(clauses) = clauses {
            clauses.hash_shape(selected, state);
        }
        if let Some(joined) = joined {
            joined.hash(state);
        }
        if let Some(left_out) = left_out {
            left_out.hash(state);
        }
    }
}

/// Feeds a number of 16 bits and the lengths of three lists, in one word if they are short.
#[inline]
fn hash_lengths(head: u64, lengths: [usize; 3], state: &mut impl Hasher) {
    const LONG: u64 = 0xffff;
    let [one, two, three] = lengths.map(|length| LONG.min(length as u64));
    state.write_u64(one << 48 | two << 32 | three << 16 | head);
    if [one, two, three].contains(&LONG) {
        lengths.hash(state);
    }
}

/// In the order of the statement's parts.
impl<'q> BindValues<'q> for &'q QueryState {
    #[inline]
    fn visit<F: FnMut(ValueRef<'q>, usize)>(self, visitor: &mut EachBind<F>) {
        let Some(clauses) = &self.clauses else {
            let _ = visit_parts(self, visitor);
            return;
        };
        if !clauses.sources.is_empty() {
            let _ = visit_sources(self, visitor);
        } else if clauses.compound.is_none() {
            let _ = visit_parts(self, visitor);
        }
        let _ = clauses.visit(visitor);
    }
}

/// As [`visit_parts`], of a query with sources that are no tables.
fn visit_sources<'q, F: FnMut(ValueRef<'q>, usize)>(
    query: &'q QueryState,
    visitor: &mut EachBind<F>,
) -> ControlFlow<Infallible> {
    for cte in query.each_cte() {
        visitor.query(&cte.cte.query)?;
    }
    for expr in query.selected.iter().filter_map(SelectItem::expr) {
        visitor.expr(expr)?;
    }
    if let Some(source) = query.sources.root.and_then(|root| query.source(root)) {
        visitor.item(&source.item)?;
    }
    for joined in &query.sources.joined {
        if let Some(source) = query.source(joined.table) {
            visitor.item(&source.item)?;
        }
        if let JoinOn::Condition(on) = &joined.on {
            visitor.expr(on)?;
        }
    }
    query.filter.iter().try_for_each(|term| term.visit(visitor))
}

#[inline]
fn visit_parts<'q, F: FnMut(ValueRef<'q>, usize)>(
    query: &'q QueryState,
    visitor: &mut EachBind<F>,
) -> ControlFlow<Infallible> {
    for expr in query.selected.iter().filter_map(SelectItem::expr) {
        visitor.expr(expr)?;
    }
    for joined in &query.sources.joined {
        if let JoinOn::Condition(on) = &joined.on {
            visitor.expr(on)?;
        }
    }
    query.filter.iter().try_for_each(|term| term.visit(visitor))
}
