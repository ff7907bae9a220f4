//! Operators of arrays. The names of array types come from their Rust types; values are bound and read by the driver.

use orm_core::error::Result;
use orm_core::sql::{SqlWriter, write_operand};
use orm_core::stmt::{ArrayExpr, ArrayOp, Extension as _};

/// Writes an operator, in parentheses where it has two operands.
pub(crate) fn write_array<'a>(w: &mut SqlWriter<'a>, array: &'a ArrayExpr) -> Result<()> {
    let args = array.args();
    let (before, between, after) = match array.op() {
        ArrayOp::Contains => ("(", " @> ", ")"),
        ArrayOp::ContainedBy => ("(", " <@ ", ")"),
        ArrayOp::Overlaps => ("(", " && ", ")"),
        ArrayOp::Has => {
            if let [array, element] = args {
                w.push("(");
                write_operand(w, element)?;
                w.push(" = ANY(");
                write_operand(w, array)?;
                w.push("))");
            }
            return Ok(());
        }
        // array_length is NULL for an array without elements.
        ArrayOp::Length => ("cardinality(", "", ")"),
    };
    w.push(before);
    for (index, arg) in args.iter().enumerate() {
        w.push(if index > 0 { between } else { "" });
        write_operand(w, arg)?;
    }
    w.push(after);
    Ok(())
}
