//! Renders a query: WITH, its body, ORDER BY, LIMIT and locks. The body of a plain SELECT is rendered by `select.rs`,
//! FROM by `source.rs`.

use super::expr::{write_expr, write_operand};
use super::grouping;
use super::repeat::Clause;
use super::select::{needs_qualification, write_hints, write_select};
use super::write_statement;
use crate::error::Result;
use crate::sql::{HintPlace, NullsOrder, SqlWriter, ValuesStyle};
use crate::stmt::{
    Direction, Expr, FromItem, Lock, LockStrength, LockWait, Name, Nulls, Order, Projection, Query,
    QueryBody, SetOperation, SetOperator, Source, Statement, Values, With, order_label,
};

/// Renders a query.
///
/// # Errors
/// - `Unsupported`: the dialect does not support a part of it.
///
/// # Examples
///
/// ```
/// # use orm_core::sql::*;
/// # use orm_core::stmt::*;
/// # use orm_core::testing::AnsiDialect;
/// # let dialect = AnsiDialect::new();
/// # let mut w = SqlWriter::new(&dialect);
/// let name = Projection::Expr(Expr::column("users", "name"));
/// let query = Query::from(Select::new(vec![name], FromItem::table("users")));
/// write_query(&mut w, &query)?;
/// assert_eq!(w.finish().0, r#"SELECT "name" FROM "users""#);
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn write_query<'a>(w: &mut SqlWriter<'a>, query: &'a Query) -> Result<()> {
    if let Some(select) = query.as_select() {
        write_hints(w, select, HintPlace::BeforeQuery);
    }
    if let Some(with) = &query.with {
        write_with(w, with)?;
    }
    write_without_with(w, query)
}

/// Renders a query whose WITH clause is elsewhere.
pub(super) fn write_without_with<'a>(w: &mut SqlWriter<'a>, query: &'a Query) -> Result<()> {
    let outer = w.qualify(false);
    let is_qualified = |select| needs_qualification(select, &query.order_by);
    w.qualify(outer || query.as_select().is_some_and(is_qualified));
    let enclosing = std::mem::replace(&mut w.enclosing, outer);
    let repeats = w.repeats.begin_query();
    match &query.body {
        QueryBody::Select(select) => {
            grouping::check(w, select, &query.order_by)?;
            write_select(w, select, &query.order_by)?;
        }
        QueryBody::SetOperation(operation) => write_set_operation(w, operation)?,
        QueryBody::Values(values) => write_values(w, values)?,
        QueryBody::Returning(statement) => write_returned(w, statement)?,
    }
    enter(w, Clause::OrderBy, query);
    write_query_orders(w, query)?;
    enter(w, Clause::Limit, query);
    if query.with_ties && !w.dialect().capabilities().with_ties {
        return Err(w.unsupported("WITH TIES"));
    }
    w.write_limit(query)?;
    write_own_locks(w, query)?;
    w.repeats.end_query(repeats);
    w.enclosing = enclosing;
    w.qualify(outer);
    w.check_limits()
}

/// Writes a statement whose rows a common table expression has.
fn write_returned<'a>(w: &mut SqlWriter<'a>, statement: &'a Statement) -> Result<()> {
    if !w.dialect().capabilities().writes_in_with {
        return Err(w.unsupported("INSERT, UPDATE and DELETE in WITH"));
    }
    let outer = w.qualify(false);
    write_statement(w, statement)?;
    w.qualify(outer);
    Ok(())
}

