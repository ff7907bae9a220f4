//! The words of the portable functions, where PostgreSQL's are not the default writer's: counts of characters are `int4`
//! there, GREATEST ignores NULL, and roots and logarithms of numbers that have none are errors.

use orm_core::error::Result;
use orm_core::sql::{SqlWriter, write_call as write_default, write_expr, write_operand};
use orm_core::stmt::{Call, Expr, Func};
use orm_core::value::Value;

use crate::temporal;
use crate::types::write_count;

/// Writes a call of the portable library.
pub(crate) fn write_call<'a>(w: &mut SqlWriter<'a>, call: &'a Call) -> Result<()> {
    match call.func {
        Func::TrimStart => write_counted(w, "LTRIM", call),
        Func::TrimEnd => write_counted(w, "RTRIM", call),
        Func::Substr if call.args.len() > 2 && call.least(1).or(call.least(2)).is_some() => {
            write_part(w, call)
        }
        Func::Substr => write_counted(w, "SUBSTR", call),
        Func::Left => write_counted(w, "LEFT", call),
        Func::Right => write_counted(w, "RIGHT", call),
        Func::Position => write_counted(w, "STRPOS", call),
        Func::Repeat => write_counted(w, "REPEAT", call),
        Func::PadStart => write_counted(w, "LPAD", call),
        Func::PadEnd => write_counted(w, "RPAD", call),
        Func::Sign => write_around(w, ["CAST(SIGN(", ") AS int4)"], call),
        Func::Sqrt => write_around(w, SQRT, call),
        Func::Ln => write_around(w, LN, call),
        Func::Truncate => write_around(w, ["CAST(TRUNC(", ") AS int8)"], call),
        Func::Greatest | Func::Least if call.nullable => write_strict(w, call),
        Func::Time(func, kind) => temporal::write(w, (func, kind), &call.args),
        Func::Lower
        | Func::Upper
        | Func::Trim
        | Func::Length
        | Func::OctetLength
        | Func::Replace
        | Func::Reverse
        | Func::Concat
        | Func::Abs
        | Func::Ceil
        | Func::Floor
        | Func::Round
        | Func::Power
        | Func::Exp
        | Func::Greatest
        | Func::Least => write_default(w, call),
    }
}

/// The greatest number below 0 stands for all numbers below 0 and for NULL, since GREATEST ignores that, and becomes NULL.
const SQRT: [&str; 2] = [
    "SQRT(NULLIF(GREATEST(",
    ", '-5e-324'::float8), '-5e-324'::float8))",
];

/// The same with 0.
const LN: [&str; 2] = ["LN(NULLIF(GREATEST(", ", 0), 0))"];

fn write_around<'a>(
    w: &mut SqlWriter<'a>,
    [before, after]: [&str; 2],
    call: &'a Call,
) -> Result<()> {
    w.push(before);
    for arg in &call.args {
        write_expr(w, arg)?;
    }
    w.push(after);
    Ok(())
}

/// `name(a, b)`, in which counts of characters are `int4`.
fn write_counted<'a>(w: &mut SqlWriter<'a>, name: &str, call: &'a Call) -> Result<()> {
    w.push(name).push("(");
    for (index, arg) in call.args.iter().enumerate() {
        w.push(if index > 0 { ", " } else { "" });
        match call.func {
            Func::Substr
            | Func::Left
            | Func::Right
            | Func::Repeat
            | Func::PadStart
            | Func::PadEnd
                if index > 0 =>
            {
                write_count(w, arg, call.least(index).filter(|_| reads_below(call.func)))?;
            }
            _ => write_expr(w, arg)?,
        }
    }
    w.push(")");
    Ok(())
}

/// Whether the function has a meaning of its own for counts below the least.
fn reads_below(func: Func) -> bool {
    matches!(func, Func::Left | Func::Right)
}

/// `LEFT(SUBSTR(a, start), length)`: with a length, SUBSTR counts from a start below 1 on.
fn write_part<'a>(w: &mut SqlWriter<'a>, call: &'a Call) -> Result<()> {
    let [text, start, length] = call.args.as_slice() else {
        return Err(w.unsupported("SUBSTR with that many arguments"));
    };
    w.push("LEFT(SUBSTR(");
    write_expr(w, text)?;
    w.push(", ");
    write_count(w, start, None)?;
    w.push("), ");
    write_count(w, length, call.least(2))?;
    w.push(")");
    Ok(())
}

/// GREATEST that is NULL if an argument is. A parameter that is NULL has no type for `IS NULL`.
fn write_strict<'a>(w: &mut SqlWriter<'a>, call: &'a Call) -> Result<()> {
    w.push("CASE WHEN ");
    let mut is_first = true;
    for arg in &call.args {
        let value = if let Expr::Value(value) = arg {
            Some(value)
        } else {
            None
        };
        if value.is_some_and(|value| *value != Value::Null) {
            continue;
        }
        w.push(if is_first { "" } else { " OR " });
        if value.is_some() {
            w.push("TRUE");
        } else {
            write_operand(w, arg)?;
            w.push(" IS NULL");
        }
        is_first = false;
    }
    w.push(if is_first { "FALSE" } else { "" })
        .push(" THEN NULL ELSE ");
    write_default(w, call)?;
    w.push(" END");
    Ok(())
}
