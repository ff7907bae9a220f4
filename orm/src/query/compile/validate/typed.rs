//! [`Typed`]: what a query's checks go by beside its syntax.

use crate::query::expressions::table_ref::{SelectItem, TableRef};

/// What the typed layer knows of a query beside its syntax.
#[derive(Clone, Copy, Hash)]
pub(in crate::query) struct Typed<'a> {
    /// The first table.
    pub(in crate::query) root: TableRef,
    /// The tables joined to it, in order.
    pub(in crate::query) joined: &'a [TableRef],
    /// Where what is selected comes from.
    pub(in crate::query) selected: &'a [SelectItem],
}
