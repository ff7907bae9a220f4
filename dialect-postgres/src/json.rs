//! Operations on JSON documents, by the operators and functions of jsonb.
//!
//! Keys are steps of `->`; a path with positions is one of the SQL/JSON path language, whose keys are quoted. A cast that could fail stands behind a CASE over the type of the value.

use orm_core::error::Result;
use orm_core::sql::{SqlWriter, write_expr, write_operand};
use orm_core::stmt::{CompareOp, JsonExpr, JsonKind, JsonOp, JsonType};

/// Writes an operation.
pub(crate) fn write_json<'a>(w: &mut SqlWriter<'a>, json: &'a JsonExpr) -> Result<()> {
    match json.op {
        JsonOp::Get(JsonType::Json) => write_value(w, json),
        JsonOp::Get(JsonType::Text) => choose(w, json, "string", &["", " #>> '{}'"]),
        JsonOp::Get(JsonType::Bool) => choose(w, json, "boolean", &["", "::bool"]),
        JsonOp::Get(JsonType::Int) => choose(w, json, "number", INT),
        JsonOp::Get(JsonType::Float) => choose(w, json, "number", FLOAT),
        JsonOp::Length => choose(w, json, "array", &["jsonb_array_length(", ")::int8"]),
        JsonOp::Is(kind) => {
            w.push("jsonb_typeof(");
            write_value(w, json)?;
            w.push(match kind {
                JsonKind::Object => ") IS NOT DISTINCT FROM 'object'",
                JsonKind::Array => ") IS NOT DISTINCT FROM 'array'",
                JsonKind::Null => ") IS NOT DISTINCT FROM 'null'",
            });
            Ok(())
        }
        JsonOp::Contains => {
            write_value(w, json)?;
            w.push(" @> ");
            write_operand(w, json.arg(1))
        }
        JsonOp::Overlaps => Err(w.unsupported("the overlap of JSON arrays")),
        JsonOp::Compare(op) => write_compare(w, op, json),
        JsonOp::Set | JsonOp::Remove => write_change(w, json),
        JsonOp::Position => {
            w.push("(");
            write_expr(w, json.document())?;
            w.push(" - 1)::int8");
            Ok(())
        }
        JsonOp::Element => {
            w.push("(");
            write_operand(w, json.document())?;
            w.push(" -> (");
            write_expr(w, json.arg(1))?;
            w.push(" - 1))");
            Ok(())
        }
    }
}

/// Whole numbers of 64 bits. The value stands before each piece but the first.
const INT: &[&str] = &[
    "CASE WHEN ",
    "::numeric % 1 = 0 AND ",
    "::numeric BETWEEN -9223372036854775808 AND 9223372036854775807 THEN ",
    "::int8 END",
];

/// Numbers that have a double: the cast of others is an error.
const FLOAT: &[&str] = &[
    "CASE WHEN abs(",
    "::numeric) BETWEEN 5e-324 AND 1.7976931348623157e308 THEN ",
    "::float8 WHEN abs(",
    "::numeric) < 5e-324 THEN 0 END",
];

/// `CASE WHEN jsonb_typeof(…) = 'kind' THEN … END`, with the value between the pieces.
fn choose<'a>(
    w: &mut SqlWriter<'a>,
    json: &'a JsonExpr,
    kind: &str,
    pieces: &[&str],
) -> Result<()> {
    w.push("CASE WHEN jsonb_typeof(");
    write_value(w, json)?;
    w.push(") = '").push(kind).push("' THEN ");
    for (index, piece) in pieces.iter().enumerate() {
        if index > 0 {
            write_value(w, json)?;
        }
        w.push(piece);
    }
    w.push(" END");
    Ok(())
}

/// What the path leads to.
fn write_value<'a>(w: &mut SqlWriter<'a>, json: &'a JsonExpr) -> Result<()> {
    let steps = json.path.steps();
    if steps.is_empty() {
        return write_operand(w, json.document());
    }
    // `-> 0` of a scalar is the scalar, a position in a strict path is one of an array alone.
    if !json.path.arrays().is_empty() {
        w.push("jsonb_path_query_first(");
        write_expr(w, json.document())?;
        w.push(", ('strict ' || ").value(json.path.text());
        w.push("::text)::jsonpath, '{}', true)");
        return Ok(());
    }
    w.push("(");
    write_operand(w, json.document())?;
    for step in steps {
        w.push(" -> ").value(step).push("::text");
    }
    w.push(")");
    Ok(())
}

fn write_compare<'a>(w: &mut SqlWriter<'a>, op: CompareOp, json: &'a JsonExpr) -> Result<()> {
    write_value(w, json)?;
    w.push(match op {
        CompareOp::Eq => " = ",
        CompareOp::Ne => " <> ",
        CompareOp::Same => " IS NOT DISTINCT FROM ",
        CompareOp::Distinct => " IS DISTINCT FROM ",
        CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge => {
            return Err(w.unsupported("an order of JSON documents"));
        }
    });
    write_operand(w, json.arg(1))
}

/// Neither function takes a scalar, and `-` removes a text from an array.
fn write_change<'a>(w: &mut SqlWriter<'a>, json: &'a JsonExpr) -> Result<()> {
    w.push("CASE WHEN jsonb_typeof(");
    write_expr(w, json.document())?;
    w.push(") = 'object' THEN ");
    let is_set = json.op == JsonOp::Set;
    w.push(if is_set { "jsonb_set(" } else { "" });
    write_operand(w, json.document())?;
    w.push(if is_set { ", ARRAY[" } else { " - " });
    for step in json.path.steps() {
        w.value(step).push("::text");
    }
    if is_set {
        w.push("], ");
        write_expr(w, json.arg(1))?;
        w.push(")");
    }
    w.push(" ELSE ");
    write_operand(w, json.document())?;
    w.push(" END");
    Ok(())
}
