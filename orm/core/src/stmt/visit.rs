//! [`Visit`]: reads the nodes of a statement. Every check of a statement is a visitor.
//!
//! The parts of each node are listed in `parts.rs`. Changing passes are in `fold.rs`.

use std::sync::Arc;

use super::Extension;
use super::parts::pass;

pass! {
    /// Reads the nodes of a statement, and can stop early.
    Visit ['a] [&'a] walk_extension
}

fn walk_extension<'a, V: Visit<'a> + ?Sized>(
    v: &mut V,
    node: &'a Arc<dyn Extension>,
) -> ControlFlow<V::Break> {
    exprs(v, node.args())
}
