//! The visitor: goes through a statement, read only. Every check of a statement is one.
//!
//! The `walk_` functions go to the parts of a node. They name every node and every field, so that a new one does
//! not compile until it is gone through. What changes statements is in `fold.rs`.

use std::ops::ControlFlow;

use super::{
    Case, Conflict, ConflictAction, Cte, Delete, Expr, FromItem, Insert, InsertSource, Join, Like,
    Order, Projection, Query, QueryBody, Select, SetOperation, Source, Statement, Update, Values,
    Window, With,
};

/// Looks at the nodes of a statement, and says when it has seen enough. Each method is called before the parts of
/// its node and goes on to them by itself, unless it is overridden: then it calls the function of the same name that
/// begins with `walk_`, or leaves the parts out.
pub trait Visit<'a> {
    /// What it stops with.
    type Break;

    /// An expression.
    fn expr(&mut self, expr: &'a Expr) -> ControlFlow<Self::Break> {
        walk_expr(self, expr)
    }

    /// A query, inside an expression or a source too.
    fn query(&mut self, query: &'a Query) -> ControlFlow<Self::Break> {
        walk_query(self, query)
    }

    /// A plain SELECT.
    fn select(&mut self, select: &'a Select) -> ControlFlow<Self::Break> {
        walk_select(self, select)
    }

    /// An item of FROM, USING or JOIN.
    fn item(&mut self, item: &'a FromItem) -> ControlFlow<Self::Break> {
        walk_item(self, item)
    }

    /// Something that is selected or returned.
    fn projection(&mut self, projection: &'a Projection) -> ControlFlow<Self::Break> {
        walk_projection(self, projection)
    }
}

/// Goes through a statement.
pub fn walk_statement<'a, V: Visit<'a> + ?Sized>(
    v: &mut V,
    statement: &'a Statement,
) -> ControlFlow<V::Break> {
    match statement {
        Statement::Query(query) => v.query(query),
        Statement::Insert(insert) => walk_insert(v, insert),
        Statement::Update(update) => walk_update(v, update),
        Statement::Delete(delete) => walk_delete(v, delete),
    }
}

/// Goes to the parts of an expression. Raw SQL has none that could be looked into.
pub fn walk_expr<'a, V: Visit<'a> + ?Sized>(v: &mut V, expr: &'a Expr) -> ControlFlow<V::Break> {
    match expr {
        Expr::Column { .. }
        | Expr::Value(_)
        | Expr::Label(_)
        | Expr::Excluded(_)
        | Expr::Raw(_)
        | Expr::Aggregate { expr: None, .. } => ControlFlow::Continue(()),
        Expr::And(parts)
        | Expr::Or(parts)
        | Expr::Row(parts)
        | Expr::Function { args: parts, .. }
        | Expr::InRows { row: parts, .. } => exprs(v, parts),
        Expr::Not(part)
        | Expr::IsNull { expr: part, .. }
        | Expr::In { expr: part, .. }
        | Expr::Cast { expr: part, .. }
        | Expr::Aggregate {
            expr: Some(part), ..
        } => v.expr(part),
        Expr::Compare { left, right, .. } | Expr::Arithmetic { left, right, .. } => {
            v.expr(left)?;
            v.expr(right)
        }
        Expr::InQuery { expr, query, .. } => {
            v.expr(expr)?;
            v.query(query)
        }
        Expr::Between { expr, low, high } => {
            v.expr(expr)?;
            v.expr(low)?;
            v.expr(high)
        }
        Expr::Like(like) => {
            let Like { expr, .. } = &**like;
            v.expr(expr)
        }
        Expr::Over { call, window } => {
            v.expr(call)?;
            walk_window(v, window)
        }
        Expr::Case(case) => walk_case(v, case),
        Expr::Exists(query) | Expr::Subquery(query) => v.query(query),
        Expr::Extension(node) => exprs(v, node.args()),
    }
}

/// Goes to the parts of a query.
pub fn walk_query<'a, V: Visit<'a> + ?Sized>(v: &mut V, query: &'a Query) -> ControlFlow<V::Break> {
    let Query {
        with,
        body,
        order_by,
        limit: _,
        offset: _,
        locks: _,
    } = query;
    if let Some(with) = with {
        let With { recursive: _, ctes } = &**with;
        for Cte { query, .. } in ctes {
            v.query(query)?;
        }
    }
    match body {
        QueryBody::Select(select) => v.select(select)?,
        QueryBody::SetOperation(operation) => {
            let SetOperation { left, right, .. } = &**operation;
            v.query(left)?;
            v.query(right)?;
        }
        QueryBody::Values(values) => walk_values(v, values)?,
    }
    orders(v, order_by)
}

/// Goes to the parts of a plain SELECT.
pub fn walk_select<'a, V: Visit<'a> + ?Sized>(
    v: &mut V,
    select: &'a Select,
) -> ControlFlow<V::Break> {
    let Select {
        distinct: _,
        columns,
        from,
        joins,
        filter,
        group_by,
        having,
    } = select;
    projections(v, columns)?;
    sources(v, from.as_ref(), joins)?;
    exprs(v, filter)?;
    exprs(v, group_by)?;
    exprs(v, having)
}

