//! [`DynNames`]: the names and types of the columns of dynamic rows. The rows are in `dyn_row.rs`.

use std::borrow::Cow;

use orm_core::types::Type;

/// The columns of dynamic rows, shared by the rows of one result.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct DynNames {
    pub(in crate::query) names: Vec<Cow<'static, str>>,
    /// The type of each column, if it is known.
    pub(in crate::query) types: Vec<Option<Type>>,
}

impl DynNames {
    /// Adds a column.
    pub(in crate::query) fn push(&mut self, name: Cow<'static, str>, ty: Option<Type>) {
        self.names.push(name);
        self.types.push(ty);
    }
}
