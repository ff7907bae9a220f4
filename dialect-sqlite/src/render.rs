//! The hooks of statements that SQLite needs: searches in text, joined texts, operators of numbers, and BEGIN.
//!
//! SQLite's LIKE ignores case, and of ASCII letters alone, so searches are written with `instr` and functions of our
//! driver's. Everything else is the default writer's.

use std::borrow::Cow;
use std::ops::ControlFlow;

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::sql::{
    IsolationLevel, SqlWriter, TransactionOptions, write_argument, write_equal_in_lower_case,
    write_expr, write_numeric as write_standard, write_operand, write_order_by,
};
use orm_core::stmt::{
    AggregateCall, Expr, Extension as _, Like, LikeKind, NextVersion, Numeric, NumericOp,
    StoredText, Visit, walk_expr,
};
use orm_core::types::{Type, Width};

/// Writes the version after the present one. A column holds numbers of any width, so the statement has to fail by
/// itself: `abs` of the least integer is an error.
pub(crate) fn write_next_version<'a>(w: &mut SqlWriter<'a>, next: &'a NextVersion) -> Result<()> {
    w.push("CASE WHEN ");
    write_expr(w, next.version())?;
    w.push(" < ").push(&next.max().to_string()).push(" THEN ");
    write_expr(w, next.next())?;
    // It names the column, since SQLite computes constants even where they are not reached.
    w.push(" ELSE abs(-9223372036854775807 - (");
    write_expr(w, next.version())?;
    w.push(" > 0)) END");
    Ok(())
}

/// Writes an operator of numbers. Division by zero is NULL by itself.
pub(crate) fn write_numeric<'a>(w: &mut SqlWriter<'a>, numeric: &'a Numeric) -> Result<()> {
    let op = match numeric.op() {
        NumericOp::Divide | NumericOp::IntDivide => " / ",
        NumericOp::Remainder => " % ",
        NumericOp::Stored => return write_stored(w, numeric),
        NumericOp::Add
        | NumericOp::Sub
        | NumericOp::Mul
        | NumericOp::Negate
        | NumericOp::BitAnd
        | NumericOp::BitOr
        | NumericOp::BitXor
        | NumericOp::Round(_)
        | NumericOp::DivideTo(_)
        | NumericOp::Exact => return write_standard(w, numeric),
    };
    let [a, b] = numeric.args() else {
        return Err(w.unsupported(numeric.name()));
    };
    write_operand(w, a)?;
    w.push(op);
    write_operand(w, b)
}

/// A column stores numbers of any width, floats instead of integers beyond 64 bits, and infinity instead of a float that is too
/// large.
fn write_stored<'a>(w: &mut SqlWriter<'a>, numeric: &'a Numeric) -> Result<()> {
    let ty = numeric.ty();
    let (function, bits) = if let Some((least, most)) = ty.range() {
        let bits = i64::BITS - most.leading_zeros();
        if least < 0 {
            (integer_function(numeric.args()), bits + 1)
        } else {
            ("unsigned_store(", bits)
        }
    } else if *ty == Type::Unsigned(Width::W64) {
        ("unsigned_store(", 64)
    } else if matches!(ty, Type::Float32 | Type::Float64) && is_computed(numeric.args()) {
        let bits = if *ty == Type::Float32 { 32 } else { 64 };
        ("float_store(", bits)
    } else {
        return write_standard(w, numeric);
    };
    w.push(function);
    for arg in numeric.args() {
        write_expr(w, arg)?;
    }
    w.push(", ").display(bits).push(")");
    Ok(())
}

/// The function that stores an integer. Arithmetic has a float where it leaves 64 bits, which must not be stored; of SQL that
/// the program gives, a float is a number that the servers round to an integer.
fn integer_function(value: &[Expr]) -> &'static str {
    if is_computed(value) {
        "integer_store("
    } else {
        "integer_cast("
    }
}

fn is_computed(value: &[Expr]) -> bool {
    value.iter().any(|expr| HasArithmetic.expr(expr).is_break())
}

/// Finds arithmetic, which can leave the range of its operands.
struct HasArithmetic;

impl<'s> Visit<'s> for HasArithmetic {
    type Break = ();

    fn expr(&mut self, expr: &'s Expr) -> ControlFlow<()> {
        let is_numeric =
            matches!(expr, Expr::Extension(node) if Numeric::of(node.as_ref()).is_some());
        if is_numeric || matches!(expr, Expr::Arithmetic { .. } | Expr::Aggregate(_)) {
            return ControlFlow::Break(());
        }
        walk_expr(self, expr)
    }
}

