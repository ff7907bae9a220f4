//! Renders calls of the portable function library in the standard's words. Called by dialects for the functions that
//! they don't spell otherwise.

use super::expr::{write_expr, write_operand};
use crate::error::Result;
use crate::sql::SqlWriter;
use crate::stmt::{Call, Expr, Func};
use crate::types::Type;

/// Renders a call in the standard's words.
///
/// # Errors
/// As [`write_expr`].
///
/// # Examples
///
/// ```
/// # use orm_core::sql::*;
/// # use orm_core::stmt::*;
/// # use orm_core::testing::AnsiDialect;
/// # let dialect = AnsiDialect::new();
/// # let mut w = SqlWriter::new(&dialect);
/// let call = Call::new(Func::TrimEnd, vec![Expr::column("users", "name")]);
/// write_call(&mut w, &call)?;
/// assert_eq!(w.finish().0, r#"TRIM(TRAILING FROM "name")"#);
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn write_call<'a>(w: &mut SqlWriter<'a>, call: &'a Call) -> Result<()> {
    match call.func {
        Func::Lower => write_named_call(w, "LOWER", call),
        Func::Upper => write_named_call(w, "UPPER", call),
        Func::Trim => write_named_call(w, "TRIM", call),
        Func::TrimStart => write_words(w, ["TRIM(LEADING FROM ", ")"], call),
        Func::TrimEnd => write_words(w, ["TRIM(TRAILING FROM ", ")"], call),
        Func::Length => write_named_call(w, "CHAR_LENGTH", call),
        Func::OctetLength => write_named_call(w, "OCTET_LENGTH", call),
        Func::Substr if call.args.len() < 3 => write_words(w, ["SUBSTRING(", " FROM ", ")"], call),
        Func::Substr => write_words(w, ["SUBSTRING(", " FROM ", " FOR ", ")"], call),
        Func::Replace => write_named_call(w, "REPLACE", call),
        Func::Left => write_named_call(w, "LEFT", call),
        Func::Right => write_named_call(w, "RIGHT", call),
        Func::Position => write_position(w, &call.args),
        Func::Repeat => write_named_call(w, "REPEAT", call),
        Func::Reverse => write_named_call(w, "REVERSE", call),
        Func::PadStart => write_named_call(w, "LPAD", call),
        Func::PadEnd => write_named_call(w, "RPAD", call),
        Func::Concat => write_concat(w, &call.args),
        Func::Abs => write_named_call(w, "ABS", call),
        Func::Sign => write_named_call(w, "SIGN", call),
        Func::Ceil => write_named_call(w, "CEIL", call),
        Func::Floor => write_named_call(w, "FLOOR", call),
        Func::Round => write_named_call(w, "ROUND", call),
        Func::Sqrt => write_named_call(w, "SQRT", call),
        Func::Power => write_named_call(w, "POWER", call),
        Func::Exp => write_named_call(w, "EXP", call),
        Func::Ln => write_named_call(w, "LN", call),
        Func::Greatest => write_named_call(w, "GREATEST", call),
        Func::Least => write_named_call(w, "LEAST", call),
        // The standard knows neither the fields of instants nor weeks and quarters.
        Func::Time(..) => Err(w.unsupported("functions of dates and times")),
        Func::Truncate => {
            let ty = w.dialect().cast_type(&Type::Int64);
            write_words(w, ["CAST(", &format!(" AS {ty})")], call)
        }
    }
}

/// Renders a call as `name(a, b)`. Counts of characters that are expressions get their least value by GREATEST.
///
/// # Errors
/// As [`write_expr`].
///
/// # Examples
///
/// ```
/// # use orm_core::sql::*;
/// # use orm_core::stmt::*;
/// # use orm_core::testing::AnsiDialect;
/// # let dialect = AnsiDialect::new();
/// # let mut w = SqlWriter::new(&dialect);
/// let call = Call::new(Func::Length, vec![Expr::column("users", "name")]);
/// write_named_call(&mut w, "length", &call)?;
/// assert_eq!(w.finish().0, r#"length("name")"#);
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn write_named_call<'a>(w: &mut SqlWriter<'a>, name: &str, call: &'a Call) -> Result<()> {
    w.push(name).push("(");
    for (index, arg) in call.args.iter().enumerate() {
        w.push(if index > 0 { ", " } else { "" });
        write_count(w, arg, call.least(index))?;
    }
    w.push(")");
    Ok(())
}

fn write_count<'a>(w: &mut SqlWriter<'a>, arg: &'a Expr, least: Option<i64>) -> Result<()> {
    let Some(least) = least else {
        return write_expr(w, arg);
    };
    w.push("GREATEST(");
    write_expr(w, arg)?;
    w.push(", ").display(least).push(")");
    Ok(())
}

/// `words[0] a words[1] b words[2]`.
fn write_words<'a, const N: usize>(
    w: &mut SqlWriter<'a>,
    words: [&str; N],
    call: &'a Call,
) -> Result<()> {
    let mut words = words.into_iter();
    w.push(words.next().unwrap_or_default());
    for (index, (arg, word)) in call.args.iter().zip(words).enumerate() {
        write_count(w, arg, call.least(index))?;
        w.push(word);
    }
    Ok(())
}

/// `POSITION(needle IN text)`.
fn write_position<'a>(w: &mut SqlWriter<'a>, args: &'a [Expr]) -> Result<()> {
    w.push("POSITION(");
    for (index, arg) in args.iter().rev().enumerate() {
        w.push(if index > 0 { " IN " } else { "" });
        write_expr(w, arg)?;
    }
    w.push(")");
    Ok(())
}

/// Renders a concatenation as `a || b`.
///
/// # Errors
/// As [`write_expr`].
///
/// # Examples
///
/// ```
/// # use orm_core::sql::*;
/// # use orm_core::stmt::*;
/// # use orm_core::testing::AnsiDialect;
/// # let dialect = AnsiDialect::new();
/// # let mut w = SqlWriter::new(&dialect);
/// let names = [Expr::column("users", "first"), Expr::column("users", "last")];
/// write_concat(&mut w, &names)?;
/// assert_eq!(w.finish().0, r#""first" || "last""#);
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn write_concat<'a>(w: &mut SqlWriter<'a>, args: &'a [Expr]) -> Result<()> {
    for (index, arg) in args.iter().enumerate() {
        w.push(if index > 0 { " || " } else { "" });
        write_operand(w, arg)?;
    }
    Ok(())
}
