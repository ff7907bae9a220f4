//! [`Scope`]: which of the entities that a relation references a load selects, as plain data.
//!
//! `query` makes it of typed conditions, and statements of it; `load` carries it there.

use orm_core::stmt::{Expr, Order};

/// A filter, an order and a limit for what a relation references from each entity.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// The conditions, which must all hold.
    pub(crate) filter: Vec<Expr>,
    /// The order. Empty if it is that of the relation.
    pub(crate) order: Vec<Order>,
    /// The most entities for each owner.
    pub(crate) limit: Option<u64>,
}
