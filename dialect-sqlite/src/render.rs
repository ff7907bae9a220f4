//! The hooks of statements that SQLite needs: searches in text, operators of numbers, and BEGIN.
//!
//! SQLite's LIKE ignores case (of ASCII letters), which no other kind of search may, so those are
//! written with `instr`, `substr` and GLOB. Everything else is the default writer's.

use std::borrow::Cow;

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::sql::{
    IsolationLevel, SqlWriter, TransactionOptions, write_expr, write_numeric as write_standard,
    write_operand,
};
use orm_core::stmt::{Extension as _, Like, LikeKind, NextVersion, Numeric, NumericOp};
use orm_core::types::{Type, Width};
use orm_core::value::Value;

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
        | NumericOp::Exact => return write_standard(w, numeric),
    };
    let [a, b] = numeric.args() else {
        return Err(w.unsupported(numeric.name()));
    };
    write_operand(w, a)?;
    w.push(op);
    write_operand(w, b)
}

/// A column stores numbers of any width, and floats instead of integers beyond 64 bits.
fn write_stored<'a>(w: &mut SqlWriter<'a>, numeric: &'a Numeric) -> Result<()> {
    let ty = numeric.ty();
    let (function, bits) = if let Some((least, most)) = ty.range() {
        let bits = i64::BITS - most.leading_zeros();
        if least < 0 {
            ("integer_store(", bits + 1)
        } else {
            ("unsigned_store(", bits)
        }
    } else if *ty == Type::Unsigned(Width::W64) {
        ("unsigned_store(", 64)
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

/// Writes a search in text.
pub(crate) fn write_like<'a>(w: &mut SqlWriter<'a>, like: &'a Like) -> Result<()> {
    match like.kind {
        LikeKind::Contains => write_position(w, like, " > 0"),
        LikeKind::StartsWith => write_position(w, like, " = 1"),
        LikeKind::EndsWith => write_suffix(w, like),
        // LIKE, GLOB and `replace` read a pattern up to a NUL: it would match anything from there on.
        _ if matches!(&like.needle, Value::Text(text) if text.contains('\0')) => {
            Err(w.unsupported("a LIKE pattern with a NUL character"))
        }
        LikeKind::ContainsIgnoreCase => {
            write_operand(w, &like.expr)?;
            w.push(" LIKE ").bind(like.pattern.as_ref());
            w.push(w.dialect().like_escape());
            Ok(())
        }
        LikeKind::Pattern => write_glob(w, like),
    }
}

fn write_position<'a>(w: &mut SqlWriter<'a>, like: &'a Like, is: &str) -> Result<()> {
    w.push("instr(");
    write_expr(w, &like.expr)?;
    w.push(", ").bind(like.needle.as_ref()).push(")").push(is);
    Ok(())
}

// As bytes, since `length` and `substr` of text end at a NUL. In valid UTF-8 and UTF-16 a suffix of
// bytes that is text itself is a suffix of characters.
fn write_suffix<'a>(w: &mut SqlWriter<'a>, like: &'a Like) -> Result<()> {
    w.push("substr(CAST(");
    write_expr(w, &like.expr)?;
    w.push(" AS BLOB), -length(CAST(")
        .bind(like.needle.as_ref())
        .push(" AS BLOB))) = CAST(")
        .bind(like.needle.as_ref())
        .push(" AS BLOB)");
    Ok(())
}

/// How a LIKE pattern becomes a GLOB pattern: GLOB counts case, but knows other wildcards and no
/// escape character. Done by SQLite, once a statement, since the pattern is a bind.
///
/// Each step relies on the ones before. What GLOB would read as a wildcard goes into brackets, so that
/// from the third step on every `[` is followed by `[`, `*` or `?`, and `[b]` is free to stand for an
/// escaped backslash. After the wildcards are exchanged, an escaped one is `\*` or `\?`, since a star
/// or question mark of the pattern itself has a bracket before it.
const LIKE_TO_GLOB: &[(&str, &str)] = &[
    ("[", "[[]"),
    ("*", "[*]"),
    ("?", "[?]"),
    (r"\\", "[b]"),
    ("%", "*"),
    ("_", "?"),
    (r"\*", "%"),
    (r"\?", "_"),
    (r"\", ""),
    ("[b]", r"\"),
];

fn write_glob<'a>(w: &mut SqlWriter<'a>, like: &'a Like) -> Result<()> {
    write_operand(w, &like.expr)?;
    w.push(" GLOB ");
    for _ in LIKE_TO_GLOB {
        w.push("replace(");
    }
    w.bind(like.pattern.as_ref());
    for (from, to) in LIKE_TO_GLOB {
        w.push(", '").push(from).push("', '").push(to).push("')");
    }
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
