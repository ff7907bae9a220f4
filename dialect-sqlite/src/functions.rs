//! The names of the portable functions. What SQLite lacks, or reads otherwise, is a function of our driver's:
//! `driver/functions/`. Those that replace one of SQLite's own begin with `orm_`, so that indexes and views keep
//! theirs.

use orm_core::error::Result;
use orm_core::sql::{SqlWriter, write_concat, write_expr};
use orm_core::stmt::{Call, Func};

use crate::temporal;

/// Writes a call of the portable library.
pub(crate) fn write_call<'a>(w: &mut SqlWriter<'a>, call: &'a Call) -> Result<()> {
    match call.func {
        Func::Concat => write_concat(w, &call.args),
        // `length` of text stops at a NUL.
        Func::OctetLength => {
            w.push("length(CAST(");
            for arg in &call.args {
                write_expr(w, arg)?;
            }
            w.push(" AS BLOB))");
            Ok(())
        }
        Func::Time(func, _) => temporal::write(w, func, &call.args),
        func => {
            w.push(name(func)).push("(");
            for (index, arg) in call.args.iter().enumerate() {
                w.push(if index > 0 { ", " } else { "" });
                write_expr(w, arg)?;
            }
            w.push(")");
            Ok(())
        }
    }
}

fn name(func: Func) -> &'static str {
    match func {
        Func::Lower => "orm_lower",
        Func::Upper => "orm_upper",
        Func::Trim => "trim",
        Func::TrimStart => "ltrim",
        Func::TrimEnd => "rtrim",
        Func::Length => "char_length",
        Func::OctetLength => "octet_length",
        Func::Substr => "orm_substr",
        Func::Replace => "orm_replace",
        Func::Left => "orm_left",
        Func::Right => "orm_right",
        Func::Position => "instr",
        Func::Repeat => "repeat",
        Func::Reverse => "reverse",
        Func::PadStart => "lpad",
        Func::PadEnd => "rpad",
        Func::Concat => "concat",
        Func::Abs => "abs",
        Func::Sign => "sign",
        Func::Ceil => "ceil",
        Func::Floor => "floor",
        Func::Round => "orm_round",
        Func::Sqrt => "sqrt",
        Func::Power => "orm_power",
        Func::Exp => "orm_exp",
        Func::Ln => "ln",
        // With two arguments and more they are no aggregates.
        Func::Greatest => "max",
        Func::Least => "min",
        Func::Truncate => "orm_truncate",
        Func::Time(func, _) => temporal::name(func),
    }
}
