//! Expressions.

use crate::error::Result;
use crate::sql::capability::{InListStyle, NullSafeStyle};
use crate::sql::{SqlWriter, write_select};
use crate::stmt::{Aggregate, ArithmeticOp, CompareOp, Expr, Extension, Part, Select};
use crate::types::Type;
use crate::value::{Value, ValueRef};

use super::raw::write_parts;
use super::repeat::write_named;

/// The most terms side by side. SQLite reads a chain of them as one inside the other, 1000 deep at most.
const TERMS: usize = 100;

/// Writes an expression.
///
/// # Errors
/// `Unsupported` if the dialect has no words for a part of it.
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
        Expr::Compare { op, left, right } => write_compare(w, *op, left, right),
        Expr::Arithmetic { op, left, right } => write_arithmetic(w, *op, left, right),
        Expr::IsNull { expr, negated } => write_is_null(w, expr, *negated),
        Expr::In {
            expr,
            list,
            negated,
        } => write_in(w, expr, list, *negated),
        Expr::InSelect {
            expr,
            select,
            negated,
        } => write_in_select(w, expr, select, *negated),
        Expr::Between { expr, low, high } => write_between(w, expr, low, high),
        Expr::Like(like) => w.dialect().write_like(w, like),
        Expr::Aggregate {
            function,
            expr,
            distinct,
            ty,
        } => write_aggregate(w, *function, expr.as_deref(), *distinct, ty),
        Expr::Function { name, args } => write_function(w, name, args),
        Expr::Cast { expr, ty } => {
            let ty = w.dialect().cast_type(ty);
            write_wrapped(w, "CAST(", expr, &format!(" AS {ty})"))
        }
        Expr::Exists(select) => write_exists(w, select),
        Expr::Subquery(select) => write_subquery(w, select),
        Expr::Raw(parts) => {
            write_parts(w, parts);
            Ok(())
        }
        Expr::Extension(node) => w.dialect().write_extension(w, node.as_ref()),
    }
}

fn write_is_null<'a>(w: &mut SqlWriter<'a>, expr: &'a Expr, negated: bool) -> Result<()> {
    write_operand(w, expr)?;
    w.push(if negated { " IS NOT NULL" } else { " IS NULL" });
    Ok(())
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

fn write_between<'a>(
    w: &mut SqlWriter<'a>,
    expr: &'a Expr,
    low: &'a Expr,
    high: &'a Expr,
) -> Result<()> {
    write_operand(w, expr)?;
    w.push(" BETWEEN ");
    write_peer(w, low)?;
    w.push(" AND ");
    write_peer(w, high)
}

// A count is never cast: every database yields a 64-bit integer. Min and max keep their column's type.
fn aggregate_type(function: Aggregate, ty: &Type) -> &Type {
    match function {
        Aggregate::Count | Aggregate::Min | Aggregate::Max => &Type::Text,
        Aggregate::Sum | Aggregate::Avg => ty,
    }
}

/// Writes an expression so that it can stand beside an operator.
pub(crate) fn write_operand<'a>(w: &mut SqlWriter<'a>, expr: &'a Expr) -> Result<()> {
    if write_named(w, expr)? {
        return Ok(());
    }
    let simple = w.dialect().is_simple(expr)
        || matches!(
            expr,
            Expr::Aggregate { .. } | Expr::Cast { .. } | Expr::Subquery(_) | Expr::Exists(_)
        );
    if simple {
        return write_expr(w, expr);
    }
    w.push("(");
    write_expr(w, expr)?;
    w.push(")");
    Ok(())
}

// The other side of a comparison: a plain bind, whose type the database infers from the first side.
fn write_peer<'a>(w: &mut SqlWriter<'a>, expr: &'a Expr) -> Result<()> {
    match expr {
        Expr::Value(value) => {
            w.bind(value.as_ref());
            Ok(())
        }
        other => write_operand(w, other),
    }
}

fn write_terms<'a>(
    w: &mut SqlWriter<'a>,
    terms: &'a [Expr],
    between: &str,
    empty: &str,
) -> Result<()> {
    if terms.is_empty() {
        w.push(empty);
    }
    write_junction(w, terms, between)
}

/// Writes conditions side by side, in groups if they are many.
pub(super) fn write_junction<'a>(
    w: &mut SqlWriter<'a>,
    terms: &'a [Expr],
    between: &str,
) -> Result<()> {
    if terms.len() <= TERMS {
        for (index, term) in terms.iter().enumerate() {
            w.push(if index > 0 { between } else { "" });
            write_term(w, term)?;
        }
        return Ok(());
    }
    let size = terms.len().div_ceil(TERMS).max(TERMS);
    for (index, group) in terms.chunks(size).enumerate() {
        w.push(if index > 0 { between } else { "" }).push("(");
        write_junction(w, group, between)?;
        w.push(")");
    }
    Ok(())
}

