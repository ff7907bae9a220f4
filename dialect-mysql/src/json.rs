//! Operations on JSON documents, by the JSON functions of MySQL and MariaDB.
//!
//! Both read `$[0]` of what is no array as the value itself, so that each position in a path needs a condition. MySQL has a
//! type for documents, and takes a text beside one for a string; on MariaDB documents are text.

use orm_core::error::Result;
use orm_core::sql::{Dialect as _, SqlWriter, write_expr, write_operand};
use orm_core::stmt::{CompareOp, Expr, JsonExpr, JsonKind, JsonOp, JsonType};
use orm_core::value::Value;

use crate::dialect::MysqlDialect;

/// Writes an operation.
pub(crate) fn write_json<'a>(
    w: &mut SqlWriter<'a>,
    json: &'a JsonExpr,
    dialect: MysqlDialect,
) -> Result<()> {
    match json.op {
        JsonOp::Get(JsonType::Json) => write_value(w, json),
        // A text is compared as a column of text is: byte by byte, without padding.
        JsonOp::Get(JsonType::Text) => choose(
            w,
            json,
            " = 'STRING' COLLATE utf8mb4_bin THEN JSON_UNQUOTE(",
            &[") COLLATE ", dialect.collation()],
        ),
        JsonOp::Get(JsonType::Bool) => choose(
            w,
            json,
            " = 'BOOLEAN' COLLATE utf8mb4_bin THEN JSON_UNQUOTE(",
            &[") = 'true' COLLATE utf8mb4_bin"],
        ),
        JsonOp::Get(JsonType::Int) => write_int(w, json),
        JsonOp::Get(JsonType::Float) => {
            w.push("CASE WHEN ");
            write_arrays(w, json)?;
            write_type(w, json, json.path.text())?;
            w.push(IS_NUMBER).push(" THEN ");
            write_number(w, json, "DOUBLE")?;
            w.push(" END");
            Ok(())
        }
        JsonOp::Length => choose(
            w,
            json,
            " = 'ARRAY' COLLATE utf8mb4_bin THEN JSON_LENGTH(",
            &[")"],
        ),
        JsonOp::Is(kind) => write_is(w, json, kind),
        JsonOp::Contains => write_contains(w, json),
        JsonOp::Overlaps => {
            w.push("JSON_OVERLAPS(");
            write_extract(w, json, json.path.text())?;
            w.push(", ");
            write_expr(w, json.arg(1))?;
            w.push(")");
            Ok(())
        }
        JsonOp::Compare(op) => write_compare(w, op, json, dialect),
        JsonOp::Set => {
            w.push("JSON_SET(");
            write_expr(w, json.document())?;
            w.push(", ");
            write_path(w, json, json.path.text())?;
            // A text that comes from a function of JSON is a document on MariaDB.
            let is_text = dialect == MysqlDialect::MariaDb;
            w.push(if is_text { ", JSON_EXTRACT(" } else { ", " });
            write_expr(w, json.arg(1))?;
            w.push(if is_text { ", '$'))" } else { ")" });
            Ok(())
        }
        JsonOp::Remove => write_remove(w, json),
        JsonOp::Position | JsonOp::Element => write_element(w, json),
    }
}

/// An element of an array by its position, which JSON_TABLE counts from 1, or that position counted from 0.
fn write_element<'a>(w: &mut SqlWriter<'a>, json: &'a JsonExpr) -> Result<()> {
    let is_position = json.op == JsonOp::Position;
    w.push(if is_position {
        "CAST("
    } else {
        "JSON_EXTRACT("
    });
    write_expr(w, json.document())?;
    if is_position {
        w.push(" - 1 AS SIGNED)");
        return Ok(());
    }
    w.push(", CONCAT('$[', ");
    write_expr(w, json.arg(1))?;
    w.push(" - 1, ']'))");
    Ok(())
}

fn write_remove<'a>(w: &mut SqlWriter<'a>, json: &'a JsonExpr) -> Result<()> {
    w.push("JSON_REMOVE(");
    write_expr(w, json.document())?;
    w.push(", ");
    write_path(w, json, json.path.text())?;
    w.push(")");
    Ok(())
}

