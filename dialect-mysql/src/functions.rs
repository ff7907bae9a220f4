//! The words of the portable functions, where MySQL's are not the default writer's.

use orm_core::error::Result;
use orm_core::sql::{
    SqlWriter, write_call as write_default, write_expr, write_named_call, write_operand,
};
use orm_core::stmt::{Call, Expr, Func};

use crate::temporal;

/// Writes a call of the portable library.
pub(crate) fn write_call<'a>(w: &mut SqlWriter<'a>, call: &'a Call, collation: &str) -> Result<()> {
    match call.func {
        Func::TrimStart => write_named_call(w, "LTRIM", call),
        Func::TrimEnd => write_named_call(w, "RTRIM", call),
        Func::Substr => write_named_call(w, "SUBSTR", call),
        Func::Concat => write_named_call(w, "CONCAT", call),
        Func::Position => write_position(w, &call.args, collation),
        // `DIV 1` fails for what is no BIGINT, where a cast returns the nearest one.
        Func::Truncate => {
            w.push("(TRUNCATE(");
            for arg in &call.args {
                write_expr(w, arg)?;
            }
            w.push(", 0) DIV 1)");
            Ok(())
        }
        Func::Time(func, kind) => temporal::write(w, (func, kind), &call.args),
        Func::Lower
        | Func::Upper
        | Func::Trim
        | Func::Length
        | Func::OctetLength
        | Func::Replace
        | Func::Left
        | Func::Right
        | Func::Repeat
        | Func::Reverse
        | Func::PadStart
        | Func::PadEnd
        | Func::Abs
        | Func::Sign
        | Func::Ceil
        | Func::Floor
        | Func::Round
        | Func::Sqrt
        | Func::Power
        | Func::Exp
        | Func::Ln
        | Func::Greatest
        | Func::Least => write_default(w, call),
    }
}

/// `LOCATE(needle, text COLLATE …)`: case counts in a column of any collation.
fn write_position<'a>(w: &mut SqlWriter<'a>, args: &'a [Expr], collation: &str) -> Result<()> {
    let [text, needle] = args else {
        return Err(w.unsupported("LOCATE with that many arguments"));
    };
    w.push("LOCATE(");
    write_expr(w, needle)?;
    w.push(", ");
    write_operand(w, text)?;
    w.push(" COLLATE ").push(collation).push(")");
    Ok(())
}
