//! Renders operators of numbers, and aggregates of exact decimals. Called by `expr.rs`, and by dialects that override
//! some of the operators.

use std::ops::ControlFlow;

use super::aggregate::{name, write_as, write_filter_clause};
use super::expr::{write_expr, write_operand};
use super::window::write_window;
use crate::error::Result;
use crate::sql::{DecimalStyle, SqlWriter};
use crate::stmt::{
    Aggregate, AggregateCall, Expr, Extension as _, Numeric, NumericOp, Visit, Window, walk_expr,
};
use crate::types::Type;
use crate::value::Value;

/// Renders an operator of numbers, division by zero as NULL.
///
/// # Errors
/// - `Unsupported`: the dialect does not support the operator.
///
/// # Examples
///
/// ```
/// # use orm_core::sql::*;
/// # use orm_core::stmt::*;
/// # use orm_core::testing::AnsiDialect;
/// # use orm_core::types::Type;
/// # let dialect = AnsiDialect::new();
/// # let mut w = SqlWriter::new(&dialect);
/// let negated = Numeric::new(NumericOp::Negate, Type::Int64, vec![Expr::column("users", "age")]);
/// write_numeric(&mut w, &negated)?;
/// assert_eq!(w.finish().0, r#"-"age""#);
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn write_numeric<'a>(w: &mut SqlWriter<'a>, numeric: &'a Numeric) -> Result<()> {
    let capabilities = w.dialect().capabilities();
    let is_decimal = numeric.ty().is_decimal();
    if is_decimal && capabilities.decimals == DecimalStyle::Unsupported {
        return Err(w.unsupported("exact decimals"));
    }
    if is_decimal && capabilities.decimals == DecimalStyle::Functions {
        return write_decimal_call(w, numeric);
    }
    match (numeric.op(), numeric.args()) {
        (NumericOp::Add, [a, b]) => write_infix(w, a, " + ", b),
        (NumericOp::Sub, [a, b]) => write_infix(w, a, " - ", b),
        (NumericOp::Mul, [a, b]) => write_infix(w, a, " * ", b),
        (NumericOp::Divide | NumericOp::IntDivide, [a, b]) => write_quotient(w, a, " / ", b),
        (NumericOp::Remainder, [a, b]) => {
            w.push("MOD(");
            write_expr(w, a)?;
            w.push(", NULLIF(");
            write_expr(w, b)?;
            w.push(", 0))");
            Ok(())
        }
        (NumericOp::Negate, [a]) => {
            w.push("-");
            write_operand(w, a)
        }
        (NumericOp::BitAnd | NumericOp::BitOr | NumericOp::BitXor, [a, b]) => {
            write_bits(w, numeric, a, b)
        }
        (NumericOp::Round(digits), [a]) => {
            w.push("ROUND(");
            write_expr(w, a)?;
            w.push(", ").display(digits).push(")");
            Ok(())
        }
        (NumericOp::DivideTo(digits), [a, b]) => {
            w.push("ROUND(");
            write_quotient(w, a, " / ", b)?;
            w.push(", ").display(digits).push(")");
            Ok(())
        }
        (NumericOp::Stored | NumericOp::Exact, [a]) => write_expr(w, a),
        _ => Err(w.unsupported(numeric.name())),
    }
}

fn write_infix<'a>(w: &mut SqlWriter<'a>, a: &'a Expr, op: &str, b: &'a Expr) -> Result<()> {
    write_operand(w, a)?;
    w.push(op);
    write_operand(w, b)
}

/// Renders an operator whose result is NULL if the right operand is 0: `a / NULLIF(b, 0)`.
///
/// # Errors
/// As [`write_numeric`].
///
/// # Examples
///
/// ```
/// # use orm_core::sql::*;
/// # use orm_core::stmt::*;
/// # use orm_core::testing::AnsiDialect;
/// # let dialect = AnsiDialect::new();
/// # let mut w = SqlWriter::new(&dialect);
/// let (a, b) = (Expr::column("t", "a"), Expr::column("t", "b"));
/// write_quotient(&mut w, &a, " DIV ", &b)?;
/// assert_eq!(w.finish().0, r#""a" DIV NULLIF("b", 0)"#);
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn write_quotient<'a>(w: &mut SqlWriter<'a>, a: &'a Expr, op: &str, b: &'a Expr) -> Result<()> {
    write_operand(w, a)?;
    w.push(op).push("NULLIF(");
    write_expr(w, b)?;
    w.push(", 0)");
    Ok(())
}

fn write_bits<'a>(
    w: &mut SqlWriter<'a>,
    node: &'a Numeric,
    a: &'a Expr,
    b: &'a Expr,
) -> Result<()> {
    if !w.dialect().capabilities().bit_operators {
        return Err(w.unsupported(node.name()));
    }
    match node.op() {
        NumericOp::BitAnd => write_infix(w, a, " & ", b),
        NumericOp::BitOr => write_infix(w, a, " | ", b),
        // No database writes an exclusive OR as another does: it is what OR has and AND has not.
        _ => {
            w.push("(");
            write_infix(w, a, " | ", b)?;
            w.push(") - (");
            write_infix(w, a, " & ", b)?;
            w.push(")");
            Ok(())
        }
    }
}