/// Writes the locks of a query. Where the nullable side of an outer join can't be locked, a lock of all tables names the
/// others.
fn write_own_locks(w: &mut SqlWriter<'_>, query: &Query) -> Result<()> {
    let lacks_outer = !query.locks.is_empty() && !w.dialect().capabilities().lock_outer;
    let Some(select) = query.as_select().filter(|_| lacks_outer) else {
        return write_locks(w, &query.locks);
    };
    let items = select.sources().zip(select.nullable_sides());
    let (locked, others): (Vec<_>, Vec<_>) =
        items.partition(|(item, side)| side.is_none() && has_locks(item));
    if others.is_empty() {
        return write_locks(w, &query.locks);
    }
    let locked = locked.iter().filter_map(|(item, _)| FromItem::name(item));
    let of: Vec<_> = locked.cloned().collect();
    if of.is_empty() {
        return Err(w.unsupported("FOR UPDATE of outer sides and of queries in FROM alone"));
    }
    let mut named = query.locks.iter().flat_map(|lock| &lock.of);
    if named.any(|name| !of.contains(name)) {
        return Err(w.unsupported("FOR UPDATE OF the nullable side of an outer join"));
    }
    let mut locks = query.locks.clone();
    for lock in locks.iter_mut().filter(|lock| lock.of.is_empty()) {
        lock.of.clone_from(&of);
    }
    write_locks(w, &locks)
}

/// Whether the rows of an item are those of tables, one each.
fn has_locks(item: &FromItem) -> bool {
    let query = match &item.source {
        Source::Table(_) => return true,
        Source::Query(query) => query,
        Source::Cte(_)
        | Source::Values(_)
        | Source::Function { .. }
        | Source::Call(_)
        | Source::List(_) => {
            return false;
        }
    };
    let is_column = |projection: &Projection| match projection {
        Projection::Columns { .. } | Projection::All => true,
        Projection::Expr(expr) | Projection::Labelled(expr, _) => {
            matches!(expr, Expr::Column { .. })
        }
    };
    !query.is_limited()
        && query.as_select().is_some_and(|select| {
            !select.merges_rows()
                && select.having.is_empty()
                && select.columns.iter().all(is_column)
                && select.sources().all(has_locks)
        })
}

fn enter<'a>(w: &mut SqlWriter<'a>, clause: Clause, query: &'a Query) {
    let style = w.dialect().capabilities().repeats;
    if let Some(select) = query.as_select() {
        w.repeats.enter(style, clause, (select, &query.order_by));
    }
}

pub(super) fn write_with<'a>(w: &mut SqlWriter<'a>, with: &'a With) -> Result<()> {
    w.push(if with.recursive {
        "WITH RECURSIVE "
    } else {
        "WITH "
    });
    for (index, cte) in with.ctes.iter().enumerate() {
        w.push(if index > 0 { ", " } else { "" })
            .table_name(&cte.name);
        if !cte.columns.is_empty() {
            w.push("(").idents(&cte.columns).push(")");
        }
        w.push(match cte.materialized {
            Some(true) if w.dialect().capabilities().materialized => " AS MATERIALIZED (",
            Some(false) if w.dialect().capabilities().materialized => " AS NOT MATERIALIZED (",
            Some(_) | None => " AS (",
        });
        write_query(w, &cte.query)?;
        w.push(")");
    }
    w.push(" ");
    Ok(())
}

/// Writes the WITH clause of an UPDATE or DELETE.
pub(super) fn write_with_before<'a>(
    w: &mut SqlWriter<'a>,
    statement: &str,
    with: Option<&'a With>,
) -> Result<()> {
    let Some(with) = with else {
        return Ok(());
    };
    if !w.dialect().capabilities().with_before_writes {
        let error = w.unsupported(&format!("WITH before {statement}"));
        return Err(error.with_hint(
            "make the common table expression a derived table: .as_table(\"totals\"), or read it in a subquery of a condition",
        ));
    }
    write_with(w, with)
}