/// Writes a condition so that it can stand in a conjunction: only junctions need parentheses there.
fn write_term<'a>(w: &mut SqlWriter<'a>, term: &'a Expr) -> Result<()> {
    if !matches!(term, Expr::And(_) | Expr::Or(_) | Expr::Raw(_)) {
        return write_expr(w, term);
    }
    w.push("(");
    write_expr(w, term)?;
    w.push(")");
    Ok(())
}

fn write_compare<'a>(
    w: &mut SqlWriter<'a>,
    op: CompareOp,
    left: &'a Expr,
    right: &'a Expr,
) -> Result<()> {
    if op == CompareOp::Distinct {
        w.push("NOT (");
        write_compare(w, CompareOp::Same, left, right)?;
        w.push(")");
        return Ok(());
    }
    // With a value on both sides nothing tells the database their type, so one carries its own.
    if matches!(left, Expr::Value(_)) && !matches!(right, Expr::Value(_)) {
        write_peer(w, left)?;
    } else {
        write_operand(w, left)?;
    }
    w.push(match op {
        CompareOp::Eq => " = ",
        CompareOp::Ne => " <> ",
        CompareOp::Lt => " < ",
        CompareOp::Le => " <= ",
        CompareOp::Gt => " > ",
        CompareOp::Ge => " >= ",
        CompareOp::Same | CompareOp::Distinct => null_safe(w),
    });
    write_peer(w, right)
}

/// The operator of a null-safe comparison.
pub(super) fn null_safe(w: &SqlWriter<'_>) -> &'static str {
    match w.dialect().capabilities().null_safe {
        NullSafeStyle::IsNotDistinctFrom => " IS NOT DISTINCT FROM ",
        NullSafeStyle::Is => " IS ",
        NullSafeStyle::Spaceship => " <=> ",
    }
}

fn write_arithmetic<'a>(
    w: &mut SqlWriter<'a>,
    op: ArithmeticOp,
    left: &'a Expr,
    right: &'a Expr,
) -> Result<()> {
    write_operand(w, left)?;
    w.push(match op {
        ArithmeticOp::Add => " + ",
        ArithmeticOp::Sub => " - ",
        ArithmeticOp::Mul => " * ",
    });
    write_operand(w, right)
}

fn write_in<'a>(
    w: &mut SqlWriter<'a>,
    expr: &'a Expr,
    list: &'a [Value],
    negated: bool,
) -> Result<()> {
    if list.is_empty() {
        w.push(if negated { "1 = 1" } else { "1 = 0" });
        return Ok(());
    }
    let capabilities = w.dialect().capabilities();
    if capabilities.in_list == InListStyle::Array {
        write_operand(w, expr)?;
        w.push(if negated { " <> ALL(" } else { " = ANY(" });
        w.bind(ValueRef::List(list)).push(")");
        return Ok(());
    }
    write_operand(w, expr)?;
    w.push(if negated { " NOT IN " } else { " IN " });
    // Half of what is left, so that other conditions of the same statement find room.
    let room = capabilities.bind_limit.saturating_sub(w.bind_count()) / 2;
    if list.len().next_power_of_two() <= room {
        w.push("(");
        write_padded(w, list);
        w.push(")");
    } else {
        write_long_list(w, list, capabilities.in_list);
    }
    Ok(())
}

// Lists are padded to a power of two by repeating the last value, so that there are few texts.
fn write_padded<'a>(w: &mut SqlWriter<'a>, list: &'a [Value]) {
    let padding = list.len().next_power_of_two() - list.len();
    let filler = list.last();
    let padded = list
        .iter()
        .chain(std::iter::repeat_n(filler, padding).flatten());
    w.list(padded, |w, value| {
        w.bind(value.as_ref());
    });
}

