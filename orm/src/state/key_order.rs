//! [`key_order`]: the order of rows by their primary keys: of the statements of a flush; [`sort_by_keys`]: of loaded lists.

use std::cmp::Ordering;

use orm_core::schema::Column;
use orm_core::value::ValueRef;

use crate::mapping::Member;

/// The order of two rows by their keys as the database has them: also the order of locks. `value` reads a column of a
/// slot.
pub(super) fn key_order<'v>(
    key: &[usize],
    value: impl Fn(u32, usize) -> ValueRef<'v>,
    (a, b): (u32, u32),
) -> Ordering {
    key.iter()
        .map(|position| compare(value(a, *position), value(b, *position)))
        .find(|ordering| ordering.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// Puts members in the order of their targets' keys. Mostly they come in it.
pub(super) fn sort_by_keys<'v>(
    key: &[usize],
    value: impl Fn(u32, usize) -> ValueRef<'v>,
    members: &mut [Member],
) {
    let order = |a: &Member, b: &Member| key_order(key, &value, (a.target.slot, b.target.slot));
    if !members.is_sorted_by(|a, b| order(a, b).is_le()) {
        members.sort_by(order);
    }
}

/// What orders the values of a column: of a native enumeration the number of the label.
#[inline]
pub(super) fn ranked<'v>(columns: &[Column], position: usize, value: ValueRef<'v>) -> ValueRef<'v> {
    match (columns[position].ty.native_enum(), value) {
        (Some(ty), ValueRef::Text(label)) => {
            let number = ty.labels.iter().position(|known| known == label);
            let number = number.and_then(|number| i64::try_from(number).ok());
            number.map_or(value, ValueRef::Int)
        }
        _ => value,
    }
}

/// A total order of values of one column.
fn compare(a: ValueRef<'_>, b: ValueRef<'_>) -> Ordering {
    match (a, b) {
        (ValueRef::Int(a), ValueRef::Int(b))
        | (ValueRef::Time(a), ValueRef::Time(b))
        | (ValueRef::DateTime(a), ValueRef::DateTime(b))
        | (ValueRef::Timestamp(a), ValueRef::Timestamp(b))
        | (ValueRef::Interval(a), ValueRef::Interval(b)) => a.cmp(&b),
        (ValueRef::Text(a), ValueRef::Text(b)) => a.cmp(b),
        (ValueRef::Bytes(a), ValueRef::Bytes(b)) => a.cmp(b),
        (ValueRef::Bool(a), ValueRef::Bool(b)) => a.cmp(&b),
        (ValueRef::Date(a), ValueRef::Date(b)) => a.cmp(&b),
        (ValueRef::Uuid(a), ValueRef::Uuid(b)) => a.cmp(&b),
        (ValueRef::Float(a), ValueRef::Float(b)) => a.total_cmp(&b),
        (a, b) => a.is_null().cmp(&b.is_null()).reverse(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_sorts_first() {
        assert_eq!(
            compare(ValueRef::Null, ValueRef::Int(i64::MIN)),
            Ordering::Less
        );
        assert_eq!(
            compare(ValueRef::Text("b"), ValueRef::Text("a")),
            Ordering::Greater
        );
    }
}