fn write_set_operation<'a>(w: &mut SqlWriter<'a>, operation: &'a SetOperation) -> Result<()> {
    let keeps_duplicates = operation.all && operation.operator != SetOperator::Union;
    let (words, all) = match operation.operator {
        SetOperator::Union => (" UNION ", " UNION ALL "),
        SetOperator::Intersect => (" INTERSECT ", " INTERSECT ALL "),
        SetOperator::Except => (" EXCEPT ", " EXCEPT ALL "),
    };
    if operation.operator != SetOperator::Union && !w.dialect().capabilities().intersect_except {
        return Err(w.unsupported(words.trim()));
    }
    if keeps_duplicates && !w.dialect().capabilities().set_operation_all {
        return Err(w.unsupported(all.trim()));
    }
    // The same operator once more needs no parentheses on the left: all of them are read from there.
    let chained = match &operation.left.body {
        QueryBody::SetOperation(inner) => {
            inner.operator == operation.operator && inner.all == operation.all
        }
        QueryBody::Select(_) | QueryBody::Values(_) | QueryBody::Returning(_) => false,
    };
    write_branch(w, &operation.left, (operation.operator, chained))?;
    w.push(if operation.all { all } else { words });
    write_branch(w, &operation.right, (operation.operator, false))
}

/// Writes a query of a set operation. One is as it is if nothing is around its body, unless that is a set operation
/// itself which is not `chained`.
fn write_branch<'a>(
    w: &mut SqlWriter<'a>,
    query: &'a Query,
    (operator, chained): (SetOperator, bool),
) -> Result<()> {
    let capabilities = w.dialect().capabilities();
    let is_one = match &query.body {
        QueryBody::Select(_) => true,
        QueryBody::SetOperation(_) => chained,
        QueryBody::Values(_) => capabilities.values != ValuesStyle::Selects,
        QueryBody::Returning(_) => false,
    };
    if is_one && query.is_bare() {
        return write_query(w, query);
    }
    let is_table = match &query.body {
        QueryBody::Select(_) => operator != SetOperator::Union,
        QueryBody::SetOperation(_) => true,
        QueryBody::Values(_) | QueryBody::Returning(_) => false,
    };
    let is_table = is_table && capabilities.derived_operands;
    w.push(if is_table || !capabilities.nested_set_operations {
        "SELECT * FROM ("
    } else {
        "("
    });
    write_query(w, query)?;
    w.push(")");
    if is_table {
        w.push(" AS ").ident("inner_query");
    }
    Ok(())
}

/// Rows of values, in the dialect's style.
pub(super) fn write_values<'a>(w: &mut SqlWriter<'a>, values: &'a Values) -> Result<()> {
    let capabilities = w.dialect().capabilities();
    let (first, next, end) = match capabilities.values {
        ValuesStyle::Values => ("VALUES (", ", (", ")"),
        ValuesStyle::Rows => ("VALUES ROW(", ", ROW(", ")"),
        ValuesStyle::Selects => ("SELECT ", " UNION ALL SELECT ", capabilities.from_nothing),
    };
    for (index, row) in values.rows.iter().enumerate() {
        w.push(if index == 0 { first } else { next });
        for (index, value) in row.iter().enumerate() {
            w.push(if index > 0 { ", " } else { "" });
            write_expr(w, value)?;
        }
        w.push(end);
    }
    Ok(())
}

/// Writes an order after `keyword`, or nothing without an order.
pub(super) fn write_orders<'a>(
    w: &mut SqlWriter<'a>,
    keyword: &str,
    order_by: &'a [Order],
) -> Result<()> {
    for (index, order) in order_by.iter().enumerate() {
        w.push(if index == 0 { keyword } else { ", " });
        write_order(w, order, None)?;
    }
    Ok(())
}

/// Writes ORDER BY of a query. What is selected under a label is ordered by that, as the database computed it.
fn write_query_orders<'a>(w: &mut SqlWriter<'a>, query: &'a Query) -> Result<()> {
    let select = query.as_select();
    for (index, order) in query.order_by.iter().enumerate() {
        w.push(if index == 0 { " ORDER BY " } else { ", " });
        let label = select.and_then(|select| order_label(&select.columns, &order.expr));
        write_order(w, order, label)?;
    }
    Ok(())
}