fn write_long_list<'a>(w: &mut SqlWriter<'a>, list: &'a [Value], style: InListStyle) {
    let items = ValueRef::List(list);
    match style {
        InListStyle::JsonTable => {
            let column = match list.first() {
                Some(Value::Int(_) | Value::Bool(_)) => "BIGINT",
                Some(Value::Float(_)) => "DOUBLE",
                Some(Value::Date(_)) => "DATE",
                Some(Value::Time(_)) => "TIME(6)",
                Some(Value::DateTime(_) | Value::Timestamp(_)) => "DATETIME(6)",
                _ => "LONGTEXT",
            };
            // A bare text column of JSON_TABLE has the database's collation, which clashes with the
            // collation of what it is compared with. What JSON_UNQUOTE yields gives way, as a bind does.
            w.push(match list.first() {
                _ if is_binary(list) => "(SELECT UNHEX(v) FROM JSON_TABLE(",
                Some(Value::Text(_)) => "(SELECT JSON_UNQUOTE(JSON_QUOTE(v)) FROM JSON_TABLE(",
                _ => "(SELECT v FROM JSON_TABLE(",
            });
            w.bind(items)
                .push(", '$[*]' COLUMNS (v ")
                .push(column)
                .push(" PATH '$')) AS list)");
        }
        InListStyle::JsonEach | InListStyle::Array => {
            let hex = is_binary(list);
            w.push(if hex {
                "(SELECT unhex(value) FROM json_each("
            } else {
                "(SELECT value FROM json_each("
            });
            w.bind(items).push("))");
        }
    }
}

fn is_binary(list: &[Value]) -> bool {
    matches!(list.first(), Some(Value::Bytes(_) | Value::Uuid(_)))
}

fn write_exists<'a>(w: &mut SqlWriter<'a>, select: &'a Select) -> Result<()> {
    w.push("EXISTS ");
    // SQLite and MariaDB take DISTINCT for void in EXISTS, and pass over duplicates by OFFSET.
    if select.distinct && select.offset.is_some() {
        return write_wrapped_query(w, "1", select);
    }
    write_subquery(w, select)
}

fn write_in_select<'a>(
    w: &mut SqlWriter<'a>,
    expr: &'a Expr,
    select: &'a Select,
    negated: bool,
) -> Result<()> {
    write_operand(w, expr)?;
    w.push(if negated { " NOT IN " } else { " IN " });
    let limited = select.limit.is_some() || select.offset.is_some();
    if !limited || w.dialect().capabilities().limit_in_subquery {
        return write_subquery(w, select);
    }
    write_wrapped_query(w, "*", select)
}

/// `(SELECT * FROM (SELECT …) AS inner_query)`.
fn write_wrapped_query<'a>(w: &mut SqlWriter<'a>, columns: &str, select: &'a Select) -> Result<()> {
    w.push("(SELECT ").push(columns).push(" FROM ");
    write_subquery(w, select)?;
    w.push(" AS ").ident("inner_query").push(")");
    Ok(())
}

fn write_subquery<'a>(w: &mut SqlWriter<'a>, select: &'a Select) -> Result<()> {
    let outer = w.qualify(true);
    w.push("(");
    write_select(w, select)?;
    w.push(")").qualify(outer);
    Ok(())
}

fn write_aggregate<'a>(
    w: &mut SqlWriter<'a>,
    function: Aggregate,
    expr: Option<&'a Expr>,
    distinct: bool,
    ty: &Type,
) -> Result<()> {
    let call = |w: &mut SqlWriter<'a>| write_aggregate_call(w, function, expr, distinct);
    w.dialect()
        .write_aggregate(w, &call, aggregate_type(function, ty))
}

fn write_aggregate_call<'a>(
    w: &mut SqlWriter<'a>,
    function: Aggregate,
    expr: Option<&'a Expr>,
    distinct: bool,
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
        Some(expr) => write_expr(w, expr)?,
        None => {
            w.push("*");
        }
    }
    w.push(")");
    Ok(())
}

fn write_function<'a>(w: &mut SqlWriter<'a>, name: &str, args: &'a [Expr]) -> Result<()> {
    w.push(name).push("(");
    for (index, arg) in args.iter().enumerate() {
        if index > 0 {
            w.push(", ");
        }
        write_expr(w, arg)?;
    }
    w.push(")");
    Ok(())
}

/// Writes an extension by its template for the dialect's name.
pub(crate) fn write_extension<'a>(w: &mut SqlWriter<'a>, node: &'a dyn Extension) -> Result<()> {
    let Some(parts) = node.template(w.dialect().name()) else {
        return Err(w.unsupported(node.name()));
    };
    for part in parts {
        match part {
            Part::Sql(text) => {
                w.push(text);
            }
            Part::Arg(index) => match node.args().get(index) {
                Some(arg) => write_expr(w, arg)?,
                None => return Err(w.unsupported(node.name())),
            },
        }
    }
    Ok(())
}