/// `CASE WHEN JSON_TYPE(…) … END`, with the value before the last pieces.
fn choose<'a>(
    w: &mut SqlWriter<'a>,
    json: &'a JsonExpr,
    condition: &str,
    after: &[&str],
) -> Result<()> {
    w.push("CASE WHEN ");
    write_arrays(w, json)?;
    write_type(w, json, json.path.text())?;
    w.push(condition);
    write_extract(w, json, json.path.text())?;
    for piece in after {
        w.push(piece);
    }
    w.push(" END");
    Ok(())
}

/// Behind the type of a value. What JSON_TYPE returns has a collation of its own, which clashes with that of a literal.
const IS_NUMBER: &str =
    " IN ('INTEGER' COLLATE utf8mb4_bin, 'UNSIGNED INTEGER', 'DOUBLE', 'DECIMAL')";

/// Whole numbers of 64 bits. MariaDB makes 1 of `CAST('1e2' AS SIGNED)`, and MySQL the nearest integer of one beyond them;
/// the decimal is equal to the number only if that has no fraction.
fn write_int<'a>(w: &mut SqlWriter<'a>, json: &'a JsonExpr) -> Result<()> {
    const DECIMAL: &str = "DECIMAL(65, 0)";
    w.push("CASE WHEN ");
    write_arrays(w, json)?;
    write_type(w, json, json.path.text())?;
    w.push(IS_NUMBER).push(" THEN CASE WHEN ");
    write_number(w, json, "DOUBLE")?;
    w.push(" BETWEEN -9223372036854775808e0 AND 9223372036854775808e0 THEN CASE WHEN ");
    write_number(w, json, "DOUBLE")?;
    w.push(" = ");
    write_number(w, json, DECIMAL)?;
    w.push(" AND ");
    write_number(w, json, DECIMAL)?;
    w.push(" BETWEEN -9223372036854775808 AND 9223372036854775807 THEN CAST(");
    write_number(w, json, DECIMAL)?;
    w.push(" AS SIGNED) END END END");
    Ok(())
}

/// The text of a number as a number.
fn write_number<'a>(w: &mut SqlWriter<'a>, json: &'a JsonExpr, ty: &str) -> Result<()> {
    w.push("CAST(JSON_UNQUOTE(");
    write_extract(w, json, json.path.text())?;
    w.push(") AS ").push(ty).push(")");
    Ok(())
}

/// What the path leads to, as a document.
fn write_value<'a>(w: &mut SqlWriter<'a>, json: &'a JsonExpr) -> Result<()> {
    if json.path.arrays().is_empty() {
        return write_extract(w, json, json.path.text());
    }
    w.push("CASE WHEN ");
    write_arrays(w, json)?;
    w.push("TRUE THEN ");
    write_extract(w, json, json.path.text())?;
    w.push(" END");
    Ok(())
}

/// That there is an array at each position of the path, and AND.
fn write_arrays<'a>(w: &mut SqlWriter<'a>, json: &'a JsonExpr) -> Result<()> {
    for array in json.path.arrays() {
        write_type(w, json, array)?;
        w.push(" = 'ARRAY' COLLATE utf8mb4_bin AND ");
    }
    Ok(())
}

fn write_type<'a>(w: &mut SqlWriter<'a>, json: &'a JsonExpr, path: &'a Value) -> Result<()> {
    w.push("JSON_TYPE(");
    write_extract(w, json, path)?;
    w.push(")");
    Ok(())
}

fn write_extract<'a>(w: &mut SqlWriter<'a>, json: &'a JsonExpr, path: &'a Value) -> Result<()> {
    if json.path.steps().is_empty() {
        return write_operand(w, json.document());
    }
    w.push("JSON_EXTRACT(");
    write_expr(w, json.document())?;
    w.push(", ");
    write_path(w, json, path)?;
    w.push(")");
    Ok(())
}

