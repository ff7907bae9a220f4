//! Renders aggregates, alone and over windows. Called by `expr.rs` and `window.rs`.

use super::collected::{is_collected, write_collected};
use super::enums::{emulated, write_enum_aggregate};
use super::expr::{write_cast, write_expr};
use super::numeric::write_decimal_aggregate;
use super::query::write_orders;
use super::window::write_window;
use crate::error::Result;
use crate::sql::SqlWriter;
use crate::stmt::{Aggregate, AggregateCall, Expr, Func, Window};
use crate::types::Type;

pub(super) fn write_aggregate<'a>(
    w: &mut SqlWriter<'a>,
    call: &'a AggregateCall,
    window: Option<&'a Window>,
) -> Result<()> {
    if call.ty.is_decimal() {
        return write_decimal_aggregate(w, call, window);
    }
    check_function(w, call.function)?;
    if is_collected(call.function) {
        return write_collected(w, call, window);
    }
    if let Some(ty) = emulated(w, call) {
        return write_enum_aggregate(w, (call, ty), window);
    }
    let write = |w: &mut SqlWriter<'a>| {
        if call.function == Aggregate::StringAgg {
            if !w.dialect().capabilities().string_agg {
                return Err(w.unsupported("an aggregate that joins texts"));
            }
            w.dialect().write_string_agg(w, call)?;
        } else {
            write_call(w, call)?;
        }
        write_filter_clause(w, call)?;
        window.map_or(Ok(()), |window| write_window(w, window))
    };
    w.dialect().write_aggregate(w, &write, cast_type(call))
}

// A count is never cast: every database yields a 64-bit integer. Min and max keep their column's type.
fn cast_type(call: &AggregateCall) -> &Type {
    match call.function {
        Aggregate::Count
        | Aggregate::Min
        | Aggregate::Max
        | Aggregate::StringAgg
        | Aggregate::ArrayAgg
        | Aggregate::JsonArray
        | Aggregate::JsonObject
        | Aggregate::Statistic(_) => &Type::Text,
        Aggregate::Sum | Aggregate::Avg | Aggregate::Grouping => &call.ty,
    }
}

fn write_call<'a>(w: &mut SqlWriter<'a>, call: &'a AggregateCall) -> Result<()> {
    write_as(w, name(call.function), call)
}

/// The words that begin the call of a function.
pub(super) fn name(function: Aggregate) -> &'static str {
    match function {
        Aggregate::Count => "COUNT(",
        Aggregate::Sum => "SUM(",
        Aggregate::Min => "MIN(",
        Aggregate::Max => "MAX(",
        Aggregate::Avg => "AVG(",
        Aggregate::StringAgg => "STRING_AGG(",
        Aggregate::ArrayAgg => "ARRAY_AGG(",
        Aggregate::JsonArray => "JSON_ARRAYAGG(",
        Aggregate::JsonObject => "JSON_OBJECTAGG(",
        Aggregate::Statistic(statistic) => statistic.words(),
        Aggregate::Grouping => "GROUPING(",
    }
}

/// The function that begins with `words` over the argument of an aggregate.
pub(super) fn write_as<'a>(
    w: &mut SqlWriter<'a>,
    words: &str,
    call: &'a AggregateCall,
) -> Result<()> {
    w.push(words);
    write_argument(w, call)?;
    if let Some(other) = &call.other {
        w.push(", ");
        write_expr(w, other)?;
    }
    w.push(")");
    Ok(())
}

/// # Errors
/// `Unsupported`: the database has no such aggregate.
fn check_function(w: &SqlWriter<'_>, function: Aggregate) -> Result<()> {
    let selects = w.dialect().capabilities().selects;
    let (is_there, what) = match function {
        Aggregate::Statistic(statistic) if statistic.is_of_pairs() => (
            selects.regression,
            "CORR, COVAR_POP, REGR_SLOPE and their like",
        ),
        Aggregate::Statistic(_) => (selects.statistics, "standard deviations and variances"),
        Aggregate::Grouping => (selects.grouping, "GROUPING"),
        Aggregate::Count
        | Aggregate::Sum
        | Aggregate::Min
        | Aggregate::Max
        | Aggregate::Avg
        | Aggregate::StringAgg
        | Aggregate::ArrayAgg
        | Aggregate::JsonArray
        | Aggregate::JsonObject => return Ok(()),
    };
    if is_there {
        Ok(())
    } else {
        Err(w.unsupported(what))
    }
}

/// Renders DISTINCT and the argument of an aggregate. Where the database has no FILTER, the argument is NULL for rows
/// that are left out.
///
/// # Errors
/// - `Unsupported`: the dialect does not support a part of it.
pub fn write_argument<'a>(w: &mut SqlWriter<'a>, call: &'a AggregateCall) -> Result<()> {
    w.push(if call.distinct { "DISTINCT " } else { "" });
    write_plain_argument(w, call)
}

