//! The folder: goes through a statement and changes it in place, as to rename an alias or to replace an expression.
//!
//! The `fold_` functions go to the parts of a node. They name every node and every field, so that a new one does
//! not compile until it is gone through. What only looks at statements is in `visit.rs`.

use std::mem;

use super::{
    Case, Conflict, ConflictAction, Cte, Delete, Expr, FromItem, Insert, InsertSource, Join, Like,
    Name, Order, Projection, Query, QueryBody, Select, SetOperation, Source, Statement, Update,
    Values, Window, With,
};

/// Changes the nodes of a statement. Each method goes on to the parts of its node, unless it is overridden: then
/// it calls the function of the same name that begins with `fold_`, before or after its own change.
pub trait Fold {
    /// An expression.
    fn expr(&mut self, expr: &mut Expr) {
        fold_expr(self, expr);
    }

    /// A query, inside an expression or a source too.
    fn query(&mut self, query: &mut Query) {
        fold_query(self, query);
    }

    /// A plain SELECT.
    fn select(&mut self, select: &mut Select) {
        fold_select(self, select);
    }

    /// An item of FROM, USING or JOIN.
    fn item(&mut self, item: &mut FromItem) {
        fold_item(self, item);
    }

    /// The name by which a column, or what is selected of a table, refers to its source.
    fn qualifier(&mut self, name: &mut Name) {
        let _ = name;
    }
}

/// Changes a statement.
pub fn fold_statement<F: Fold + ?Sized>(f: &mut F, statement: &mut Statement) {
    match statement {
        Statement::Query(query) => f.query(query),
        Statement::Insert(insert) => fold_insert(f, insert),
        Statement::Update(update) => fold_update(f, update),
        Statement::Delete(delete) => fold_delete(f, delete),
    }
}

/// Changes the parts of an expression. Raw SQL has none that could be looked into.
pub fn fold_expr<F: Fold + ?Sized>(f: &mut F, expr: &mut Expr) {
    match expr {
        Expr::Value(_)
        | Expr::Label(_)
        | Expr::Excluded(_)
        | Expr::Raw(_)
        | Expr::Aggregate { expr: None, .. } => {}
        Expr::Column { source, .. } => f.qualifier(source),
        Expr::And(parts)
        | Expr::Or(parts)
        | Expr::Row(parts)
        | Expr::Function { args: parts, .. }
        | Expr::InRows { row: parts, .. } => exprs(f, parts),
        Expr::Not(part)
        | Expr::IsNull { expr: part, .. }
        | Expr::In { expr: part, .. }
        | Expr::Cast { expr: part, .. }
        | Expr::Aggregate {
            expr: Some(part), ..
        } => f.expr(part),
        Expr::Compare { left, right, .. } | Expr::Arithmetic { left, right, .. } => {
            f.expr(left);
            f.expr(right);
        }
        Expr::InQuery { expr, query, .. } => {
            f.expr(expr);
            f.query(query);
        }
        Expr::Between { expr, low, high } => {
            f.expr(expr);
            f.expr(low);
            f.expr(high);
        }
        Expr::Like(like) => {
            let Like { expr, .. } = &mut **like;
            f.expr(expr);
        }
        Expr::Over { call, window } => {
            f.expr(call);
            fold_window(f, window);
        }
        Expr::Case(case) => fold_case(f, case),
        Expr::Exists(query) | Expr::Subquery(query) => f.query(query),
        Expr::Extension(node) => {
            let mut args = node.args().to_vec();
            exprs(f, &mut args);
            if args != node.args() {
                *node = node.with_args(mem::take(&mut args));
            }
        }
    }
}

/// Changes the parts of a query.
pub fn fold_query<F: Fold + ?Sized>(f: &mut F, query: &mut Query) {
    let Query {
        with,
        body,
        order_by,
        limit: _,
        offset: _,
        locks,
    } = query;
    if let Some(with) = with {
        let With { recursive: _, ctes } = &mut **with;
        for Cte { query, .. } in ctes {
            f.query(query);
        }
    }
    match body {
        QueryBody::Select(select) => f.select(select),
        QueryBody::SetOperation(operation) => {
            let SetOperation { left, right, .. } = &mut **operation;
            f.query(left);
            f.query(right);
        }
        QueryBody::Values(values) => fold_values(f, values),
    }
    orders(f, order_by);
    for name in locks.iter_mut().flat_map(|lock| &mut lock.of) {
        f.qualifier(name);
    }
}

