//! Renders expressions, with parentheses where an operator needs them.
//!
//! Called by every statement. Conditions, lists and queries in expressions are in `condition.rs`, `in_list.rs` and
//! `subquery.rs`, window functions in `window.rs`.

use super::aggregate::write_aggregate;
use super::condition::{write_between, write_compare, write_is_null, write_terms};
use super::enums::write_rank;
use super::in_list::{write_in, write_in_rows};
use super::insert::write_excluded;
use super::named_sql::{write_named_sql, write_operator};
use super::numeric::{COLLATED, has_decimals, is_scalar};
use super::raw::write_parts;
use super::repeat::{write_apart, write_named};
use super::subquery::{write_exists, write_in_query, write_subquery};
use super::window::write_over;
use crate::error::Result;
use crate::sql::{DecimalStyle, SqlWriter};
use crate::stmt::{ArithmeticOp, Case, EnumRank, Expr, Extension, Numeric, TemplatePart};
use crate::types::Type;
use crate::value::Value;

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
    let is_repeated = w.repeats.begin(expr);
    write_node(w, expr)?;
    if is_repeated {
        w.repeats.end();
    }
    Ok(())
}

fn write_node<'a>(w: &mut SqlWriter<'a>, expr: &'a Expr) -> Result<()> {
    match expr {
        Expr::Value(value) => write_value(w, value),
        Expr::Column { .. } | Expr::Label(_) | Expr::Excluded(_) | Expr::Raw(_) => {
            write_leaf(w, expr);
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
        Expr::Aggregate(call) => write_apart(w, |w| write_aggregate(w, call, None)),
        Expr::Function { name, args } => write_function(w, name, args),
        Expr::Call(call) => w.dialect().write_call(w, call),
        Expr::Over { call, window } => write_over(w, call, window),
        Expr::Case(case) => write_case(w, case),
        Expr::Json(json) => w.dialect().write_json(w, json),
        Expr::Row(values) => write_row(w, values),
        Expr::Cast { expr, ty } => write_cast(w, expr, ty),
        Expr::Collate { expr, collation } => write_collate(w, expr, collation.as_deref()),
        Expr::Exists(query) => write_exists(w, query),
        Expr::Subquery(query) => write_subquery(w, query),
        Expr::NamedSql(named) => write_named_sql(w, named),
        Expr::Operator { operator, sides } => write_operator(w, operator, sides),
        Expr::Quantified(_) => Err(w.unsupported("ANY and ALL outside of a comparison")),
        Expr::Extension(node) => w.dialect().write_extension(w, node.as_ref()),
    }
}

fn write_collate<'a>(w: &mut SqlWriter<'a>, expr: &'a Expr, collation: Option<&str>) -> Result<()> {
    write_operand(w, expr)?;
    w.dialect().write_collation(w, collation)
}

/// # Errors
/// `Unsupported`: the value is an array, and the database has none.
fn write_value<'a>(w: &mut SqlWriter<'a>, value: &'a Value) -> Result<()> {
    if !w.dialect().capabilities().arrays && matches!(value, Value::Extension(_)) {
        check_value(w, value)?;
    }
    w.dialect().write_typed_bind(w, value);
    Ok(())
}

#[cold]
fn check_value(w: &SqlWriter<'_>, value: &Value) -> Result<()> {
    if !has_items(value) {
        return Ok(());
    }
    let hint = "compare with the elements by in_, or store a JSON document";
    Err(w.unsupported("arrays").with_hint(hint))
}

/// Whether an expression is a value that is an array of the database.
pub(super) fn is_array(expr: &Expr) -> bool {
    matches!(expr, Expr::Value(value) if has_items(value))
}

fn has_items(value: &Value) -> bool {
    if let Value::Extension(value) = value {
        return matches!(value.encode(""), Value::Array(_));
    }
    matches!(value, Value::Array(_))
}

/// An expression without parts, which every database has.
fn write_leaf<'a>(w: &mut SqlWriter<'a>, expr: &'a Expr) {
    if let Expr::Column { source, name } = expr {
        w.column(source, name);
    } else if let Expr::Label(name) = expr {
        w.ident(name);
    } else if let Expr::Excluded(name) = expr {
        write_excluded(w, name);
    } else if let Expr::Raw(parts) = expr {
        write_parts(w, parts);
    }
}

pub(super) fn write_cast<'a>(w: &mut SqlWriter<'a>, expr: &'a Expr, ty: &Type) -> Result<()> {
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
    if expr.is_operand() || is_scalar(w, expr) {
        return write_collated(w, expr);
    }
    w.push("(");
    write_expr(w, expr)?;
    w.push(")");
    Ok(())
}

/// Writes an expression that is compared or selected. The text of a decimal that is a bind has no collation of its own, as a
/// column and a computed decimal have.
pub(super) fn write_collated<'a>(w: &mut SqlWriter<'a>, expr: &'a Expr) -> Result<()> {
    write_expr(w, expr)?;
    let is_text = w.dialect().capabilities().decimals == DecimalStyle::Functions;
    if is_text && matches!(expr, Expr::Value(Value::Decimal(_))) {
        w.push(COLLATED);
    }
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
    // SQLite would order the values by the collation of the decimals in the conditions.
    let is_text = w.dialect().capabilities().decimals == DecimalStyle::Functions;
    if is_text && case.branches.iter().any(|(it, _)| has_decimals(it)) {
        w.push(" COLLATE BINARY");
    }
    Ok(())
}

/// Renders an extension by its template for the dialect's name.
///
/// # Errors
/// - `Unsupported`: the extension has no template for the dialect.
pub fn write_extension<'a>(w: &mut SqlWriter<'a>, node: &'a dyn Extension) -> Result<()> {
    if let Some(numeric) = Numeric::of(node) {
        return w.dialect().write_numeric(w, numeric);
    }
    if let Some(rank) = EnumRank::of(node) {
        return write_rank(w, rank);
    }
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
