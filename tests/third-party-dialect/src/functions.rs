//! The words of the portable functions, where Firebird's are not the default writer's. Its MAXVALUE is NULL if an argument
//! is, as every portable function.

use orm_core::error::Result;
use orm_core::sql::{
    SqlWriter, write_call as write_default, write_expr, write_extension as write_template,
};
use orm_core::stmt::{Call, Expr, Extension, Func};

/// Writes a node that a program has added: the one that this dialect knows in its own words, the others by their templates.
/// A code point is known by its name, since the type of the node is the program's.
pub(crate) fn write_extension<'a>(w: &mut SqlWriter<'a>, node: &'a dyn Extension) -> Result<()> {
    match (node.name(), node.args()) {
        ("a code point", [text]) => {
            w.push("ASCII_VAL(");
            write_expr(w, text)?;
            w.push(")");
            Ok(())
        }
        _ => write_template(w, node),
    }
}

/// Writes a call of the portable library.
pub(crate) fn write_call<'a>(w: &mut SqlWriter<'a>, call: &'a Call) -> Result<()> {
    match call.func {
        Func::Substr if call.args.len() < 3 => write(w, call, &["SUBSTRING(", " FROM ", ")"]),
        Func::Substr => write(w, call, &["SUBSTRING(", " FROM ", " FOR ", ")"]),
        Func::Left => write(w, call, &["LEFT(", ", ", ")"]),
        Func::Right => write(w, call, &["RIGHT(", ", ", ")"]),
        Func::PadStart => write(w, call, &["LPAD(", ", ", ", ", ")"]),
        Func::PadEnd => write(w, call, &["RPAD(", ", ", ", ", ")"]),
        Func::Repeat => write_repeat(w, call),
        Func::Sign => write(w, call, &["CAST(SIGN(", ") AS INTEGER)"]),
        Func::Round => write_round(w, call),
        // A negative number next to 0 stands for all of them, and becomes NULL.
        Func::Sqrt => write(w, call, &["SQRT(NULLIF(MAXVALUE(", ", -1e-300), -1e-300))"]),
        Func::Ln => write(w, call, &["LN(NULLIF(MAXVALUE(", ", 0e0), 0e0))"]),
        Func::Greatest => write_list(w, "MAXVALUE(", call),
        Func::Least => write_list(w, "MINVALUE(", call),
        Func::Truncate => write(w, call, &["CAST(TRUNC(", ") AS BIGINT)"]),
        Func::Lower
        | Func::Upper
        | Func::Trim
        | Func::TrimStart
        | Func::TrimEnd
        | Func::Length
        | Func::OctetLength
        | Func::Replace
        | Func::Position
        | Func::Reverse
        | Func::Concat
        | Func::Abs
        | Func::Ceil
        | Func::Floor
        | Func::Power
        | Func::Exp
        | Func::Time(..) => write_default(w, call),
    }
}

/// Writes the words around the arguments.
fn write<'a>(w: &mut SqlWriter<'a>, call: &'a Call, words: &[&str]) -> Result<()> {
    for (index, word) in words.iter().enumerate() {
        if let Some(before) = index.checked_sub(1)
            && let Some(arg) = call.args.get(before)
        {
            write_count(w, arg, call.least(before))?;
        }
        w.push(word);
    }
    Ok(())
}

fn write_count<'a>(w: &mut SqlWriter<'a>, arg: &'a Expr, least: Option<i64>) -> Result<()> {
    let Some(least) = least else {
        return write_expr(w, arg);
    };
    w.push("MAXVALUE(");
    write_expr(w, arg)?;
    w.push(", ").display(least).push(")");
    Ok(())
}

fn write_list<'a>(w: &mut SqlWriter<'a>, name: &str, call: &'a Call) -> Result<()> {
    w.push(name);
    for (index, arg) in call.args.iter().enumerate() {
        w.push(if index > 0 { ", " } else { "" });
        write_expr(w, arg)?;
    }
    w.push(")");
    Ok(())
}

/// `RPAD('', n * CHAR_LENGTH(a), a)`: there is no REPEAT.
fn write_repeat<'a>(w: &mut SqlWriter<'a>, call: &'a Call) -> Result<()> {
    let [text, times] = call.args.as_slice() else {
        return Err(w.unsupported("REPEAT with that many arguments"));
    };
    w.push("RPAD('', (");
    write_count(w, times, call.least(1))?;
    w.push(") * CHAR_LENGTH(");
    write_expr(w, text)?;
    w.push("), ");
    write_expr(w, text)?;
    w.push(")");
    Ok(())
}

/// ROUND takes 2.5 to 3; half of it is rounded to 1, and twice that is 2.
fn write_round<'a>(w: &mut SqlWriter<'a>, call: &'a Call) -> Result<()> {
    write(w, call, &["CASE WHEN ABS("])?;
    let words = [
        " - TRUNC(",
        ")) = 0.5e0 THEN 2 * ROUND(",
        " / 2) ELSE ROUND(",
        ") END",
    ];
    for word in words {
        for arg in &call.args {
            w.push("(");
            write_expr(w, arg)?;
            w.push(")");
        }
        w.push(word);
    }
    Ok(())
}
