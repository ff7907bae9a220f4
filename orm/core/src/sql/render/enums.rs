//! Renders what the order of a native enumeration decides: the rank of a label, and MIN and MAX.
//!
//! Where the type has a name, the database orders its values by the declaration of the labels, and nothing is added.
//! MySQL does so in ORDER BY alone: its comparisons, MIN and MAX are those of the texts.

use super::aggregate::{name, write_filter_clause, write_plain_argument};
use super::expr::write_expr;
use super::window::write_window;
use crate::error::Result;
use crate::sql::{EnumStyle, SqlWriter};
use crate::stmt::{Aggregate, AggregateCall, EnumRank, Expr, Window};
use crate::types::{EnumType, Type};
use crate::value::Value;

/// Writes a label as what orders it.
pub(super) fn write_rank<'a>(w: &mut SqlWriter<'a>, rank: &'a EnumRank) -> Result<()> {
    let operand = rank.operand();
    if w.dialect().capabilities().enums == EnumStyle::Named {
        if let Expr::Value(value) = operand
            && !matches!(value, Value::Extension(_))
        {
            // A lone bind would be a text.
            let ty = w.dialect().cast_type(&Type::Enum(rank.ty().clone()));
            w.push("CAST(").value(value);
            w.push(" AS ").push(&ty).push(")");
            return Ok(());
        }
        return write_expr(w, operand);
    }
    if matches!(operand, Expr::Label(_)) {
        return Err(w.unsupported("a native enum in the order of a set operation"));
    }
    write_number(w, rank.ty(), |w| write_expr(w, operand))
}

/// Writes the column of a table in ORDER BY.
///
/// # Errors
/// `Unsupported`: a label of a native enumeration has no literal.
pub fn write_ordered_column(
    w: &mut SqlWriter<'_>,
    (source, name): (&str, &str),
    ty: &Type,
) -> Result<()> {
    let write = |w: &mut SqlWriter<'_>| {
        w.column(source, name);
        Ok(())
    };
    match ty.native_enum() {
        Some(ty) if w.dialect().capabilities().enums != EnumStyle::Named => {
            write_number(w, ty, write)
        }
        _ => write(w),
    }
}

/// The enumeration whose least or greatest label an aggregate finds, where the database would compare texts.
pub(super) fn emulated<'a>(w: &SqlWriter<'_>, call: &'a AggregateCall) -> Option<&'a EnumType> {
    let is_extreme = matches!(call.function, Aggregate::Min | Aggregate::Max);
    let is_ordered = w.dialect().capabilities().enums == EnumStyle::Named;
    let ty = call.ty.native_enum()?;
    (is_extreme && !is_ordered).then_some(ty)
}

/// `CASE MIN(CASE a WHEN 'x' THEN 0 … END) WHEN 0 THEN 'x' … END`.
pub(super) fn write_enum_aggregate<'a>(
    w: &mut SqlWriter<'a>,
    (call, ty): (&'a AggregateCall, &'a EnumType),
    window: Option<&'a Window>,
) -> Result<()> {
    w.push("CASE ").push(name(call.function));
    write_number(w, ty, |w| write_plain_argument(w, call))?;
    w.push(")");
    write_filter_clause(w, call)?;
    window.map_or(Ok(()), |window| write_window(w, window))?;
    for (number, label) in ty.labels.iter().enumerate() {
        let label = literal(w, label)?;
        w.push(" WHEN ").display(number);
        w.push(" THEN ").push(&label);
    }
    w.push(" END");
    Ok(())
}

fn write_number<'a>(
    w: &mut SqlWriter<'a>,
    ty: &EnumType,
    write: impl FnOnce(&mut SqlWriter<'a>) -> Result<()>,
) -> Result<()> {
    w.push("CASE ");
    write(w)?;
    for (number, label) in ty.labels.iter().enumerate() {
        let label = literal(w, label)?;
        w.push(" WHEN ").push(&label);
        w.push(" THEN ").display(number);
    }
    w.push(" END");
    Ok(())
}

// Labels are part of the program's text: as binds, each query would have as many binds more.
fn literal(w: &SqlWriter<'_>, label: &str) -> Result<String> {
    w.dialect().literal(&Value::Text(label.to_owned()))
}
