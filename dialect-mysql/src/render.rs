//! The hooks of the statement writer in which MySQL and MariaDB differ: LIKE, operators of numbers, aggregates, lone binds, batches that
//! count their rows, and BEGIN.
//!
//! Everything else is the default writer's, driven by the capabilities.

use std::borrow::Cow;

use orm_core::error::Result;
use orm_core::sql::{
    KeyRange, SqlWriter, TransactionOptions, write_argument, write_equal_in_lower_case, write_expr,
    write_numeric as write_standard, write_operand, write_order_by, write_quotient,
    write_separator,
};
use orm_core::stmt::{AggregateCall, Expr, Extension as _, Like, LikeKind, Numeric, NumericOp};
use orm_core::types::Type;
use orm_core::value::{Value, ValueRef};

use crate::dialect::MysqlDialect;
use crate::errors::WRONG_COUNT;
use crate::functions::write_signed;
use crate::types;

/// The escape character of LIKE as a hexadecimal literal: `'\\'` is one character or two, depending on
/// the SQL mode.
pub(crate) const LIKE_ESCAPE: &str = " ESCAPE x'5C'";

/// `a LIKE ? COLLATE …`. The collation on the pattern makes case count whatever the column's own
/// collation is. It is the one that text columns are created with, so that their indexes still serve
/// a search by the start of a text.
pub(crate) fn write_like<'a>(w: &mut SqlWriter<'a>, like: &'a Like, collation: &str) -> Result<()> {
    if like.kind == LikeKind::EqualsIgnoreCase {
        write_equal_in_lower_case(w, like, "LOWER")?;
        w.push(" COLLATE ").push(collation);
        return Ok(());
    }
    if like.kind.ignores_case() {
        w.push("LOWER(");
        write_expr(w, &like.expr)?;
        w.push(") LIKE LOWER(")
            .bind(like.pattern.as_ref())
            .push(")");
    } else {
        write_operand(w, &like.expr)?;
        w.push(" LIKE ").bind(like.pattern.as_ref());
    }
    w.push(" COLLATE ").push(collation).push(LIKE_ESCAPE);
    Ok(())
}

/// A regular expression whose `.` matches the end of a line, too. MySQL's engine is ICU's, MariaDB's PCRE.
pub(crate) fn write_regex<'a>(
    w: &mut SqlWriter<'a>,
    like: &'a Like,
    dialect: MysqlDialect,
) -> Result<()> {
    let collation = dialect.collation();
    if dialect == MysqlDialect::MySql {
        w.push("REGEXP_LIKE(");
        write_operand(w, &like.expr)?;
        w.push(" COLLATE ").push(collation).push(", ");
        w.bind(like.pattern.as_ref()).push(", 'cn')");
        return Ok(());
    }
    write_operand(w, &like.expr)?;
    w.push(" COLLATE ").push(collation);
    w.push(" REGEXP CONCAT('(?s)', ")
        .bind(like.pattern.as_ref())
        .push(")");
    Ok(())
}

/// A bind in a place that gives it no type. Bytes would come back as text in the connection's
/// character set, and a date as a date and time.
pub(crate) fn write_typed_bind<'a>(w: &mut SqlWriter<'a>, value: &'a Value, dialect: &str) {
    let own = match value {
        Value::Bytes(_) | Value::Uuid(_) => Some(Type::Bytes),
        Value::Date(_) => Some(Type::Date),
        Value::Json(_) if dialect == "mysql" => Some(Type::Json),
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Text(_)
        | Value::Json(_)
        | Value::Time(_)
        | Value::DateTime(_)
        | Value::Timestamp(_)
        | Value::Interval(_)
        // The writer casts it.
        | Value::Decimal(_)
        | Value::Array(_)
        | Value::Extension(_) => None,
    };
    let Some(ty) = own else {
        w.value(value);
        return;
    };
    w.push("CAST(").value(value);
    w.push(" AS ")
        .push(types::cast_name(&ty, dialect))
        .push(")");
}

/// Writes an operator of numbers: `/` of integers is DECIMAL, and bitwise operators are unsigned.
pub(crate) fn write_numeric<'a>(w: &mut SqlWriter<'a>, numeric: &'a Numeric) -> Result<()> {
    let op = match (numeric.op(), numeric.args()) {
        (NumericOp::IntDivide, [a, b]) => return write_quotient(w, a, " DIV ", b),
        (NumericOp::Negate, [a]) if !numeric.ty().is_decimal() => {
            w.push("-");
            return write_signed(w, a);
        }
        (NumericOp::DivideTo(digits), [a, b]) => return write_rounded_quotient(w, a, b, digits),
        (NumericOp::BitAnd, [a, b]) => (a, " & ", b),
        (NumericOp::BitOr, [a, b]) => (a, " | ", b),
        (NumericOp::BitXor, [a, b]) => (a, " ^ ", b),
        _ => return write_standard(w, numeric),
    };
    let (a, op, b) = op;
    w.push("CAST(");
    write_operand(w, a)?;
    w.push(op);
    write_operand(w, b)?;
    w.push(" AS SIGNED)");
    Ok(())
}

