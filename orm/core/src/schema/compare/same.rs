//! When parts of two tables are the same.

use crate::schema::{Column, Index, Unique, View};
use crate::types::{EnumType, Type};

/// Columns without the name that they had before.
pub(super) fn same_column(a: &Column, b: &Column) -> bool {
    let plain = |column: &Column| Column {
        renamed_from: None,
        ..column.clone()
    };
    plain(a) == plain(b)
}

/// Whether values of a column have the same form.
pub(super) fn same_type(a: &Column, b: &Column) -> bool {
    let of = |column: &Column| (column.length, column.collation.clone());
    let is_same = a.ty == b.ty || only_adds_labels(&a.ty, &b.ty);
    is_same && a.sql_types == b.sql_types && of(a) == of(b)
}

/// Whether the second type is the first one with more labels: values stay what they are.
fn only_adds_labels(a: &Type, b: &Type) -> bool {
    match (a.native_enum(), b.native_enum()) {
        (Some(a), Some(b)) => a.name == b.name && is_extended(a, b),
        _ => false,
    }
}

fn is_extended(a: &EnumType, b: &EnumType) -> bool {
    let mut labels = b.labels.iter();
    a.labels
        .iter()
        .all(|label| labels.any(|other| other == label))
}

/// Primary keys without their names: MySQL and SQLite don't keep them.
pub(super) fn same_key(a: &Unique, b: &Unique) -> bool {
    *a == b.clone().named(a.name.clone())
}

/// Indexes without the way in which they are created.
pub(super) fn same_index(a: &Index, b: &Index) -> bool {
    let plain = |index: &Index| Index {
        concurrently: false,
        ..index.clone()
    };
    plain(a) == plain(b)
}

/// Views without their columns and dependencies.
pub(super) fn same_view(a: &View, b: &View) -> bool {
    let of = |view: &View| (view.query.clone(), view.materialized, view.comment.clone());
    of(a) == of(b)
}
