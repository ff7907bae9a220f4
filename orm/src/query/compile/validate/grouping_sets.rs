//! Rejects queries of groups of several sizes that select an expression of GROUP BY as one that is not NULL, which it is in the
//! rows of greater groups.

use orm_core::stmt::{Expr, GroupingSets, Select};

use super::optional::vanishes;
use super::typed::Typed;
use crate::query::expressions::build_error::BuildError;
use crate::query::expressions::select_item::{ItemNullability, SelectItem};

/// # Errors
/// What is wrong with the groups, or with what is selected of them.
pub(super) fn check(select: &Select, typed: &Typed<'_>) -> Result<(), BuildError> {
    let Some(sets) = &select.grouping_sets else {
        return Ok(());
    };
    let is_used = |position| match sets {
        GroupingSets::Rollup | GroupingSets::Cube => true,
        GroupingSets::Sets(sets) => sets.iter().any(|set| set.contains(&position)),
    };
    if select.group_by.is_empty() || !(0..select.group_by.len()).all(is_used) {
        return Err(BuildError::new(
            "GROUP BY with ROLLUP, CUBE or GROUPING SETS lacks expressions",
            "name each expression of GROUP BY in group_by_rollup, group_by_cube or group_by_sets",
        ));
    }
    let groups = select.group_by.iter().enumerate();
    let nullable = groups.filter(|(position, _)| sets.may_be_null(*position));
    let nullable: Vec<&Expr> = nullable.map(|(_, expr)| expr).collect();
    let is_nullable = |expr: &Expr| nullable.contains(&expr);
    if typed
        .selected
        .iter()
        .any(|item| requires(item, &is_nullable))
    {
        return Err(BuildError::new(
            "an expression of GROUP BY is NULL in the rows of greater groups, so it must be selected as optional",
            "select optional(…) of it",
        ));
    }
    Ok(())
}

/// Whether what is selected can't be had of a row in which those expressions are NULL.
fn requires(item: &SelectItem, is_nullable: &dyn Fn(&Expr) -> bool) -> bool {
    match item {
        SelectItem::Entity { table, is_optional } => {
            let mut columns = 0..table.def.columns.len();
            !is_optional && columns.any(|column| is_nullable(&table.column(column)))
        }
        SelectItem::Column {
            table,
            position,
            nullability,
        } => {
            *nullability == ItemNullability::Required
                && is_nullable(&table.column(*position as usize))
        }
        SelectItem::Value(value) => {
            value.nullability == ItemNullability::Required && vanishes(&value.expr, is_nullable)
        }
    }
}
