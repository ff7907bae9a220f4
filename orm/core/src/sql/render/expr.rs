//! Renders expressions, with parentheses where an operator needs them.
//!
//! Called by every statement. Conditions, lists and queries in expressions are in `condition.rs`, `in_list.rs` and
//! `subquery.rs`, window functions in `window.rs`.

use super::condition::{write_between, write_compare, write_is_null, write_terms};
use super::in_list::{write_in, write_in_rows};
use super::insert::write_excluded;
use super::raw::write_parts;
use super::repeat::write_named;
use super::subquery::{write_exists, write_in_query, write_subquery};
use super::window::{write_over, write_window};
use crate::error::Result;
use crate::sql::SqlWriter;
use crate::stmt::{Aggregate, ArithmeticOp, Case, Expr, Extension, TemplatePart, Window};
use crate::types::Type;

/// Renders an expression.
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
/// # use orm_core::value::Value;
/// # let dialect = AnsiDialect::new();
/// # let mut w = SqlWriter::new(&dialect);
/// # let older = Expr::arithmetic(ArithmeticOp::Add, Expr::column("users", "age"), Expr::Value(Value::Int(1)));
/// write_expr(&mut w, &older)?;
/// assert_eq!(w.finish().0, r#""age" + ?"#);
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn write_expr<'a>(w: &mut SqlWriter<'a>, expr: &'a Expr) -> Result<()> {
    if write_named(w, expr)? {
        return Ok(());
    }
    match expr {
        Expr::Column { source, name } => {
            w.column(source, name);
            Ok(())
        }
        Expr::Value(value) => {
            w.dialect().write_typed_bind(w, value);
            Ok(())
        }
        Expr::And(all) => write_terms(w, all, " AND ", "1 = 1"),
        Expr::Or(any) => write_terms(w, any, " OR ", "1 = 0"),
        Expr::Not(inner) => write_wrapped(w, "NOT (", inner, ")"),
        Expr::Compare { op, sides } => write_compare(w, *op, sides),
        Expr::Arithmetic { op, sides } => write_arithmetic(w, *op, sides),
        Expr::IsNull { expr, negated } => write_is_null(w, expr, *negated),
        Expr::In {
            expr,
            list,
            negated,
        } => write_in(w, expr, list, *negated),
        Expr::InRows { row, list, negated } => write_in_rows(w, row, list, *negated),
        Expr::InQuery {
            expr,
            query,
            negated,
        } => write_in_query(w, expr, query, *negated),
        Expr::Between { expr, low, high } => write_between(w, expr, low, high),
        Expr::Like(like) => w.dialect().write_like(w, like),
        Expr::Aggregate {
            function,
            expr,
            distinct,
            ty,
        } => write_aggregate(w, (*function, expr.as_deref(), *distinct), None, ty),
        Expr::Function { name, args } => write_function(w, name, args),
        Expr::Over { call, window } => write_over(w, call, window),
        Expr::Case(case) => write_case(w, case),
        Expr::Json(json) => w.dialect().write_json(w, json),
        Expr::Row(values) => write_row(w, values),
        Expr::Label(name) => {
            w.ident(name);
            Ok(())
        }
        Expr::Excluded(name) => {
            write_excluded(w, name);
            Ok(())
        }
        Expr::Cast { expr, ty } => write_cast(w, expr, ty),
        Expr::Exists(query) => write_exists(w, query),
        Expr::Subquery(query) => write_subquery(w, query),
        Expr::Raw(parts) => {
            write_parts(w, parts);
            Ok(())
        }
        Expr::Extension(node) => w.dialect().write_extension(w, node.as_ref()),
    }
}

fn write_cast<'a>(w: &mut SqlWriter<'a>, expr: &'a Expr, ty: &Type) -> Result<()> {
    let ty = w.dialect().cast_type(ty);
    write_wrapped(w, "CAST(", expr, &format!(" AS {ty})"))
}

fn write_wrapped<'a>(
    w: &mut SqlWriter<'a>,
    before: &str,
    expr: &'a Expr,
    after: &str,
) -> Result<()> {
    w.push(before);
    write_expr(w, expr)?;
    w.push(after);
    Ok(())
}

/// Renders an expression as an operand, in parentheses if needed.
///
/// # Errors
/// As [`write_expr`].
///
/// # Examples
///
/// ```
/// # use orm_core::sql::*;
/// # use orm_core::stmt::*;
/// # use orm_core::testing::AnsiDialect;
/// # use orm_core::value::Value;
/// # let dialect = AnsiDialect::new();
/// # let mut w = SqlWriter::new(&dialect);
/// # let older = Expr::arithmetic(ArithmeticOp::Add, Expr::column("users", "age"), Expr::Value(Value::Int(1)));
/// write_operand(&mut w, &older)?;
/// assert_eq!(w.finish().0, r#"("age" + ?)"#);
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn write_operand<'a>(w: &mut SqlWriter<'a>, expr: &'a Expr) -> Result<()> {
    if write_named(w, expr)? {
        return Ok(());
    }
    if expr.is_operand() {
        return write_expr(w, expr);
    }
    w.push("(");
    write_expr(w, expr)?;
    w.push(")");
    Ok(())
}