/// Renders ` ORDER BY …`, or nothing without an order.
///
/// # Errors
/// - `Unsupported`: the dialect does not support a part of it.
///
/// # Examples
///
/// ```
/// # use orm_core::sql::*;
/// # use orm_core::stmt::*;
/// # use orm_core::testing::AnsiDialect;
/// # let dialect = AnsiDialect::new();
/// # let mut w = SqlWriter::new(&dialect);
/// let order = [Order::new(Expr::column("users", "age"), Direction::Descending)];
/// write_order_by(&mut w, &order)?;
/// assert_eq!(w.finish().0, r#" ORDER BY "age" DESC"#);
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn write_order_by<'a>(w: &mut SqlWriter<'a>, order_by: &'a [Order]) -> Result<()> {
    write_orders(w, " ORDER BY ", order_by)
}

fn write_order<'a>(w: &mut SqlWriter<'a>, order: &'a Order, label: Option<&'a Name>) -> Result<()> {
    let style = w.dialect().capabilities().nulls_order;
    let is_default = match order.direction {
        Direction::Ascending => Nulls::First,
        Direction::Descending => Nulls::Last,
    };
    let nulls = order
        .nulls
        .filter(|nulls| style == NullsOrder::Words || *nulls != is_default);
    if let Some(nulls) = nulls.filter(|_| style == NullsOrder::Lowest) {
        match label {
            Some(label) => {
                w.ident(label);
            }
            None => write_operand(w, &order.expr)?,
        }
        w.push(match nulls {
            Nulls::First => " IS NULL DESC, ",
            Nulls::Last => " IS NULL, ",
        });
    }
    match label {
        Some(label) => {
            w.ident(label);
        }
        None => write_expr(w, &order.expr)?,
    }
    w.push(match order.direction {
        Direction::Ascending => " ASC",
        Direction::Descending => " DESC",
    });
    w.push(match nulls.filter(|_| style == NullsOrder::Words) {
        Some(Nulls::First) => " NULLS FIRST",
        Some(Nulls::Last) => " NULLS LAST",
        None => "",
    });
    Ok(())
}

/// Renders the locks of a query. On a database without row locks it renders nothing, since a transaction that writes
/// locks the database.
///
/// # Errors
/// - `Unsupported`: the dialect does not support a lock.
///
/// # Examples
///
/// ```
/// # use orm_core::sql::*;
/// # use orm_core::stmt::*;
/// # use orm_core::testing::AnsiDialect;
/// # let dialect = AnsiDialect::new();
/// # let mut w = SqlWriter::new(&dialect);
/// write_locks(&mut w, &[Lock::new(LockStrength::Update)])?;
/// assert_eq!(w.finish().0, " FOR UPDATE");
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn write_locks(w: &mut SqlWriter<'_>, locks: &[Lock]) -> Result<()> {
    let capabilities = w.dialect().capabilities();
    if !capabilities.row_locks {
        return Ok(());
    }
    for lock in locks {
        let (words, by_key) = match lock.strength {
            LockStrength::Update => (capabilities.update_lock, false),
            LockStrength::Share => (capabilities.share_lock, false),
            LockStrength::NoKeyUpdate => (" FOR NO KEY UPDATE", true),
            LockStrength::KeyShare => (" FOR KEY SHARE", true),
        };
        if by_key && !capabilities.key_locks {
            return Err(w.unsupported(words.trim()));
        }
        if words.is_empty() {
            return Err(w.unsupported("locks against writers alone (FOR SHARE)"));
        }
        if lock.wait != LockWait::Wait && !capabilities.lock_wait {
            return Err(w.unsupported("NOWAIT and SKIP LOCKED"));
        }
        w.push(words);
        if !lock.of.is_empty() {
            if !capabilities.lock_of {
                return Err(w.unsupported("FOR UPDATE OF"));
            }
            w.push(" OF ").idents(&lock.of);
        }
        w.push(match lock.wait {
            LockWait::Wait => "",
            LockWait::NoWait => " NOWAIT",
            LockWait::SkipLocked => " SKIP LOCKED",
        });
    }
    Ok(())
}
