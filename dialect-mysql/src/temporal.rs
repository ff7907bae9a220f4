//! Functions of dates and times. Instants are stored in UTC, so the time zone of the connection plays no part.

use orm_core::error::Result;
use orm_core::sql::{SqlWriter, write_expr, write_operand};
use orm_core::stmt::{DatePart, Expr, TimeFunc, TimeKind, Unit};

/// Writes a function of dates and times.
pub(crate) fn write<'a>(
    w: &mut SqlWriter<'a>,
    (func, kind): (TimeFunc, TimeKind),
    args: &'a [Expr],
) -> Result<()> {
    match (func, args) {
        (TimeFunc::Part(part), [arg]) => write_around(w, part_words(part), arg),
        (TimeFunc::Trunc(unit), [arg]) => write_trunc(w, unit.of(kind), (kind, arg)),
        (TimeFunc::Date, [arg]) => write_around(w, ["DATE(", ")"], arg),
        (TimeFunc::Add, args) => write_moved(w, "DATE_ADD(", (args, "MICROSECOND")),
        (TimeFunc::Sub, args) => write_moved(w, "DATE_SUB(", (args, "MICROSECOND")),
        (TimeFunc::Shift(unit), args) => {
            write_moved(w, "DATE_ADD(", (args, &unit.word().to_uppercase()))
        }
        (TimeFunc::Since, [late, early]) => {
            w.push("TIMESTAMPDIFF(MICROSECOND, ");
            write_expr(w, early)?;
            w.push(", ");
            write_around(w, ["", ")"], late)
        }
        (TimeFunc::Now, []) => {
            w.push("UTC_TIMESTAMP(6)");
            Ok(())
        }
        (TimeFunc::Today, []) => {
            w.push("UTC_DATE()");
            Ok(())
        }
        _ => Err(w.unsupported("functions of dates and times with that many arguments")),
    }
}

fn write_around<'a>(
    w: &mut SqlWriter<'a>,
    [before, after]: [&str; 2],
    arg: &'a Expr,
) -> Result<()> {
    w.push(before);
    write_expr(w, arg)?;
    w.push(after);
    Ok(())
}

/// `DATE_ADD(a, INTERVAL b MICROSECOND)`.
fn write_moved<'a>(
    w: &mut SqlWriter<'a>,
    function: &str,
    (args, unit): (&'a [Expr], &str),
) -> Result<()> {
    let [moment, count] = args else {
        return Err(w.unsupported("functions of dates and times with that many arguments"));
    };
    w.push(function);
    write_expr(w, moment)?;
    w.push(", INTERVAL ");
    write_operand(w, count)?;
    w.push(" ").push(unit).push(")");
    Ok(())
}

/// EXTRACT has no weekdays and no weeks of ISO 8601: mode 3 of WEEK is that.
fn part_words(part: DatePart) -> [&'static str; 2] {
    match part {
        DatePart::Year => ["EXTRACT(YEAR FROM ", ")"],
        DatePart::Quarter => ["EXTRACT(QUARTER FROM ", ")"],
        DatePart::Month => ["EXTRACT(MONTH FROM ", ")"],
        DatePart::Day => ["EXTRACT(DAY FROM ", ")"],
        DatePart::Hour => ["EXTRACT(HOUR FROM ", ")"],
        DatePart::Minute => ["EXTRACT(MINUTE FROM ", ")"],
        DatePart::Second => ["EXTRACT(SECOND FROM ", ")"],
        DatePart::Weekday => ["(WEEKDAY(", ") + 1)"],
        DatePart::IsoWeek => ["WEEK(", ", 3)"],
        DatePart::IsoYear => ["(YEARWEEK(", ", 3) DIV 100)"],
    }
}

/// The first day of year 1 plus the whole units since then. It is a Monday, so that weeks begin with one.
fn write_trunc<'a>(
    w: &mut SqlWriter<'a>,
    unit: Unit,
    (kind, arg): (TimeKind, &'a Expr),
) -> Result<()> {
    let [from, start] = match kind {
        TimeKind::Date => ["DATE'0001-01-01'"; 2],
        TimeKind::Time | TimeKind::DateTime | TimeKind::Timestamp => {
            // The fraction gives the result microseconds, as the column has.
            [
                "TIMESTAMP'0001-01-01 00:00:00'",
                "TIMESTAMP'0001-01-01 00:00:00.000000'",
            ]
        }
    };
    let unit = unit.word().to_uppercase();
    w.push("DATE_ADD(")
        .push(start)
        .push(", INTERVAL TIMESTAMPDIFF(");
    w.push(&unit).push(", ").push(from).push(", ");
    write_expr(w, arg)?;
    w.push(") ").push(&unit).push(")");
    Ok(())
}
