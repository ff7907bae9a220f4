//! Window functions: a call and its OVER clause. Called by `expr.rs`.

use super::aggregate::write_aggregate;
use super::expr::{write_expr, write_function};
use super::query::write_orders;
use crate::error::Result;
use crate::sql::SqlWriter;
use crate::stmt::{Expr, Frame, FrameBound, FrameUnit, Window};
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

pub(super) fn write_window<'a>(w: &mut SqlWriter<'a>, window: &'a Window) -> Result<()> {
    w.push(" OVER (");
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
        if !w.dialect().capabilities().window_frames {
            return Err(w.unsupported("frames of window functions"));
        }
        if frame.unit == FrameUnit::Groups && !w.dialect().capabilities().group_frames {
            return Err(w.unsupported("frames of GROUPS"));
        }
        w.push(space);
        write_frame(w, frame);
    }
    w.push(")");
    Ok(())
}

fn write_frame(w: &mut SqlWriter<'_>, frame: Frame) {
    w.push(match frame.unit {
        FrameUnit::Rows => "ROWS BETWEEN ",
        FrameUnit::Range => "RANGE BETWEEN ",
        FrameUnit::Groups => "GROUPS BETWEEN ",
    });
    write_bound(w, frame.start);
    w.push(" AND ");
    write_bound(w, frame.end);
}

fn write_bound(w: &mut SqlWriter<'_>, bound: FrameBound) {
    match bound {
        FrameBound::UnboundedPreceding => w.push("UNBOUNDED PRECEDING"),
        FrameBound::Preceding(rows) => w.display(rows).push(" PRECEDING"),
        FrameBound::CurrentRow => w.push("CURRENT ROW"),
        FrameBound::Following(rows) => w.display(rows).push(" FOLLOWING"),
        FrameBound::UnboundedFollowing => w.push("UNBOUNDED FOLLOWING"),
    };
}
