//! The words of the portable functions, where MySQL's are not the default writer's.

use std::ops::ControlFlow;

use orm_core::error::Result;
use orm_core::sql::{
    SqlWriter, write_call as write_default, write_expr, write_named_call, write_operand,
};
use orm_core::stmt::{Call, Expr, Func, Visit, walk_expr};
use orm_core::value::Value;

use crate::dialect::MysqlDialect;

use crate::temporal;

/// Writes a call of the portable library.
pub(crate) fn write_call<'a>(
    w: &mut SqlWriter<'a>,
    call: &'a Call,
    dialect: MysqlDialect,
) -> Result<()> {
    match call.func {
        Func::TrimStart => write_named_call(w, "LTRIM", call),
        Func::TrimEnd => write_named_call(w, "RTRIM", call),
        Func::Substr => write_named_call(w, "SUBSTR", call),
        Func::Concat => write_named_call(w, "CONCAT", call),
        Func::Position => write_position(w, &call.args, dialect.collation()),
        Func::Replace => write_replace(w, call, dialect),
        Func::Repeat => write_repeat(w, call),
        Func::Abs => match call.args.as_slice() {
            [arg @ Expr::Value(_)] => {
                w.push("ABS(");
                write_signed(w, arg)?;
                w.push(")");
                Ok(())
            }
            _ => write_default(w, call),
        },
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
        | Func::Left
        | Func::Right
        | Func::Reverse
        | Func::PadStart
        | Func::PadEnd
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

/// `REPLACE(text, from, to)`. MariaDB looks at `to` only where there is a `from` in the text, even if it is NULL.
fn write_replace<'a>(w: &mut SqlWriter<'a>, call: &'a Call, dialect: MysqlDialect) -> Result<()> {
    let to = call.args.last();
    let to = to.filter(|to| !matches!(to, Expr::Value(value) if *value != Value::Null));
    let Some(to) = to.filter(|_| dialect == MysqlDialect::MariaDb) else {
        return write_default(w, call);
    };
    w.push("CASE WHEN ");
    write_operand(w, to)?;
    w.push(" IS NOT NULL THEN ");
    write_default(w, call)?;
    w.push(" END");
    Ok(())
}

/// `REPEAT(text, count)`. MySQL keeps the value of a subquery from row to row, and would repeat it there: CONCAT makes
/// another one.
fn write_repeat<'a>(w: &mut SqlWriter<'a>, call: &'a Call) -> Result<()> {
    match call.args.as_slice() {
        [text, count] if Subqueries.expr(text).is_break() => {
            w.push("REPEAT(CONCAT(");
            write_expr(w, text)?;
            w.push("), ");
            write_expr(w, count)?;
            w.push(")");
            Ok(())
        }
        _ => write_default(w, call),
    }
}

/// Stops at a scalar subquery.
struct Subqueries;

impl<'a> Visit<'a> for Subqueries {
    type Break = ();

    fn expr(&mut self, expr: &'a Expr) -> ControlFlow<()> {
        if matches!(expr, Expr::Subquery(_)) {
            return ControlFlow::Break(());
        }
        walk_expr(self, expr)
    }
}

/// An integer among the binds would be a DOUBLE here, on MySQL.
pub(crate) fn write_signed<'a>(w: &mut SqlWriter<'a>, expr: &'a Expr) -> Result<()> {
    if !matches!(expr, Expr::Value(Value::Int(_))) {
        return write_operand(w, expr);
    }
    w.push("CAST(");
    write_expr(w, expr)?;
    w.push(" AS SIGNED)");
    Ok(())
}
