//! The names of the functions of dates and times. SQLite's own know milliseconds only and years up to 9999, so all of
//! these are functions of our driver's: `driver/functions/temporal.rs`.

use orm_core::error::Result;
use orm_core::sql::{SqlWriter, write_expr};
use orm_core::stmt::{Expr, TimeFunc};

/// Writes a function of dates and times.
pub(crate) fn write<'a>(w: &mut SqlWriter<'a>, func: TimeFunc, args: &'a [Expr]) -> Result<()> {
    w.push(name(func)).push("(");
    match func {
        // SQLite's own time is the same wherever it is in a statement, in milliseconds.
        TimeFunc::Now => w.push("strftime('%Y-%m-%d %H:%M:%f', 'now')"),
        TimeFunc::Today => w.push("'now'"),
        TimeFunc::Part(part) => w.push("'").push(part.word()).push("', "),
        TimeFunc::Trunc(unit) | TimeFunc::Shift(unit) => w.push("'").push(unit.word()).push("', "),
        TimeFunc::Date | TimeFunc::Add | TimeFunc::Sub | TimeFunc::Since => w,
    };
    for (index, arg) in args.iter().enumerate() {
        w.push(if index > 0 { ", " } else { "" });
        write_expr(w, arg)?;
    }
    w.push(")");
    Ok(())
}

/// The name of a function. What begins with `orm_` has a name that SQLite uses.
pub(crate) fn name(func: TimeFunc) -> &'static str {
    match func {
        TimeFunc::Part(_) => "date_part",
        TimeFunc::Trunc(_) => "date_trunc",
        TimeFunc::Date => "orm_date",
        TimeFunc::Add => "time_add",
        TimeFunc::Sub => "time_sub",
        TimeFunc::Since => "time_since",
        TimeFunc::Shift(_) => "date_shift",
        TimeFunc::Now => "orm_datetime",
        TimeFunc::Today => "date",
    }
}