/// A column stores texts of any length.
pub(crate) fn write_stored_text<'a>(w: &mut SqlWriter<'a>, stored: &'a StoredText) -> Result<()> {
    w.push("text_store(");
    write_expr(w, stored.text())?;
    w.push(", ").display(stored.length()).push(")");
    Ok(())
}

/// Writes a search in text.
pub(crate) fn write_like<'a>(w: &mut SqlWriter<'a>, like: &'a Like) -> Result<()> {
    let (words, bind) = match like.kind {
        LikeKind::Contains => (["instr(", ", ", ") > 0"], &like.needle),
        LikeKind::StartsWith => (["instr(", ", ", ") = 1"], &like.needle),
        LikeKind::EndsWith => (["orm_ends_with(", ", ", ")"], &like.needle),
        // LIKE and GLOB read a pattern up to a NUL, and it would match anything from there on.
        LikeKind::Pattern => (["orm_like(", ", ", ")"], &like.pattern),
        LikeKind::ContainsIgnoreCase => (
            ["instr(orm_lower(", "), orm_lower(", ")) > 0"],
            &like.needle,
        ),
        LikeKind::StartsWithIgnoreCase => (
            ["instr(orm_lower(", "), orm_lower(", ")) = 1"],
            &like.needle,
        ),
        LikeKind::EndsWithIgnoreCase => (
            ["orm_ends_with(orm_lower(", "), orm_lower(", "))"],
            &like.needle,
        ),
        LikeKind::EqualsIgnoreCase => return write_equal_in_lower_case(w, like, "orm_lower"),
        LikeKind::PatternIgnoreCase => (
            ["orm_like(orm_lower(", "), orm_lower(", "))"],
            &like.pattern,
        ),
        LikeKind::Regex if w.dialect().capabilities().regexes => {
            write_operand(w, &like.expr)?;
            w.push(" REGEXP ").bind(like.pattern.as_ref());
            return Ok(());
        }
        LikeKind::Regex => {
            let error = w.unsupported("regular expressions");
            return Err(error.with_hint("build the crate with its feature `regexp`"));
        }
    };
    let [before, between, after] = words;
    w.push(before);
    write_expr(w, &like.expr)?;
    w.push(between).bind(bind.as_ref()).push(after);
    Ok(())
}

/// The separator that GROUP_CONCAT has without a second argument, which DISTINCT does not allow.
const COMMA: &str = ",";

/// Writes the aggregate that joins texts: GROUP_CONCAT. ORDER BY in it needs SQLite 3.44.
pub(crate) fn write_string_agg<'a>(w: &mut SqlWriter<'a>, call: &'a AggregateCall) -> Result<()> {
    if !call.distinct {
        return orm_core::sql::write_string_agg(w, call, "GROUP_CONCAT");
    }
    if call.separator != COMMA {
        let error = w.unsupported("DISTINCT texts joined with another separator than a comma");
        return Err(error.with_hint("join them with \",\", or select distinct texts in a subquery"));
    }
    w.push("GROUP_CONCAT(");
    write_argument(w, call)?;
    write_order_by(w, &call.order_by)?;
    w.push(")");
    Ok(())
}

/// Keeps the connection from writing: SQLite has no transaction that is read-only by itself.
pub(crate) const READ_ONLY: &str = "PRAGMA query_only = TRUE";

/// Takes back [`READ_ONLY`].
pub(crate) const READ_WRITE: &str = "PRAGMA query_only = FALSE";

/// BEGIN. A transaction that is known to write takes the write lock at once; one that reads first
/// would fail as soon as another has written in between.
pub(crate) fn begin(options: TransactionOptions) -> Result<Vec<Cow<'static, str>>> {
    if let Some(level) = options.isolation
        && level != IsolationLevel::Serializable
    {
        return Err(Error::with_message(
            ErrorKind::Unsupported,
            format!(
                "sqlite does not support the isolation level {}",
                level.as_sql()
            ),
        )
        .with_hint("use IsolationLevel::Serializable, or no level: transactions of SQLite are always serializable"));
    }
    Ok(match options {
        options if options.read_only => vec![READ_ONLY.into(), "BEGIN".into()],
        options if options.writes => vec!["BEGIN IMMEDIATE".into()],
        _ => vec!["BEGIN".into()],
    })
}