/// `ROUND(a * 1.000 / b, 2)`. A quotient has four digits after the point more than its dividend, the others are cut off: with
/// one digit beyond those that are asked for it is rounded right.
fn write_rounded_quotient<'a>(
    w: &mut SqlWriter<'a>,
    a: &'a Expr,
    b: &'a Expr,
    digits: u8,
) -> Result<()> {
    let zeros = "0".repeat(usize::from(digits) + 1);
    w.push("ROUND(");
    write_operand(w, a)?;
    w.push(" * 1.").push(&zeros).push(" / NULLIF(");
    write_expr(w, b)?;
    w.push(", 0), ").display(digits).push(")");
    Ok(())
}

/// The session's step, and how many rows have one of the keys at that step. InnoDB takes the keys of a statement with a
/// known number of rows at once, whatever `innodb_autoinc_lock_mode` is; the step may be a cluster's.
pub(crate) fn write_generated_keys<'a>(w: &mut SqlWriter<'a>, keys: &KeyRange<'a>) {
    let (first, rows) = (ValueRef::Int(keys.first), ValueRef::Int(keys.rows));
    w.push("SELECT @@auto_increment_increment, COUNT(*) FROM ");
    w.ident(keys.table).push(" WHERE ").ident(keys.column);
    w.push(" BETWEEN ").bind(first);
    w.push(" AND ").bind(first).push(" + (").bind(rows);
    w.push(" - 1) * @@auto_increment_increment AND (")
        .ident(keys.column);
    w.push(" - ").bind(first);
    w.push(") % @@auto_increment_increment = 0");
}

/// Sums and means of integers are DECIMAL here. `DIV 1` makes a BIGINT of a sum, or an error if it is
/// too large, where `CAST(… AS SIGNED)` would return the largest BIGINT instead.
pub(crate) fn write_aggregate<'a>(
    w: &mut SqlWriter<'a>,
    call: &dyn Fn(&mut SqlWriter<'a>) -> Result<()>,
    ty: &Type,
) -> Result<()> {
    let (before, after) = match ty {
        Type::Int8 | Type::Unsigned(_) | Type::Int16 | Type::Int32 | Type::Int64 => {
            ("(", " DIV 1)")
        }
        Type::Float32 | Type::Float64 => ("CAST(", " AS DOUBLE)"),
        Type::Bool
        | Type::Text
        | Type::Bytes
        | Type::Date
        | Type::Time
        | Type::DateTime
        | Type::Timestamp
        | Type::Interval
        | Type::Uuid
        | Type::Json
        | Type::Decimal { .. }
        | Type::Enum(_)
        | Type::Extension(_) => return call(w),
    };
    w.push(before);
    call(w)?;
    w.push(after);
    Ok(())
}

/// Writes the aggregate that joins texts: GROUP_CONCAT, whose separator is a literal by the grammar.
pub(crate) fn write_string_agg<'a>(w: &mut SqlWriter<'a>, call: &'a AggregateCall) -> Result<()> {
    w.push("GROUP_CONCAT(");
    write_argument(w, call)?;
    write_order_by(w, &call.order_by)?;
    w.push(" SEPARATOR ");
    write_separator(w, call)?;
    w.push(")");
    Ok(())
}

/// `BEGIN NOT ATOMIC … END`, a block of MariaDB's: a transaction around a statement, which is rolled back unless the
/// statement writes as many rows as the last bind requires. One round trip, where BEGIN and COMMIT are two more.
pub(crate) fn write_checked<'a>(
    w: &mut SqlWriter<'a>,
    statement: &mut dyn FnMut(&mut SqlWriter<'a>) -> Result<()>,
) -> Result<()> {
    w.push(
        "BEGIN NOT ATOMIC DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; RESIGNAL; END; \
         START TRANSACTION; ",
    );
    statement(w)?;
    w.push("; IF ROW_COUNT() <> ").placeholder();
    w.push(" THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '")
        .push(WRONG_COUNT)
        .push("'; END IF; COMMIT; END");
    Ok(())
}

/// The isolation level is set for the next transaction alone, by a statement of its own.
pub(crate) fn begin(options: TransactionOptions) -> Vec<Cow<'static, str>> {
    let mut statements = Vec::with_capacity(2);
    if let Some(level) = options.isolation {
        let level = level.as_sql();
        statements.push(format!("SET TRANSACTION ISOLATION LEVEL {level}").into());
    }
    statements.push(if options.read_only {
        "START TRANSACTION READ ONLY".into()
    } else {
        "START TRANSACTION".into()
    });
    statements
}