/// The argument without DISTINCT.
pub(super) fn write_plain_argument<'a>(
    w: &mut SqlWriter<'a>,
    call: &'a AggregateCall,
) -> Result<()> {
    let filter = call.filter.as_ref().filter(|_| !has_filter(w));
    if let Some(filter) = filter {
        w.push("CASE WHEN ");
        write_expr(w, filter)?;
        w.push(" THEN ");
    }
    // The mean of exact decimals is a sum divided by a count.
    let is_mean = call.function == Aggregate::Avg
        && !call.ty.is_decimal()
        && w.dialect().capabilities().integer_means;
    match &call.expr {
        Some(expr) if is_untyped(w, call) && is_of_binds(expr) => write_cast(w, expr, &call.ty)?,
        Some(expr) if is_mean => write_cast(w, expr, &Type::Float64)?,
        Some(expr) => write_expr(w, expr)?,
        None => {
            w.push(if filter.is_some() { "1" } else { "*" });
        }
    }
    w.push(if filter.is_some() { " END" } else { "" });
    Ok(())
}

/// Whether it is a minimum or maximum of text whose type the database does not find out from binds.
fn is_untyped(w: &SqlWriter<'_>, call: &AggregateCall) -> bool {
    matches!(call.function, Aggregate::Min | Aggregate::Max)
        && call.ty == Type::Text
        && w.dialect().capabilities().untyped_extremes
}

/// Whether all values of an expression are binds.
fn is_of_binds(expr: &Expr) -> bool {
    if let Expr::Case(case) = expr {
        let mut values = case.branches.iter().map(|(_, value)| value);
        return values.all(is_of_binds) && case.otherwise.as_ref().is_none_or(is_of_binds);
    }
    if let Expr::Function { name, args } = expr {
        return match name.as_ref() {
            "COALESCE" => args.iter().all(is_of_binds),
            "NULLIF" => args.first().is_some_and(is_of_binds),
            _ => false,
        };
    }
    if let Expr::Call(call) = expr {
        let is_choice = matches!(call.func, Func::Greatest | Func::Least);
        return is_choice && call.args.iter().all(is_of_binds);
    }
    matches!(expr, Expr::Value(_))
}

fn has_filter(w: &SqlWriter<'_>) -> bool {
    w.dialect().capabilities().aggregate_filter
}

pub(super) fn write_filter_clause<'a>(
    w: &mut SqlWriter<'a>,
    call: &'a AggregateCall,
) -> Result<()> {
    let Some(filter) = call.filter.as_ref().filter(|_| has_filter(w)) else {
        return Ok(());
    };
    w.push(" FILTER (WHERE ");
    write_expr(w, filter)?;
    w.push(")");
    Ok(())
}

/// Renders the aggregate that joins texts as a call of `function` with the separator as its second argument:
/// `STRING_AGG(DISTINCT a, ', ' ORDER BY a)`.
///
/// # Errors
/// - `Unsupported`: the dialect does not support a part of it, or the separator has no literal.
///
/// # Examples
///
/// ```
/// # use orm_core::sql::{SqlWriter, write_string_agg};
/// # use orm_core::stmt::*;
/// # use orm_core::testing::AnsiDialect;
/// # use orm_core::types::Type;
/// # let dialect = AnsiDialect::new();
/// let mut call = AggregateCall::new(Aggregate::StringAgg, Some(Expr::column("tags", "name")), Type::Text);
/// call.separator = ", ".into();
/// let mut w = SqlWriter::new(&dialect);
/// write_string_agg(&mut w, &call, "STRING_AGG")?;
/// assert_eq!(w.finish().0, r#"STRING_AGG("name", ', ')"#);
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn write_string_agg<'a>(
    w: &mut SqlWriter<'a>,
    call: &'a AggregateCall,
    function: &str,
) -> Result<()> {
    w.push(function).push("(");
    write_argument(w, call)?;
    w.push(", ");
    write_separator(w, call)?;
    write_orders(w, " ORDER BY ", &call.order_by)?;
    w.push(")");
    Ok(())
}

/// Renders the separator of the aggregate that joins texts as a literal.
///
/// # Errors
/// - `Unsupported`: it has no literal.
pub fn write_separator(w: &mut SqlWriter<'_>, call: &AggregateCall) -> Result<()> {
    let separator = crate::value::Value::Text(call.separator.to_string());
    let literal = w.dialect().literal(&separator)?;
    w.push(&literal);
    Ok(())
}
