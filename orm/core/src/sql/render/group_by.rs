//! Renders GROUP BY, with groups of several sizes in the dialect's words. Called by `select.rs`.

use super::expr::{write_expr, write_list};
use crate::error::Result;
use crate::sql::{Grouping, SqlWriter};
use crate::stmt::{Expr, GroupingSets, Order, Select};

/// Writes GROUP BY of a query, or nothing without groups.
pub(super) fn write_group_by<'a>(
    w: &mut SqlWriter<'a>,
    select: &'a Select,
    order_by: &[Order],
) -> Result<()> {
    let Some(sets) = &select.grouping_sets else {
        return write_groups(w, &select.group_by);
    };
    let style = w.dialect().capabilities().selects.rollup;
    match (style, sets) {
        (Grouping::Functions, GroupingSets::Rollup) => {
            w.push(" GROUP BY ROLLUP ");
            write_list(w, &select.group_by)
        }
        (Grouping::Functions, GroupingSets::Cube) => {
            w.push(" GROUP BY CUBE ");
            write_list(w, &select.group_by)
        }
        (Grouping::Functions, GroupingSets::Sets(sets)) => write_sets(w, &select.group_by, sets),
        (Grouping::UnorderedRollup, GroupingSets::Rollup) if !order_by.is_empty() => {
            let error = w.unsupported("ORDER BY with ROLLUP");
            Err(error.with_hint("make the query a table, and order outside: .as_table(\"totals\")"))
        }
        (Grouping::WithRollup | Grouping::UnorderedRollup, GroupingSets::Rollup) => {
            write_groups(w, &select.group_by)?;
            w.push(" WITH ROLLUP");
            Ok(())
        }
        (_, GroupingSets::Rollup) => Err(w.unsupported("ROLLUP")),
        (_, GroupingSets::Cube) => Err(w.unsupported("CUBE")),
        (_, GroupingSets::Sets(_)) => Err(w.unsupported("GROUPING SETS")),
    }
}

fn write_groups<'a>(w: &mut SqlWriter<'a>, group_by: &'a [Expr]) -> Result<()> {
    for (index, expr) in group_by.iter().enumerate() {
        w.push(if index == 0 { " GROUP BY " } else { ", " });
        write_expr(w, expr)?;
    }
    Ok(())
}

fn write_sets<'a>(
    w: &mut SqlWriter<'a>,
    group_by: &'a [Expr],
    sets: &'a [Vec<usize>],
) -> Result<()> {
    w.push(" GROUP BY GROUPING SETS (");
    for (index, set) in sets.iter().enumerate() {
        w.push(if index == 0 { "(" } else { ", (" });
        let exprs = set.iter().filter_map(|position| group_by.get(*position));
        for (index, expr) in exprs.enumerate() {
            w.push(if index == 0 { "" } else { ", " });
            write_expr(w, expr)?;
        }
        w.push(")");
    }
    w.push(")");
    Ok(())
}
