//! Operators of arrays, and the dimensions and the text of nested ones. The names of array types come from their Rust types; the
//! driver binds and reads values.

use orm_core::error::Result;
use orm_core::sql::{SqlWriter, write_expr, write_operand};
use orm_core::stmt::{ArrayExpr, ArrayOp, Expr, Extension as _};
use orm_core::value::Value;

/// Writes an operator, in parentheses where it has two operands.
pub(crate) fn write_array<'a>(w: &mut SqlWriter<'a>, array: &'a ArrayExpr) -> Result<()> {
    match (array.op(), array.args()) {
        (ArrayOp::Contains, [a, b]) => write_infix(w, a, " @> ", b),
        (ArrayOp::ContainedBy, [a, b]) => write_infix(w, a, " <@ ", b),
        (ArrayOp::Overlaps, [a, b]) => write_infix(w, a, " && ", b),
        (ArrayOp::Has, [array, element]) => {
            w.push("(");
            write_side(w, element)?;
            write_call(w, " = ANY(", &[array])?;
            w.push(")");
            Ok(())
        }
        // array_length is NULL for an array without elements.
        (ArrayOp::Length, [array]) => write_call(w, "cardinality(", &[array]),
        (ArrayOp::Concat, [a, b]) => write_call(w, "array_cat(", &[a, b]),
        (ArrayOp::Append, [array, element]) => write_call(w, "array_append(", &[array, element]),
        (ArrayOp::Prepend, [array, element]) => write_call(w, "array_prepend(", &[element, array]),
        (ArrayOp::Without, [array, element]) => write_call(w, "array_remove(", &[array, element]),
        (ArrayOp::Element(index), [array]) => write_element(w, array, index),
        _ => Err(w.unsupported(array.name())),
    }
}

fn write_infix<'a>(w: &mut SqlWriter<'a>, a: &'a Expr, operator: &str, b: &'a Expr) -> Result<()> {
    w.push("(");
    write_side(w, a)?;
    w.push(operator);
    write_side(w, b)?;
    w.push(")");
    Ok(())
}

fn write_call<'a>(w: &mut SqlWriter<'a>, name: &str, args: &[&'a Expr]) -> Result<()> {
    w.push(name);
    for (index, arg) in args.iter().enumerate() {
        w.push(if index > 0 { ", " } else { "" });
        write_by(w, arg, write_expr)?;
    }
    w.push(")");
    Ok(())
}

fn write_side<'a>(w: &mut SqlWriter<'a>, side: &'a Expr) -> Result<()> {
    write_by(w, side, write_operand)
}

/// A bind takes the type of the array: a cast would be one to the widest integer.
fn write_by<'a>(
    w: &mut SqlWriter<'a>,
    arg: &'a Expr,
    write: impl FnOnce(&mut SqlWriter<'a>, &'a Expr) -> Result<()>,
) -> Result<()> {
    if let Expr::Value(value) = arg {
        w.value(value);
        return Ok(());
    }
    write(w, arg)
}

/// PostgreSQL counts from 1.
fn write_element<'a>(w: &mut SqlWriter<'a>, array: &'a Expr, index: u32) -> Result<()> {
    let is_column = matches!(array, Expr::Column { .. });
    w.push(if is_column { "" } else { "(" });
    write_expr(w, array)?;
    w.push(if is_column { "[" } else { ")[" });
    // No array has more elements than an int4 counts.
    let number = u64::from(index) + 1;
    w.display(number.min(0x7FFF_FFFF)).push("]");
    Ok(())
}

/// The lengths of an array and of its inner arrays, or `None` if inner arrays of one level have different lengths or no
/// elements: PostgreSQL has no such arrays. An array without elements has no dimensions.
pub(crate) fn dimensions(items: &[Value]) -> Option<Vec<usize>> {
    let Some(first) = items.first() else {
        return Some(Vec::new());
    };
    let inner = inner_dimensions(first)?;
    for item in items {
        if inner_dimensions(item)? != inner {
            return None;
        }
    }
    Some(std::iter::once(items.len()).chain(inner).collect())
}

/// Those of an element, which is no array or one with elements.
fn inner_dimensions(item: &Value) -> Option<Vec<usize>> {
    let Value::Array(items) = item else {
        return Some(Vec::new());
    };
    if items.is_empty() {
        return None;
    }
    dimensions(items)
}

/// Calls `each` with every element of an array and of its inner arrays, in order, until it fails.
#[cfg(feature = "driver")]
pub(crate) fn each_element<E>(
    items: &[Value],
    each: &mut impl FnMut(&Value) -> std::result::Result<(), E>,
) -> std::result::Result<(), E> {
    for item in items {
        if let Value::Array(items) = item {
            each_element(items, each)?;
        } else {
            each(item)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(numbers: &[i64]) -> Value {
        Value::Array(numbers.iter().copied().map(Value::Int).collect())
    }

    #[test]
    fn arrays_are_rectangles() {
        let is = |items: &[Value], expected: Option<&[usize]>| {
            assert_eq!(dimensions(items).as_deref(), expected);
        };
        is(&[], Some(&[]));
        is(&[Value::Int(1), Value::Null], Some(&[2]));
        is(&[row(&[1, 2]), row(&[3, 4]), row(&[5, 6])], Some(&[3, 2]));
        is(&[Value::Array(vec![row(&[1])])], Some(&[1, 1, 1]));
        is(&[row(&[1]), row(&[2, 3])], None);
        is(&[row(&[])], None);
        is(&[row(&[1]), Value::Null], None);
    }
}