/// Goes to the parts of an item of FROM.
pub fn walk_item<'a, V: Visit<'a> + ?Sized>(
    v: &mut V,
    item: &'a FromItem,
) -> ControlFlow<V::Break> {
    match &item.source {
        Source::Table(_) | Source::Cte(_) => ControlFlow::Continue(()),
        Source::Query(query) => v.query(query),
        Source::Values(values) => walk_values(v, values),
        Source::Function { args, .. } => exprs(v, args),
    }
}

fn walk_projection<'a, V: Visit<'a> + ?Sized>(
    v: &mut V,
    projection: &'a Projection,
) -> ControlFlow<V::Break> {
    match projection {
        Projection::Columns { .. } | Projection::All => ControlFlow::Continue(()),
        Projection::Expr(expr) | Projection::Labelled(expr, _) => v.expr(expr),
    }
}

/// Goes to the parts of an INSERT.
pub fn walk_insert<'a, V: Visit<'a> + ?Sized>(
    v: &mut V,
    insert: &'a Insert,
) -> ControlFlow<V::Break> {
    let Insert {
        table: _,
        columns: _,
        source,
        conflict,
        returning,
    } = insert;
    match source {
        InsertSource::Defaults | InsertSource::Batch { .. } => {}
        InsertSource::Rows(rows) => rows.iter().try_for_each(|row| exprs(v, row))?,
        InsertSource::Query(query) => v.query(query)?,
    }
    if let Some(Conflict { target: _, action }) = conflict {
        match action {
            ConflictAction::Nothing => {}
            ConflictAction::Update { set, filter } => {
                assignments(v, set)?;
                exprs(v, filter)?;
            }
        }
    }
    projections(v, returning)
}

/// Goes to the parts of an UPDATE.
pub fn walk_update<'a, V: Visit<'a> + ?Sized>(
    v: &mut V,
    update: &'a Update,
) -> ControlFlow<V::Break> {
    let Update {
        table: _,
        set,
        from,
        joins,
        filter,
        order_by,
        limit: _,
        returning,
    } = update;
    assignments(v, set)?;
    sources(v, from.as_ref(), joins)?;
    exprs(v, filter)?;
    orders(v, order_by)?;
    projections(v, returning)
}

/// Goes to the parts of a DELETE.
pub fn walk_delete<'a, V: Visit<'a> + ?Sized>(
    v: &mut V,
    delete: &'a Delete,
) -> ControlFlow<V::Break> {
    let Delete {
        table: _,
        using,
        joins,
        filter,
        order_by,
        limit: _,
        returning,
    } = delete;
    sources(v, using.as_ref(), joins)?;
    exprs(v, filter)?;
    orders(v, order_by)?;
    projections(v, returning)
}

/// Goes to the parts of an OVER clause.
pub fn walk_window<'a, V: Visit<'a> + ?Sized>(
    v: &mut V,
    window: &'a Window,
) -> ControlFlow<V::Break> {
    let Window {
        partition_by,
        order_by,
        frame: _,
    } = window;
    exprs(v, partition_by)?;
    orders(v, order_by)
}

fn walk_case<'a, V: Visit<'a> + ?Sized>(v: &mut V, case: &'a Case) -> ControlFlow<V::Break> {
    let Case {
        operand,
        branches,
        otherwise,
    } = case;
    if let Some(operand) = operand {
        v.expr(operand)?;
    }
    for (condition, value) in branches {
        v.expr(condition)?;
        v.expr(value)?;
    }
    otherwise.iter().try_for_each(|value| v.expr(value))
}

fn walk_values<'a, V: Visit<'a> + ?Sized>(v: &mut V, values: &'a Values) -> ControlFlow<V::Break> {
    let Values { rows } = values;
    rows.iter().try_for_each(|row| exprs(v, row))
}

fn exprs<'a, V: Visit<'a> + ?Sized>(v: &mut V, exprs: &'a [Expr]) -> ControlFlow<V::Break> {
    exprs.iter().try_for_each(|expr| v.expr(expr))
}

fn orders<'a, V: Visit<'a> + ?Sized>(v: &mut V, orders: &'a [Order]) -> ControlFlow<V::Break> {
    orders.iter().try_for_each(|order| v.expr(&order.expr))
}

fn projections<'a, V: Visit<'a> + ?Sized>(
    v: &mut V,
    projections: &'a [Projection],
) -> ControlFlow<V::Break> {
    projections.iter().try_for_each(|one| v.projection(one))
}

fn assignments<'a, V: Visit<'a> + ?Sized>(
    v: &mut V,
    set: &'a [(super::Name, Expr)],
) -> ControlFlow<V::Break> {
    set.iter().try_for_each(|(_, value)| v.expr(value))
}

fn sources<'a, V: Visit<'a> + ?Sized>(
    v: &mut V,
    first: Option<&'a FromItem>,
    joins: &'a [Join],
) -> ControlFlow<V::Break> {
    if let Some(first) = first {
        v.item(first)?;
    }
    for Join { kind: _, item, on } in joins {
        v.item(item)?;
        v.expr(on)?;
    }
    ControlFlow::Continue(())
}
