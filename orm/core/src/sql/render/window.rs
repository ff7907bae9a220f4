//! Window functions: a call and its OVER clause, called by `expr.rs`, and the WINDOW clause, called by `select.rs`. Frames are
//! in `frame.rs`.

use super::aggregate::write_aggregate;
use super::expr::{write_expr, write_function};
use super::frame::write_frame;
use super::query::write_orders;
use crate::error::Result;
use crate::sql::SqlWriter;
use crate::stmt::{Expr, Order, Select, Window, named_windows};
use crate::types::Type;

pub(super) fn write_over<'a>(
    w: &mut SqlWriter<'a>,
    call: &'a Expr,
    window: &'a Window,
) -> Result<()> {
    if let Expr::Aggregate(call) = call {
        return write_aggregate(w, call, Some(window));
    }
    let Expr::Function { name, args } = call else {
        return Err(w.unsupported("OVER with an expression that is not a function"));
    };
    let ty = cast_type(w, name);
    w.push(if ty.is_some() { "CAST(" } else { "" });
    write_function(w, name, args)?;
    write_window(w, window)?;
    if let Some(ty) = ty {
        let ty = w.dialect().cast_type(&ty);
        w.push(" AS ").push(&ty).push(")");
    }
    Ok(())
}

/// The type that a function is cast to, where its own one differs from that of other databases.
fn cast_type(w: &SqlWriter<'_>, name: &str) -> Option<Type> {
    let capabilities = w.dialect().capabilities();
    match name {
        "ROW_NUMBER" | "RANK" | "DENSE_RANK" | "NTILE" if capabilities.unsigned_ranks => {
            Some(Type::Int64)
        }
        "PERCENT_RANK" | "CUME_DIST" if capabilities.short_shares => Some(Type::Float64),
        _ => None,
    }
}

/// Writes OVER: a window, or the name under which the WINDOW clause has it.
pub(super) fn write_window<'a>(w: &mut SqlWriter<'a>, window: &'a Window) -> Result<()> {
    if let Some(name) = window.name.as_ref().filter(|_| has_names(w)) {
        w.push(" OVER ").ident(name);
        return Ok(());
    }
    w.push(" OVER (");
    write_definition(w, window)?;
    w.push(")");
    Ok(())
}

/// Writes the WINDOW clause of a query, with each named window once.
pub(super) fn write_window_clause<'a>(
    w: &mut SqlWriter<'a>,
    select: &'a Select,
    order_by: &'a [Order],
) -> Result<()> {
    if !has_names(w) {
        return Ok(());
    }
    let mut windows: Vec<&Window> = Vec::new();
    for window in named_windows(select, order_by) {
        if !windows.iter().any(|known| known.name == window.name) {
            windows.push(window);
        }
    }
    for (index, window) in windows.into_iter().enumerate() {
        w.push(if index == 0 { " WINDOW " } else { ", " });
        w.alias(window.name.as_deref().unwrap_or_default());
        w.push(" AS (");
        write_definition(w, window)?;
        w.push(")");
    }
    Ok(())
}

fn has_names(w: &SqlWriter<'_>) -> bool {
    w.dialect().capabilities().selects.named_windows
}

fn write_definition<'a>(w: &mut SqlWriter<'a>, window: &'a Window) -> Result<()> {
    // What stands between a clause and the one before it.
    let mut space = "";
    for (index, expr) in window.partition_by.iter().enumerate() {
        w.push(if index == 0 { "PARTITION BY " } else { ", " });
        write_expr(w, expr)?;
        space = " ";
    }
    if !window.order_by.is_empty() {
        w.push(space);
        write_orders(w, "ORDER BY ", &window.order_by)?;
        space = " ";
    }
    if let Some(frame) = window.frame {
        w.push(space);
        write_frame(w, frame)?;
    }
    Ok(())
}
