//! Functions of dates and times. The server reads the fields of an instant in the time zone of the connection, which a
//! program can change: each text names UTC.

use orm_core::error::Result;
use orm_core::sql::{SqlWriter, write_expr, write_operand};
use orm_core::stmt::{DatePart, Expr, TimeFunc, TimeKind, Unit};

use crate::types::write_count;

/// Writes a function of dates and times.
pub(crate) fn write<'a>(
    w: &mut SqlWriter<'a>,
    (func, kind): (TimeFunc, TimeKind),
    args: &'a [Expr],
) -> Result<()> {
    match (func, args) {
        (TimeFunc::Part(part), [arg]) => write_part(w, part, (kind, arg)),
        (TimeFunc::Trunc(unit), [arg]) => write_trunc(w, unit.of(kind), (kind, arg)),
        (TimeFunc::Date, [arg]) => {
            w.push("CAST(");
            write_in_utc(w, (kind, arg))?;
            w.push(" AS date)");
            Ok(())
        }
        (TimeFunc::Add, [arg, by]) => write_moved(w, (kind, arg), (" + ", by)),
        (TimeFunc::Sub, [arg, by]) => write_moved(w, (kind, arg), (" - ", by)),
        (TimeFunc::Since, [late, early]) => {
            w.push("(");
            write_operand(w, late)?;
            w.push(" - ");
            write_operand(w, early)?;
            w.push(")");
            Ok(())
        }
        (TimeFunc::Shift(unit), [arg, by]) => write_shift(w, unit, [arg, by], kind),
        (TimeFunc::Now, []) => {
            w.push("STATEMENT_TIMESTAMP()");
            Ok(())
        }
        (TimeFunc::Today, []) => {
            w.push("CAST(STATEMENT_TIMESTAMP() AT TIME ZONE 'UTC' AS date)");
            Ok(())
        }
        _ => Err(w.unsupported("functions of dates and times with that many arguments")),
    }
}

/// The argument without its time zone.
fn write_in_utc<'a>(w: &mut SqlWriter<'a>, (kind, arg): (TimeKind, &'a Expr)) -> Result<()> {
    if kind != TimeKind::Timestamp {
        return write_expr(w, arg);
    }
    write_operand(w, arg)?;
    w.push(IN_UTC);
    Ok(())
}

/// `CAST(EXTRACT(YEAR FROM a) AS int4)`. The server's seconds have a fraction.
fn write_part<'a>(w: &mut SqlWriter<'a>, part: DatePart, arg: (TimeKind, &'a Expr)) -> Result<()> {
    let is_second = part == DatePart::Second;
    w.push(if is_second { "CAST(TRUNC(" } else { "CAST(" });
    w.push("EXTRACT(").push(&part.word().to_uppercase());
    w.push(" FROM ");
    write_in_utc(w, arg)?;
    w.push(if is_second {
        ")) AS int4)"
    } else {
        ") AS int4)"
    });
    Ok(())
}

/// `DATE_TRUNC('month', a)`. The server has no such function of dates: it would make an instant of one.
fn write_trunc<'a>(
    w: &mut SqlWriter<'a>,
    unit: Unit,
    (kind, arg): (TimeKind, &'a Expr),
) -> Result<()> {
    let [before, after] = match kind {
        TimeKind::Date => ["CAST(", " AS timestamp)) AS date)"],
        TimeKind::Timestamp => ["", ", 'UTC')"],
        TimeKind::DateTime | TimeKind::Time => ["", ")"],
    };
    let is_date = kind == TimeKind::Date;
    w.push(before);
    w.push("DATE_TRUNC('").push(unit.word()).push("', ");
    w.push(if is_date { "CAST(" } else { "" });
    write_expr(w, arg)?;
    w.push(after);
    Ok(())
}

/// `(a + b)`. An interval of a column may have days, which the server counts in the time zone of the connection.
fn write_moved<'a>(
    w: &mut SqlWriter<'a>,
    (kind, arg): (TimeKind, &'a Expr),
    (operator, by): (&str, &'a Expr),
) -> Result<()> {
    let is_instant = kind == TimeKind::Timestamp && !matches!(by, Expr::Value(_));
    w.push(if is_instant { "((" } else { "(" });
    write_operand(w, arg)?;
    w.push(if is_instant { IN_UTC } else { "" });
    w.push(operator);
    write_operand(w, by)?;
    w.push(if is_instant { ")" } else { "" });
    w.push(if is_instant { IN_UTC } else { "" }).push(")");
    Ok(())
}

const IN_UTC: &str = " AT TIME ZONE 'UTC'";

/// `(a + MAKE_INTERVAL(months => b))`, in UTC.
fn write_shift<'a>(
    w: &mut SqlWriter<'a>,
    unit: Unit,
    [arg, by]: [&'a Expr; 2],
    kind: TimeKind,
) -> Result<()> {
    let [before, between, after] = match kind {
        TimeKind::Date => ["CAST(", "", " AS date)"],
        TimeKind::Timestamp => ["((", IN_UTC, ") AT TIME ZONE 'UTC')"],
        TimeKind::DateTime | TimeKind::Time => ["(", "", ")"],
    };
    w.push(before);
    write_operand(w, arg)?;
    w.push(between).push(" + MAKE_INTERVAL(");
    w.push(unit.word()).push("s => ");
    write_count(w, by, None)?;
    w.push(")").push(after);
    Ok(())
}