/// Changes the parts of a plain SELECT.
pub fn fold_select<F: Fold + ?Sized>(f: &mut F, select: &mut Select) {
    let Select {
        distinct: _,
        columns,
        from,
        joins,
        filter,
        group_by,
        having,
    } = select;
    projections(f, columns);
    sources(f, from.as_mut(), joins);
    exprs(f, filter);
    exprs(f, group_by);
    exprs(f, having);
}

/// Changes the parts of an item of FROM.
pub fn fold_item<F: Fold + ?Sized>(f: &mut F, item: &mut FromItem) {
    match &mut item.source {
        Source::Table(_) | Source::Cte(_) => {}
        Source::Query(query) => f.query(query),
        Source::Values(values) => fold_values(f, values),
        Source::Function { args, .. } => exprs(f, args),
    }
}

fn fold_insert<F: Fold + ?Sized>(f: &mut F, insert: &mut Insert) {
    let Insert {
        table: _,
        columns: _,
        source,
        conflict,
        returning,
    } = insert;
    match source {
        InsertSource::Defaults | InsertSource::Batch { .. } => {}
        InsertSource::Rows(rows) => {
            for row in rows {
                exprs(f, row);
            }
        }
        InsertSource::Query(query) => f.query(query),
    }
    if let Some(Conflict { target: _, action }) = conflict {
        match action {
            ConflictAction::Nothing => {}
            ConflictAction::Update { set, filter } => {
                assignments(f, set);
                exprs(f, filter);
            }
        }
    }
    projections(f, returning);
}

fn fold_update<F: Fold + ?Sized>(f: &mut F, update: &mut Update) {
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
    assignments(f, set);
    sources(f, from.as_mut(), joins);
    exprs(f, filter);
    orders(f, order_by);
    projections(f, returning);
}

fn fold_delete<F: Fold + ?Sized>(f: &mut F, delete: &mut Delete) {
    let Delete {
        table: _,
        using,
        joins,
        filter,
        order_by,
        limit: _,
        returning,
    } = delete;
    sources(f, using.as_mut(), joins);
    exprs(f, filter);
    orders(f, order_by);
    projections(f, returning);
}

fn fold_window<F: Fold + ?Sized>(f: &mut F, window: &mut Window) {
    let Window {
        partition_by,
        order_by,
        frame: _,
    } = window;
    exprs(f, partition_by);
    orders(f, order_by);
}

fn fold_case<F: Fold + ?Sized>(f: &mut F, case: &mut Case) {
    let Case {
        operand,
        branches,
        otherwise,
    } = case;
    if let Some(operand) = operand {
        f.expr(operand);
    }
    for (condition, value) in branches {
        f.expr(condition);
        f.expr(value);
    }
    if let Some(otherwise) = otherwise {
        f.expr(otherwise);
    }
}

fn fold_values<F: Fold + ?Sized>(f: &mut F, values: &mut Values) {
    let Values { rows } = values;
    for row in rows {
        exprs(f, row);
    }
}

fn exprs<F: Fold + ?Sized>(f: &mut F, exprs: &mut [Expr]) {
    for expr in exprs {
        f.expr(expr);
    }
}

fn orders<F: Fold + ?Sized>(f: &mut F, orders: &mut [Order]) {
    for order in orders {
        f.expr(&mut order.expr);
    }
}

fn projections<F: Fold + ?Sized>(f: &mut F, projections: &mut [Projection]) {
    for projection in projections {
        match projection {
            Projection::All => {}
            Projection::Columns { source, .. } => f.qualifier(source),
            Projection::Expr(expr) | Projection::Labelled(expr, _) => f.expr(expr),
        }
    }
}

fn assignments<F: Fold + ?Sized>(f: &mut F, set: &mut [(Name, Expr)]) {
    for (_, value) in set {
        f.expr(value);
    }
}

fn sources<F: Fold + ?Sized>(f: &mut F, first: Option<&mut FromItem>, joins: &mut [Join]) {
    if let Some(first) = first {
        f.item(first);
    }
    for Join { kind: _, item, on } in joins {
        f.item(item);
        f.expr(on);
    }
}
