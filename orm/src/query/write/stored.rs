//! [`stored`]: an expression that a column is set to, as the column stores its value.
//!
//! Used by `update.rs`, by `conflict.rs`, by `session/set.rs` and by `stored_rows.rs`. What a plain value must be, `check.rs`
//! decides before it is sent.

use orm_core::schema::Column;
use orm_core::stmt::{Expr, FromItem, Numeric, NumericOp, Source, StoredText};
use orm_core::types::Type;

use super::check::check_length;
use crate::mapping::{ModelDef, linked_tables};

/// Adds what a database needs that would store any number and any text: a decimal is rounded to the scale of the column, and
/// what is beyond its range or length is an error. `others` are the tables of the statement besides the one that is written.
#[cold]
pub(crate) fn stored(
    def: &'static ModelDef,
    position: usize,
    value: Expr,
    others: &[&FromItem],
) -> Expr {
    let column = &def.columns[position];
    let is_own = |name: &str| {
        def.columns
            .iter()
            .any(|own| own.name == name && fits(own, column))
    };
    let is_stored = if let Expr::Excluded(name) = &value {
        is_own(name)
    } else if let Expr::Column { source, name } = &value {
        if *source == def.table {
            is_own(name)
        } else {
            is_column(others.iter().copied(), (source, name), column)
        }
    } else {
        matches!(value, Expr::Value(_))
    };
    if is_stored {
        value
    } else {
        guarded(column, value)
    }
}

/// Whether an expression that a query of `sources` selects for a column is stored as it is.
pub(super) fn is_stored<'s>(
    (def, position): (&'static ModelDef, usize),
    value: &Expr,
    sources: impl Iterator<Item = &'s FromItem>,
) -> bool {
    let column = &def.columns[position];
    if !is_limited(column) {
        return true;
    }
    if let Expr::Value(value) = value {
        return check_length(def, position, value.as_ref()).is_ok();
    }
    if let Expr::Column { source, name } = value {
        return is_column(sources, (source, name), column);
    }
    false
}

/// An expression as a column stores it.
pub(super) fn guarded(column: &Column, value: Expr) -> Expr {
    match column.length {
        _ if is_number(&column.ty) => {
            Numeric::new(NumericOp::Stored, column.ty.clone(), vec![value]).into()
        }
        Some(length) if column.ty == Type::Text => StoredText::new(value, length).into(),
        _ => value,
    }
}

/// Whether a database may store in the column what others round or refuse.
fn is_limited(column: &Column) -> bool {
    is_number(&column.ty) || (column.ty == Type::Text && column.length.is_some())
}

fn is_number(ty: &Type) -> bool {
    ty.is_decimal() || ty.is_integer() || matches!(ty, Type::Float32 | Type::Float64)
}

/// Whether an expression is a column of a table, each of whose values another column can hold. A column of a derived table may
/// be computed.
fn is_column<'s>(
    mut sources: impl Iterator<Item = &'s FromItem>,
    (source, name): (&str, &str),
    column: &Column,
) -> bool {
    let item = sources.find(|item| item.name().is_some_and(|name| name == source));
    let Some(Source::Table(table)) = item.map(|item| &item.source) else {
        return false;
    };
    // Several models may have the table.
    let all = linked_tables();
    let first = all.partition_point(|known| known.name < *table);
    let models = all[first..].iter().take_while(|known| known.name == *table);
    let mut columns = models.filter_map(|known| known.find(name)).peekable();
    columns.peek().is_some() && columns.all(|other| fits(other, column))
}

/// Whether a column has room for each value of another one.
fn fits(from: &Column, to: &Column) -> bool {
    if let (
        Type::Decimal { precision, scale },
        Type::Decimal {
            precision: most,
            scale: digits,
        },
    ) = (&from.ty, &to.ty)
    {
        let whole = precision.saturating_sub(*scale);
        return scale <= digits && whole <= most.saturating_sub(*digits);
    }
    if let (Some((least, most)), Some((lowest, highest))) = (from.ty.range(), to.ty.range()) {
        return lowest <= least && most <= highest;
    }
    if from.ty != to.ty {
        return false;
    }
    let fits = |most| from.length.is_some_and(|length| length <= most);
    from.ty != Type::Text || to.length.is_none_or(fits)
}
