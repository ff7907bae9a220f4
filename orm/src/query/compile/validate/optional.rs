//! Rejects queries that select the nullable side of an outer join as non-optional.

use orm_core::stmt::{Expr, Extension, JoinKind, Numeric, Select};

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
            let is_column =
                |expr: &Expr| matches!(expr, Expr::Column { source, .. } if source == name);
            value.nullability == ItemNullability::Required && vanishes(&value.expr, &is_column)
        }
    }
}

/// Whether `expr` is NULL where those of its parts are for which `is_null` holds. Aggregates, conditions and choices have their
/// own ways with NULL.
pub(super) fn vanishes(expr: &Expr, is_null: &dyn Fn(&Expr) -> bool) -> bool {
    if is_null(expr) {
        return true;
    }
    match expr {
        Expr::Arithmetic { sides, .. } => sides.iter().any(|side| vanishes(side, is_null)),
        Expr::Cast { expr, .. } | Expr::Collate { expr, .. } => vanishes(expr, is_null),
        Expr::Call(call) => call.args.iter().any(|arg| vanishes(arg, is_null)),
        Expr::Json(json) => vanishes(json.document(), is_null),
        Expr::Function { name, args } if name == "COALESCE" => {
            args.iter().all(|arg| vanishes(arg, is_null))
        }
        Expr::Column { .. }
        | Expr::Function { .. }
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
        | Expr::Aggregate(_)
        | Expr::Over { .. }
        | Expr::Case(_)
        | Expr::Row(_)
        | Expr::Label(_)
        | Expr::Excluded(_)
        | Expr::Exists(_)
        | Expr::Subquery(_)
        | Expr::Quantified(_)
        | Expr::Operator { .. }
        | Expr::Raw(_)
        | Expr::NamedSql(_) => false,
        Expr::Extension(node) => {
            let numeric = Numeric::of(node.as_ref());
            let mut args = numeric.into_iter().flat_map(Extension::args);
            args.any(|arg| vanishes(arg, is_null))
        }
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
