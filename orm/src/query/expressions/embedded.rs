//! The comparison of a flattened struct or enum with a value: a condition on each of its columns; and the condition that a row
//! is of a variant.

use orm_core::stmt::CompareOp;
use orm_core::types::DbType;
use orm_core::value::ValueRef;

use super::predicate::Predicate;
use super::table_ref::TableRef;
use super::term::Comparison;
use crate::mapping::{Column, Embedded, Model};

/// Returns the condition that all columns from `first` on have the values of `value`; NULL, and each column of `None`, is
/// `IS NULL`. The columns of other variants than that of `value` are not compared. Called by the derive.
#[doc(hidden)]
pub fn part_equals<M: Model, T: DbType, V: Embedded>(
    first: Column<M, T>,
    value: Option<&V>,
) -> Predicate {
    let columns = (0..V::WIDTH).zip(first.index()..);
    let compared = columns.filter(|(index, _)| value.is_none_or(|value| value.has_column(*index)));
    let conditions = compared.map(|(index, position)| {
        let name = M::def().names[position as usize];
        let column = Column::<M, T>::new(first.alias_name(), name, position);
        let found = value.map_or(ValueRef::Null, |value| value.value(index));
        if found.is_null() {
            return column.is_null();
        }
        Predicate::comparison(Comparison {
            table: TableRef::of_column(&column),
            position,
            op: CompareOp::Eq,
            value: found.to_value(),
        })
    });
    Predicate::all(conditions)
}

/// Returns the condition that a discriminator has this label. Called by the derive.
#[doc(hidden)]
pub fn is_variant<M: Model, T: DbType>(
    discriminator: Column<M, T>,
    label: &'static str,
) -> Predicate {
    Predicate::comparison(Comparison {
        table: TableRef::of_column(&discriminator),
        position: discriminator.index(),
        op: CompareOp::Eq,
        value: ValueRef::Text(label).to_value(),
    })
}