// The other side of a comparison: a plain bind, whose type the database infers from the first side.
pub(super) fn write_peer<'a>(w: &mut SqlWriter<'a>, expr: &'a Expr) -> Result<()> {
    if let Expr::Value(value) = expr {
        w.value(value);
        return Ok(());
    }
    write_operand(w, expr)
}

fn write_arithmetic<'a>(
    w: &mut SqlWriter<'a>,
    op: ArithmeticOp,
    [left, right]: &'a [Expr; 2],
) -> Result<()> {
    write_operand(w, left)?;
    w.push(match op {
        ArithmeticOp::Add => " + ",
        ArithmeticOp::Sub => " - ",
        ArithmeticOp::Mul => " * ",
    });
    write_operand(w, right)
}

/// An aggregate: which, over what, and whether over distinct values only.
type AggregateCall<'a> = (Aggregate, Option<&'a Expr>, bool);

pub(super) fn write_aggregate<'a>(
    w: &mut SqlWriter<'a>,
    call: AggregateCall<'a>,
    window: Option<&'a Window>,
    ty: &Type,
) -> Result<()> {
    let ty = aggregate_type(call.0, ty);
    let write = |w: &mut SqlWriter<'a>| {
        write_aggregate_call(w, call)?;
        window.map_or(Ok(()), |window| write_window(w, window))
    };
    w.dialect().write_aggregate(w, &write, ty)
}

// A count is never cast: every database yields a 64-bit integer. Min and max keep their column's type.
fn aggregate_type(function: Aggregate, ty: &Type) -> &Type {
    match function {
        Aggregate::Count | Aggregate::Min | Aggregate::Max => &Type::Text,
        Aggregate::Sum | Aggregate::Avg => ty,
    }
}

fn write_aggregate_call<'a>(
    w: &mut SqlWriter<'a>,
    (function, expr, distinct): AggregateCall<'a>,
) -> Result<()> {
    w.push(match function {
        Aggregate::Count => "COUNT(",
        Aggregate::Sum => "SUM(",
        Aggregate::Min => "MIN(",
        Aggregate::Max => "MAX(",
        Aggregate::Avg => "AVG(",
    });
    if distinct {
        w.push("DISTINCT ");
    }
    match expr {
        Some(expr) if function == Aggregate::Avg && w.dialect().capabilities().integer_means => {
            write_cast(w, expr, &Type::Float64)?;
        }
        Some(expr) => write_expr(w, expr)?,
        None => {
            w.push("*");
        }
    }
    w.push(")");
    Ok(())
}

pub(super) fn write_function<'a>(
    w: &mut SqlWriter<'a>,
    name: &str,
    args: &'a [Expr],
) -> Result<()> {
    w.push(name);
    write_list(w, args)
}

fn write_row<'a>(w: &mut SqlWriter<'a>, values: &'a [Expr]) -> Result<()> {
    if !w.dialect().capabilities().row_values {
        return Err(w.unsupported("rows of values"));
    }
    write_list(w, values)
}

/// Expressions in parentheses.
pub(super) fn write_list<'a>(w: &mut SqlWriter<'a>, exprs: &'a [Expr]) -> Result<()> {
    w.push("(");
    for (index, expr) in exprs.iter().enumerate() {
        w.push(if index > 0 { ", " } else { "" });
        write_expr(w, expr)?;
    }
    w.push(")");
    Ok(())
}

fn write_case<'a>(w: &mut SqlWriter<'a>, case: &'a Case) -> Result<()> {
    w.push("CASE");
    if let Some(operand) = &case.operand {
        w.push(" ");
        write_expr(w, operand)?;
    }
    for (condition, value) in &case.branches {
        w.push(" WHEN ");
        write_expr(w, condition)?;
        w.push(" THEN ");
        write_expr(w, value)?;
    }
    if let Some(otherwise) = &case.otherwise {
        w.push(" ELSE ");
        write_expr(w, otherwise)?;
    }
    w.push(" END");
    Ok(())
}

/// Renders an extension by its template for the dialect's name.
///
/// # Errors
/// - `Unsupported`: the extension has no template for the dialect.
pub fn write_extension<'a>(w: &mut SqlWriter<'a>, node: &'a dyn Extension) -> Result<()> {
    let Some(parts) = node.template(w.dialect().name()) else {
        return Err(w.unsupported(node.name()));
    };
    for part in parts {
        match part {
            TemplatePart::Sql(text) => {
                w.push(text);
            }
            TemplatePart::Arg(index) => match node.args().get(index) {
                Some(arg) => write_expr(w, arg)?,
                None => return Err(w.unsupported(node.name())),
            },
        }
    }
    Ok(())
}
