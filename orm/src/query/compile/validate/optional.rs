//! Rejects queries that select the nullable side of an outer join as non-optional.

use orm_core::stmt::{Expr, JoinKind, Select};

use super::typed::Typed;
use crate::query::expressions::build_error::BuildError;
use crate::query::expressions::select_item::{ItemNullability, SelectItem};
use crate::query::expressions::table_ref::TableRef;

/// Checks what is selected of the tables on the nullable sides of outer joins.
pub(super) fn check(select: &Select, typed: &Typed<'_>) -> Result<(), BuildError> {
    if select.joins.is_empty() {
        return Ok(());
    }
    for (item, side) in select.sources().zip(select.nullable_sides()) {
        let (Some(kind), Some(name)) = (side, item.name()) else {
            continue;
        };
        let required = typed.selected.iter().any(|item| requires(item, name));
        if let (true, Some(table)) = (required, typed.table(name)) {
            return Err(missing_optional(table, kind));
        }
    }
    Ok(())
}

/// Whether what is selected can't be had of a row without a match in the table of that name.
fn requires(item: &SelectItem, name: &str) -> bool {
    match item {
        SelectItem::Entity { table, is_optional } => !is_optional && table.name() == name,
        SelectItem::Column {
            table, nullability, ..
        } => *nullability == ItemNullability::Required && table.name() == name,
        SelectItem::Value(value) => {
            value.nullability == ItemNullability::Required && vanishes(&value.expr, name)
        }
    }
}

/// Whether `expr` is NULL where the table of that name has no row. Aggregates, conditions and choices have their own
/// ways with NULL.
fn vanishes(expr: &Expr, table: &str) -> bool {
    match expr {
        Expr::Column { source, .. } => source == table,
        Expr::Arithmetic { sides, .. } => sides.iter().any(|side| vanishes(side, table)),
        Expr::Cast { expr, .. } => vanishes(expr, table),
        Expr::Function { name, args } if name == "COALESCE" => {
            args.iter().all(|arg| vanishes(arg, table))
        }
        Expr::Function { .. }
        | Expr::Value(_)
        | Expr::And(_)
        | Expr::Or(_)
        | Expr::Not(_)
        | Expr::Compare { .. }
        | Expr::IsNull { .. }
        | Expr::In { .. }
        | Expr::InRows { .. }
        | Expr::InQuery { .. }
        | Expr::Between { .. }
        | Expr::Like(_)
        | Expr::Aggregate { .. }
        | Expr::Over { .. }
        | Expr::Case(_)
        | Expr::Row(_)
        | Expr::Label(_)
        | Expr::Excluded(_)
        | Expr::Exists(_)
        | Expr::Subquery(_)
        | Expr::Raw(_)
        | Expr::Extension(_) => false,
    }
}

#[cold]
fn missing_optional(table: TableRef, kind: JoinKind) -> BuildError {
    let model = table.value();
    BuildError::new(
        format!(
            "{} is on the nullable side of a {}, so it must be selected as optional",
            table.describe(),
            kind.as_sql()
        ),
        format!("select optional({model}), or optional({model}.column), or use .join"),
    )
}