/// Whether an expression is written as a scalar subquery alone, which has parentheses: one of decimals, where these are a type
/// of the database.
pub(super) fn is_scalar(w: &SqlWriter<'_>, expr: &Expr) -> bool {
    let Expr::Extension(node) = expr else {
        return false;
    };
    let is_type = match w.dialect().capabilities().decimals {
        DecimalStyle::Native | DecimalStyle::Cast(_) => true,
        DecimalStyle::Functions | DecimalStyle::Unsupported => false,
    };
    is_type
        && Numeric::of(node.as_ref()).is_some_and(|numeric| {
            numeric.op() == NumericOp::Exact && matches!(numeric.args(), [Expr::Subquery(_)])
        })
}

/// Whether an expression has a decimal that is written with the collation: one that is computed, or a value that is compared.
pub(super) fn has_decimals(expr: &Expr) -> bool {
    Decimals.expr(expr).is_break()
}

struct Decimals;

impl<'a> Visit<'a> for Decimals {
    type Break = ();

    fn expr(&mut self, expr: &'a Expr) -> ControlFlow<()> {
        let ty = if let Expr::Aggregate(call) = expr {
            Some(&call.ty)
        } else if let Expr::Extension(node) = expr {
            Numeric::of(node.as_ref()).map(Numeric::ty)
        } else {
            None
        };
        if ty.is_some_and(Type::is_decimal) || compares_decimal(expr) {
            return ControlFlow::Break(());
        }
        walk_expr(self, expr)
    }
}

fn compares_decimal(expr: &Expr) -> bool {
    let left = if let Expr::Compare { sides, .. } = expr {
        &sides[0]
    } else if let Expr::Between { expr, .. } | Expr::In { expr, .. } | Expr::InQuery { expr, .. } =
        expr
    {
        expr
    } else {
        return false;
    };
    matches!(left, Expr::Value(Value::Decimal(_)))
}

/// The collation of the text of decimals, which makes a comparison one of numbers.
pub(super) const COLLATED: &str = " COLLATE decimal";

fn write_decimal_call<'a>(w: &mut SqlWriter<'a>, numeric: &'a Numeric) -> Result<()> {
    if numeric.op() == NumericOp::Exact {
        let [arg] = numeric.args() else {
            return Err(w.unsupported(numeric.name()));
        };
        write_operand(w, arg)?;
        let is_collated = matches!(arg, Expr::Value(Value::Decimal(_)));
        w.push(if is_collated { "" } else { COLLATED });
        return Ok(());
    }
    let function = match numeric.op() {
        NumericOp::Add => "decimal_add(",
        NumericOp::Sub => "decimal_sub(",
        NumericOp::Mul => "decimal_mul(",
        NumericOp::Negate => "decimal_neg(",
        NumericOp::Round(_) => "decimal_round(",
        NumericOp::DivideTo(_) => "decimal_div(",
        NumericOp::Stored => "decimal_store(",
        NumericOp::Exact
        | NumericOp::Divide
        | NumericOp::IntDivide
        | NumericOp::Remainder
        | NumericOp::BitAnd
        | NumericOp::BitOr
        | NumericOp::BitXor => return Err(w.unsupported(numeric.name())),
    };
    w.push(function);
    for (index, arg) in numeric.args().iter().enumerate() {
        w.push(if index > 0 { ", " } else { "" });
        write_expr(w, arg)?;
    }
    if let NumericOp::Round(digits) | NumericOp::DivideTo(digits) = numeric.op() {
        w.push(", ").display(digits);
    }
    if let (NumericOp::Stored, Type::Decimal { precision, scale }) = (numeric.op(), numeric.ty()) {
        w.push(", ").display(precision).push(", ").display(scale);
    }
    w.push(")");
    if numeric.op() != NumericOp::Stored {
        w.push(COLLATED);
    }
    Ok(())
}

/// Renders SUM, MIN, MAX or AVG of exact decimals. The mean is the exact sum as a double, divided by the count: the
/// digits of a database's own mean are its own.
pub(super) fn write_decimal_aggregate<'a>(
    w: &mut SqlWriter<'a>,
    call: &'a AggregateCall,
    window: Option<&'a Window>,
) -> Result<()> {
    let style = w.dialect().capabilities().decimals;
    let write = |w: &mut SqlWriter<'a>, words: &str| {
        write_as(w, words, call)?;
        write_filter_clause(w, call)?;
        window.map_or(Ok(()), |window| write_window(w, window))
    };
    match (style, call.function) {
        (DecimalStyle::Unsupported, _) => return Err(w.unsupported("exact decimals")),
        (DecimalStyle::Functions, Aggregate::Avg) => write(w, "decimal_avg(")?,
        (DecimalStyle::Functions, Aggregate::Sum) => {
            write(w, "decimal_sum(")?;
            w.push(COLLATED);
        }
        (DecimalStyle::Functions, function) => {
            write(w, name(function))?;
            w.push(COLLATED);
        }
        (DecimalStyle::Native | DecimalStyle::Cast(_), Aggregate::Avg) => {
            w.push("(CAST(");
            write(w, "SUM(")?;
            let ty = w.dialect().cast_type(&Type::Float64);
            w.push(" AS ").push(&ty).push(") / ");
            write(w, "COUNT(")?;
            w.push(")");
        }
        (DecimalStyle::Native | DecimalStyle::Cast(_), function) => write(w, name(function))?,
    }
    Ok(())
}
