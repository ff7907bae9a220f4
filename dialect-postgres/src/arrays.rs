//! Operators of arrays, and the dimensions and the text of nested ones. The names of array types come from their Rust types; the
//! driver binds and reads values.

use orm_core::error::Result;
use orm_core::sql::{SqlWriter, write_expr, write_operand};
use orm_core::stmt::{ArrayExpr, ArrayOp, Expr, Extension as _};
use orm_core::value::Value;

/// Writes an operator, in parentheses where it has two operands.
pub(crate) fn write_array<'a>(w: &mut SqlWriter<'a>, array: &'a ArrayExpr) -> Result<()> {
    let args = array.args();
    // array_prepend has the element first, and so has ANY.
    let is_turned = matches!(array.op(), ArrayOp::Has | ArrayOp::Prepend);
    let (before, between, after) = match array.op() {
        ArrayOp::Contains => ("(", " @> ", ")"),
        ArrayOp::ContainedBy => ("(", " <@ ", ")"),
        ArrayOp::Overlaps => ("(", " && ", ")"),
        ArrayOp::Has => ("(", " = ANY(", "))"),
        // array_length is NULL for an array without elements.
        ArrayOp::Length => ("cardinality(", "", ")"),
        ArrayOp::Concat => ("array_cat(", ", ", ")"),
        ArrayOp::Append => ("array_append(", ", ", ")"),
        ArrayOp::Prepend => ("array_prepend(", ", ", ")"),
        ArrayOp::Without => ("array_remove(", ", ", ")"),
        ArrayOp::Element(index) => return write_element(w, args, index),
    };
    w.push(before);
    for index in 0..args.len() {
        w.push(if index > 0 { between } else { "" });
        let place = if is_turned {
            args.len() - 1 - index
        } else {
            index
        };
        if let Some(arg) = args.get(place) {
            let is_last = index > 0 || args.len() == 1;
            if let Expr::Value(value) = arg {
                // It takes the type of the array: a cast would be one to the widest integer.
                w.value(value);
            } else if before != "(" || is_last && after == "))" {
                // A call has its own parentheses.
                write_expr(w, arg)?;
            } else {
                write_operand(w, arg)?;
            }
        }
    }
    w.push(after);
    Ok(())
}

/// PostgreSQL counts from 1.
fn write_element<'a>(w: &mut SqlWriter<'a>, args: &'a [Expr], index: u32) -> Result<()> {
    let Some(array) = args.first() else {
        return Ok(());
    };
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
