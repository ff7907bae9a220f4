//! [`TableSource`]: what stands in FROM and is joined on a condition: a model's value, or a [`Derived`] table.

use std::sync::Arc;

use orm_core::stmt::JoinKind;

use super::derived::Derived;
use super::join::JoinOn;
use super::named_source::NamedSource;
use super::query_state::QueryState;
use crate::mapping::Entity;
use crate::query::expressions::table_ref::TableRef;

/// Is implemented by what can be in FROM: a model's value such as `Post`, an alias of one, and references to derived tables
/// and common table expressions.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be in FROM",
    label = "expected a model's value such as `Post`, an alias of one, or a derived table: `&totals`"
)]
pub trait TableSource {
    /// Returns the name that qualifies the columns, and the source unless it is the table.
    #[doc(hidden)]
    fn into_source(self) -> (TableRef, Option<Arc<NamedSource>>);
}

#[diagnostic::do_not_recommend]
impl<E: Entity> TableSource for E {
    #[inline]
    fn into_source(self) -> (TableRef, Option<Arc<NamedSource>>) {
        (TableRef::of(&self), None)
    }
}

#[diagnostic::do_not_recommend]
impl<S> TableSource for &Derived<S> {
    fn into_source(self) -> (TableRef, Option<Arc<NamedSource>>) {
        (self.source.table, Some(Arc::clone(&self.source)))
    }
}

#[diagnostic::do_not_recommend]
impl<S> TableSource for Derived<S> {
    fn into_source(self) -> (TableRef, Option<Arc<NamedSource>>) {
        (self.source.table, Some(self.source))
    }
}

impl QueryState {
    /// Makes a source the first one.
    pub(super) fn set_from(&mut self, source: impl TableSource) {
        let (table, source) = source.into_source();
        self.set_root(table);
        self.set_source(table.name(), source);
    }

    /// Joins a source on a condition.
    pub(super) fn join_source(&mut self, kind: JoinKind, source: impl TableSource, on: JoinOn) {
        let (table, source) = source.into_source();
        self.join(|sources| sources.join_on(kind, table, on));
        if source.is_some() {
            self.set_source(table.name(), source);
        }
    }
}
