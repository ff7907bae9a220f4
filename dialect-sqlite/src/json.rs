//! Operations on JSON documents, by SQLite's JSON functions. Comparisons of documents are those of
//! `driver/functions/json.rs`: SQLite itself compares their texts.

use orm_core::error::Result;
use orm_core::sql::{SqlWriter, write_expr, write_operand};
use orm_core::stmt::{CompareOp, JsonExpr, JsonKind, JsonOp, JsonType};

/// Writes an operation.
pub(crate) fn write_json<'a>(w: &mut SqlWriter<'a>, json: &'a JsonExpr) -> Result<()> {
    const EXTRACT: &str = "json_extract(";
    match json.op {
        JsonOp::Get(JsonType::Json) => write_value(w, json),
        JsonOp::Get(JsonType::Text) => choose(w, json, " = 'text' THEN ", &[(EXTRACT, "")]),
        // Integers beyond 64 bits are floats here, and a float beyond them differs from the integer that CAST makes.
        JsonOp::Get(JsonType::Int) => choose(
            w,
            json,
            " IN ('integer', 'real') AND ",
            &[
                (EXTRACT, " = CAST("),
                (EXTRACT, " AS INTEGER) THEN CAST("),
                (EXTRACT, " AS INTEGER)"),
            ],
        ),
        JsonOp::Get(JsonType::Float) => choose(
            w,
            json,
            " IN ('integer', 'real') AND abs(CAST(",
            &[
                (EXTRACT, " AS REAL)) <= 1.7976931348623157e308 THEN CAST("),
                (EXTRACT, " AS REAL)"),
            ],
        ),
        JsonOp::Get(JsonType::Bool) => {
            choose(w, json, " IN ('true', 'false') THEN ", &[(EXTRACT, "")])
        }
        JsonOp::Length => choose(w, json, " = 'array' THEN ", &[("json_array_length(", "")]),
        JsonOp::Is(kind) => {
            call(w, "json_type(", json)?;
            w.push(match kind {
                JsonKind::Object => " IS 'object'",
                JsonKind::Array => " IS 'array'",
                JsonKind::Null => " IS 'null'",
            });
            Ok(())
        }
        JsonOp::Contains => write_function(w, "orm_json_contains(", json),
        JsonOp::Overlaps => Err(w.unsupported("the overlap of JSON arrays")),
        JsonOp::Compare(op) => write_compare(w, op, json),
        JsonOp::Set => {
            w.push("json_set(");
            write_expr(w, json.document())?;
            w.push(", ").value(json.path.text()).push(", json(");
            write_expr(w, json.arg(1))?;
            w.push("))");
            Ok(())
        }
        JsonOp::Remove => call(w, "json_remove(", json),
        JsonOp::Position => write_expr(w, json.document()),
        JsonOp::Element => {
            w.push("(");
            write_operand(w, json.document())?;
            w.push(" -> ");
            write_expr(w, json.arg(1))?;
            w.push(")");
            Ok(())
        }
    }
}

/// `CASE WHEN json_type(…) … END`, with a call of each function, and what follows it.
fn choose<'a>(
    w: &mut SqlWriter<'a>,
    json: &'a JsonExpr,
    condition: &str,
    calls: &[(&str, &str)],
) -> Result<()> {
    w.push("CASE WHEN ");
    call(w, "json_type(", json)?;
    w.push(condition);
    for (function, after) in calls {
        call(w, function, json)?;
        w.push(after);
    }
    w.push(" END");
    Ok(())
}

/// A function of the document and the path.
fn call<'a>(w: &mut SqlWriter<'a>, function: &str, json: &'a JsonExpr) -> Result<()> {
    w.push(function);
    write_expr(w, json.document())?;
    w.push(", ").value(json.path.text()).push(")");
    Ok(())
}

/// What the path leads to, as a document.
fn write_value<'a>(w: &mut SqlWriter<'a>, json: &'a JsonExpr) -> Result<()> {
    if json.path.steps().is_empty() {
        return write_operand(w, json.document());
    }
    w.push("(");
    write_operand(w, json.document())?;
    w.push(" -> ").value(json.path.text()).push(")");
    Ok(())
}

/// A function of the document and the second argument.
fn write_function<'a>(w: &mut SqlWriter<'a>, function: &str, json: &'a JsonExpr) -> Result<()> {
    w.push(function);
    write_value(w, json)?;
    w.push(", ");
    write_expr(w, json.arg(1))?;
    w.push(")");
    Ok(())
}

fn write_compare<'a>(w: &mut SqlWriter<'a>, op: CompareOp, json: &'a JsonExpr) -> Result<()> {
    const EQUALS: &str = "orm_json_equals(";
    match op {
        CompareOp::Eq => write_function(w, EQUALS, json),
        CompareOp::Ne => {
            w.push("NOT ");
            write_function(w, EQUALS, json)
        }
        CompareOp::Same | CompareOp::Distinct => {
            w.push(if op == CompareOp::Same { "" } else { "NOT " });
            w.push("COALESCE(");
            write_function(w, EQUALS, json)?;
            w.push(", ");
            write_value(w, json)?;
            w.push(" IS NULL AND ");
            write_operand(w, json.arg(1))?;
            w.push(" IS NULL)");
            Ok(())
        }
        CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge => {
            Err(w.unsupported("an order of JSON documents"))
        }
    }
}