/// A path as a bind. MariaDB 10.11 finds no key that begins with a hyphen, whatever its spelling in the path: that is an
/// error, and the bind one that is looked at whenever the statement is run.
fn write_path<'a>(w: &mut SqlWriter<'a>, json: &'a JsonExpr, path: &'a Value) -> Result<()> {
    if w.dialect().name() == MysqlDialect::MySql.name() {
        w.value(path);
        return Ok(());
    }
    let mut steps = json.path.steps().iter();
    if steps.any(|step| matches!(step, Value::Text(key) if key.starts_with('-'))) {
        return Err(w.unsupported("keys that begin with a hyphen in paths of JSON"));
    }
    w.bind(path.as_ref());
    Ok(())
}

fn write_is<'a>(w: &mut SqlWriter<'a>, json: &'a JsonExpr, kind: JsonKind) -> Result<()> {
    let conditional = !json.path.arrays().is_empty();
    if conditional {
        w.push("CASE WHEN ");
        write_arrays(w, json)?;
        w.push("TRUE THEN ");
    }
    write_type(w, json, json.path.text())?;
    w.push(if conditional { " END" } else { "" });
    w.push(match kind {
        JsonKind::Object => " <=> 'OBJECT' COLLATE utf8mb4_bin",
        JsonKind::Array => " <=> 'ARRAY' COLLATE utf8mb4_bin",
        JsonKind::Null => " <=> 'NULL' COLLATE utf8mb4_bin",
    });
    Ok(())
}

/// JSON_CONTAINS looks into arrays inside of arrays, and takes a scalar for an array of one element at any depth.
fn write_contains<'a>(w: &mut SqlWriter<'a>, json: &'a JsonExpr) -> Result<()> {
    let Some(condition) = json.args.get(2) else {
        return Err(w.unsupported("`contains` with an object or array inside an array"));
    };
    w.push("CASE WHEN ");
    write_arrays(w, json)?;
    write_extract(w, json, json.path.text())?;
    w.push(" IS NOT NULL THEN COALESCE(");
    write_expr(w, condition)?;
    w.push(", FALSE) END");
    Ok(())
}

fn write_compare<'a>(
    w: &mut SqlWriter<'a>,
    op: CompareOp,
    json: &'a JsonExpr,
    dialect: MysqlDialect,
) -> Result<()> {
    let operator = match op {
        CompareOp::Eq => " = ",
        CompareOp::Ne => " <> ",
        CompareOp::Same | CompareOp::Distinct => " <=> ",
        CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge => {
            return Err(w.unsupported("an order of JSON documents"));
        }
    };
    let negated = op == CompareOp::Distinct;
    w.push(if negated { "NOT (" } else { "" });
    if dialect == MysqlDialect::MariaDb {
        write_equals(w, op, json)?;
    } else {
        write_value(w, json)?;
        w.push(operator);
        write_operand(w, json.arg(1))?;
    }
    w.push(if negated { ")" } else { "" });
    Ok(())
}

/// JSON_EQUALS of MariaDB, which is not called for NULL: in a condition, 10.11 then returns what it has returned before.
fn write_equals<'a>(w: &mut SqlWriter<'a>, op: CompareOp, json: &'a JsonExpr) -> Result<()> {
    let other = json.arg(1);
    let is_null_safe = matches!(op, CompareOp::Same | CompareOp::Distinct);
    w.push(if is_null_safe { "COALESCE(" } else { "" });
    w.push("CASE WHEN ");
    write_operand_value(w, json)?;
    w.push(" IS NOT NULL");
    if !matches!(other, Expr::Value(_)) {
        w.push(" AND ");
        write_operand(w, other)?;
        w.push(" IS NOT NULL");
    }
    w.push(if op == CompareOp::Ne {
        " THEN NOT JSON_EQUALS("
    } else {
        " THEN JSON_EQUALS("
    });
    write_value(w, json)?;
    w.push(", ");
    write_operand(w, other)?;
    w.push(") END");
    if is_null_safe {
        w.push(", ");
        write_operand_value(w, json)?;
        w.push(" IS NULL AND ");
        write_operand(w, other)?;
        w.push(" IS NULL)");
    }
    Ok(())
}

/// The value beside IS NULL.
fn write_operand_value<'a>(w: &mut SqlWriter<'a>, json: &'a JsonExpr) -> Result<()> {
    w.push("(");
    write_value(w, json)?;
    w.push(")");
    Ok(())
}
