//! Renders conditions: junctions, comparisons, NULL and ranges. Called by `expr.rs`, and by `select.rs` and
//! `batch.rs` for WHERE. Lists are in `in_list.rs`.

use super::expr::{write_expr, write_operand, write_peer};
use super::quantified::write_quantified;
use crate::error::Result;
use crate::sql::{NullSafeStyle, SqlWriter};
use crate::stmt::{CompareOp, Expr};

/// The most terms side by side. SQLite reads a chain of them as one inside the other, 1000 deep at most.
const TERMS: usize = 100;

pub(super) fn write_terms<'a>(
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
    if !matches!(
        term,
        Expr::And(_) | Expr::Or(_) | Expr::Raw(_) | Expr::NamedSql(_) | Expr::Operator { .. }
    ) {
        return write_expr(w, term);
    }
    w.push("(");
    write_expr(w, term)?;
    w.push(")");
    Ok(())
}

pub(super) fn write_compare<'a>(
    w: &mut SqlWriter<'a>,
    op: CompareOp,
    sides: &'a [Expr; 2],
) -> Result<()> {
    let [left, right] = sides;
    if let Expr::Quantified(right) = right {
        return write_quantified(w, op, left, right);
    }
    if op == CompareOp::Distinct {
        w.push("NOT (");
        write_compare(w, CompareOp::Same, sides)?;
        w.push(")");
        return Ok(());
    }
    // With a bind on both sides the database can't infer their type, so one carries its own.
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

pub(super) fn write_is_null<'a>(
    w: &mut SqlWriter<'a>,
    expr: &'a Expr,
    negated: bool,
) -> Result<()> {
    write_operand(w, expr)?;
    w.push(if negated { " IS NOT NULL" } else { " IS NULL" });
    Ok(())
}

pub(super) fn write_between<'a>(
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
