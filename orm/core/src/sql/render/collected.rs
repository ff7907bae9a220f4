//! Renders aggregates whose result has all values: arrays, and JSON arrays and objects. Called by `aggregate.rs`; texts that
//! are joined are in that file.

use super::aggregate::{name, write_filter_clause};
use super::expr::{write_expr, write_operand};
use super::query::write_orders;
use super::window::write_window;
use crate::error::Result;
use crate::sql::{JsonAggregates, SqlWriter};
use crate::stmt::{Aggregate, AggregateCall, Expr, Window};
use crate::types::Type;

/// Whether an aggregate is one of these.
pub(super) fn is_collected(function: Aggregate) -> bool {
    match function {
        Aggregate::ArrayAgg | Aggregate::JsonArray | Aggregate::JsonObject => true,
        Aggregate::Count
        | Aggregate::Sum
        | Aggregate::Min
        | Aggregate::Max
        | Aggregate::Avg
        | Aggregate::StringAgg
        | Aggregate::Statistic(_)
        | Aggregate::Grouping => false,
    }
}

pub(super) fn write_collected<'a>(
    w: &mut SqlWriter<'a>,
    call: &'a AggregateCall,
    window: Option<&'a Window>,
) -> Result<()> {
    check_filter(w, call)?;
    let Some(json) = json_aggregates(w, call)? else {
        w.push(name(call.function));
        write_argument(w, call, call.expr.as_ref())?;
        return write_end(w, call, window);
    };
    let (function, is_ordered, empty) = if call.function == Aggregate::JsonObject {
        (json.object, json.ordered_objects, "'{}'")
    } else {
        (json.array, json.ordered_arrays, "'[]'")
    };
    if !is_ordered && !call.order_by.is_empty() {
        let what = "ORDER BY in an aggregate of JSON documents";
        let hint = "leave the order out and sort the values in Rust, or join texts by string_agg";
        return Err(w.unsupported(what).with_hint(hint));
    }
    // Over rows it is never empty, since values that are NULL are in it.
    w.push(if json.empty_over_nothing {
        "NULLIF("
    } else {
        ""
    });
    w.push(function);
    if call.function == Aggregate::JsonObject {
        write_key(w, call, json)?;
        w.push(", ");
        write_document(w, call, (call.other.as_ref(), json))?;
    } else {
        write_document(w, call, (call.expr.as_ref(), json))?;
    }
    write_end(w, call, window)?;
    if json.empty_over_nothing {
        w.push(", ").push(empty).push(")");
    }
    Ok(())
}

/// What stands behind the arguments.
fn write_end<'a>(
    w: &mut SqlWriter<'a>,
    call: &'a AggregateCall,
    window: Option<&'a Window>,
) -> Result<()> {
    write_orders(w, " ORDER BY ", &call.order_by)?;
    w.push(")");
    write_filter_clause(w, call)?;
    window.map_or(Ok(()), |window| write_window(w, window))
}

/// A CASE would put NULL into the result for each row that is left out.
fn check_filter(w: &SqlWriter<'_>, call: &AggregateCall) -> Result<()> {
    if call.filter.is_none() || w.dialect().capabilities().aggregate_filter {
        return Ok(());
    }
    let error = w.unsupported("FILTER of an aggregate of arrays or JSON documents");
    Err(error.with_hint("aggregate in a subquery with a condition: scalar(select(…).filter(…))"))
}

/// The words of the database; `None` for an array of its own.
///
/// # Errors
/// `Unsupported`: the database has no such aggregate.
fn json_aggregates(w: &SqlWriter<'_>, call: &AggregateCall) -> Result<Option<JsonAggregates>> {
    let capabilities = w.dialect().capabilities();
    if call.function == Aggregate::ArrayAgg {
        if capabilities.arrays {
            return Ok(None);
        }
        let error = w.unsupported("arrays, and ARRAY_AGG returns one");
        return Err(error.with_hint("aggregate the values as a JSON array: json_array_agg"));
    }
    match capabilities.selects.json_aggregates {
        Some(json) => Ok(Some(json)),
        None => Err(w.unsupported("aggregates of JSON documents")),
    }
}

fn write_key<'a>(
    w: &mut SqlWriter<'a>,
    call: &'a AggregateCall,
    json: JsonAggregates,
) -> Result<()> {
    match &call.expr {
        Some(key) if !json.key.is_empty() => write_operand(w, key)?,
        key => write_argument(w, call, key.as_ref())?,
    }
    w.push(json.key);
    Ok(())
}

fn write_document<'a>(
    w: &mut SqlWriter<'a>,
    call: &'a AggregateCall,
    (value, json): (Option<&'a Expr>, JsonAggregates),
) -> Result<()> {
    let is_document = call.ty == Type::Json;
    let (before, after) = json.document.filter(|_| is_document).unwrap_or_default();
    w.push(before);
    write_argument(w, call, value)?;
    w.push(after);
    Ok(())
}

fn write_argument<'a>(
    w: &mut SqlWriter<'a>,
    call: &'a AggregateCall,
    argument: Option<&'a Expr>,
) -> Result<()> {
    w.push(if call.distinct { "DISTINCT " } else { "" });
    match argument {
        Some(expr) => write_expr(w, expr),
        None => Err(w.unsupported("an aggregate of values without an argument")),
    }
}
